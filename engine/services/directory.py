"""Names for staff to read: who is behind a user name, and what a group of a diagram is called."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.model.people import Group, Queue, User
from engine.model.permissions import ROLES, Actor
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Directory:
    """`people` by user name; `groups_zh` and `groups_en` by a diagram's candidate group (a role, team, `queue:…`)."""

    people: dict[str, str]
    groups_zh: dict[str, str]
    groups_en: dict[str, str]


def directory(runtime: Runtime, *, actor: Actor) -> Directory:
    """Everybody's display name, the inactive too, and every group's. Raises Forbidden without cases.read."""
    actor.require("cases.read")
    users = select(User.username, User.display_name).where(User.tenant_id == actor.tenant_id)
    teams = select(Group.name, Group.label_zh, Group.label_en).where(Group.tenant_id == actor.tenant_id)
    queues = select(Queue.name, Queue.label_zh, Queue.label_en).where(Queue.tenant_id == actor.tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        people = {name: shown or name for name, shown in uow.session.execute(users)}
        groups = [(name, zh, en) for name, zh, en in uow.session.execute(teams)]
        groups += [(f"queue:{name}", zh, en) for name, zh, en in uow.session.execute(queues)]
    return _of(people, groups)


def of_roles() -> Directory:
    """What anybody may know: what the roles are called."""
    return _of({}, [])


def _of(people: dict[str, str], groups: list[tuple[str, str, str]]) -> Directory:
    for role in ROLES.values():
        groups += [(name, role.label_zh, role.label_en) for name in (role.name, f"department:{role.name}")]
    return Directory(people, {name: zh for name, zh, _ in groups}, {name: en for name, _, en in groups})
