"""From a user's rows to the actor that services ask for permission."""

from sqlalchemy import select

from engine.errors import NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.people import Group, GroupMember, QueueSkill, User, UserRole
from engine.model.permissions import Actor, candidate_groups, permissions_of
from engine.persistence import UnitOfWork
from engine.runtime import Runtime


def actor_of(runtime: Runtime, username: str, tenant_id: str = DEFAULT_TENANT) -> Actor:
    """The actor of an active user, as things are now. Raises NotFound, also for one who was deactivated."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        user = find_user(uow, username)
        if user is None or not user.active:
            raise NotFound(f"There is no active user {username}.")
        return actor_for(uow, user)


def actor_for(uow: UnitOfWork, user: User) -> Actor:
    """The actor of this row, with roles, candidate groups and permissions."""
    roles = frozenset(uow.session.scalars(select(UserRole.role).where(UserRole.user_key == user.key)))
    teams = select(Group.name).join(GroupMember, GroupMember.group_key == Group.key)
    teams_of = frozenset(uow.session.scalars(teams.where(GroupMember.user_key == user.key)))
    queues = frozenset(uow.session.scalars(select(QueueSkill.queue).where(QueueSkill.user_key == user.key)))
    return Actor(
        username=user.username,
        display_name=user.display_name,
        key=user.key,
        roles=roles,
        groups=candidate_groups(roles, teams_of, queues),
        permissions=permissions_of(roles),
        customer_key=user.customer_key,
        locale=user.locale,
        theme=user.theme,
        time_zone=user.time_zone,
        session_version=user.session_version,
        tenant_id=user.tenant_id,
    )


def customer_actor(
    customer_key: int, name: str, only_case: str | None, tenant_id: str = DEFAULT_TENANT, language: str = "zh"
) -> Actor:
    """A customer who came by a signed link: no user, and only what the portal allows, for that case alone.

    `only_case` None is for somebody who proved whose phone or mailbox they have, and sees all their cases.
    Whoever files a case under somebody's phone number gets such a link; it must not open that person's other cases.
    """
    roles = frozenset({"customer"})
    return Actor(f"customer:{customer_key}", name, roles=roles, permissions=permissions_of(roles),
                 customer_key=customer_key, only_case=only_case, tenant_id=tenant_id, locale=language)  # fmt: skip


def visitor_actor(tenant_id: str = DEFAULT_TENANT) -> Actor:
    """Somebody whom nobody knows yet: may file something, and see nothing."""
    roles = frozenset({"customer"})
    return Actor("visitor", roles=roles, permissions=permissions_of(roles), tenant_id=tenant_id)


def users_with_role(uow: UnitOfWork, role: str) -> list[str]:
    """The names of active users who hold a role, in the order of their names."""
    query = select(User.username).join(UserRole, UserRole.user_key == User.key).order_by(User.username)
    return list(uow.session.scalars(query.where(User.tenant_id == uow.tenant_id, User.active, UserRole.role == role)))


def department_users(uow: UnitOfWork, department: str) -> list[str]:
    """The names of active users of a department."""
    return users_with_role(uow, department)


def find_user(uow: UnitOfWork, username: str) -> User | None:
    query = select(User).where(User.tenant_id == uow.tenant_id, User.username == username)
    return uow.session.scalars(query).one_or_none()
