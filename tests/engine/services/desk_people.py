"""People that tests of the desk act as."""

from engine.model.permissions import Actor, candidate_groups, permissions_of


def person(username: str, *roles: str, queues: tuple[str, ...] = (), customer_key: int | None = None) -> Actor:
    """An actor with these roles, as one who signed in would be."""
    held = frozenset(roles)
    groups = candidate_groups(held, frozenset(), frozenset(queues))
    return Actor(username, username.title(), roles=held, groups=groups, permissions=permissions_of(held),
                 customer_key=customer_key)  # fmt: skip


AGENT = person("alice", "agent")
OTHER_AGENT = person("bob", "agent")
LEAD = person("leo", "group_lead")
SUPERVISOR = person("sue", "supervisor")
MANAGER = person("max", "manager")
WAREHOUSE = person("wang", "warehouse")
ADMIN = person("root", "admin")
BOSS = Actor("boss", permissions=frozenset({"instances.read", "settings.manage"}))
