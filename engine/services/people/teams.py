"""Teams of 8–10 under a lead, queues of work, and who serves which."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from engine.errors import InvalidInput, NotFound
from engine.model.people import Group, GroupMember, Queue, QueueSkill, User
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.people.actors import find_user
from engine.services.rows import add


@dataclass(frozen=True, slots=True)
class GroupView:
    name: str
    label_zh: str
    label_en: str
    lead: str | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueView:
    name: str
    label_zh: str
    label_en: str
    calendar: str
    channel: str | None
    agents: int


def save_group(
    runtime: Runtime,
    name: str,
    label_zh: str,
    label_en: str,
    members: list[str],
    lead: str | None = None,
    *,
    actor: Actor,
) -> None:
    """Make a team or replace its labels, lead and members. Raises NotFound for an unknown user, Forbidden."""
    actor.require("users.manage")

    def work(uow: UnitOfWork) -> None:
        people = {username: _user(uow, username) for username in {*members, *([lead] if lead else [])}}
        group = _group(uow, name) or add(runtime, uow, Group, name=name)
        group.label_zh, group.label_en = label_zh, label_en
        group.lead_key = people[lead].key if lead else None
        uow.flush()
        uow.session.execute(delete(GroupMember).where(GroupMember.group_key == group.key))
        for username in people:
            uow.add(GroupMember(group_key=group.key, user_key=people[username].key, tenant_id=uow.tenant_id))

    runtime.transact(work, actor.tenant_id)


def save_queue(
    runtime: Runtime,
    name: str,
    label_zh: str,
    label_en: str,
    calendar: str = "desk",
    channel: str | None = None,
    *,
    actor: Actor,
) -> None:
    """Make a queue or replace what it says. Raises InvalidInput for a name that a diagram cannot say, Forbidden."""
    actor.require("users.manage")
    if not name or not name.replace("_", "").replace("-", "").isalnum():
        raise InvalidInput(
            "This queue cannot be made.", {"name": ["只能用字母、数字和 _ - / Letters, digits, _ and - only."]}
        )

    def work(uow: UnitOfWork) -> None:
        found = select(Queue).where(Queue.tenant_id == uow.tenant_id, Queue.name == name)
        queue = uow.session.scalars(found).one_or_none() or add(runtime, uow, Queue, name=name)
        queue.label_zh, queue.label_en, queue.calendar, queue.channel = label_zh, label_en, calendar, channel

    runtime.transact(work, actor.tenant_id)


def set_queues(runtime: Runtime, username: str, queues: list[str], *, actor: Actor) -> None:
    """The queues that a user serves, the preferred first. Raises NotFound, Forbidden without users.manage."""
    actor.require("users.manage")

    def work(uow: UnitOfWork) -> None:
        user = _user(uow, username)
        known = set(uow.session.scalars(select(Queue.name).where(Queue.tenant_id == uow.tenant_id)))
        unknown = [queue for queue in queues if queue not in known]
        if unknown:
            raise NotFound(f"There is no queue {', '.join(unknown)}.")
        uow.session.execute(delete(QueueSkill).where(QueueSkill.user_key == user.key))
        for preference, queue in enumerate(queues, start=1):
            row = QueueSkill(user_key=user.key, queue=queue, tenant_id=uow.tenant_id, preference=preference)
            uow.add(row)

    runtime.transact(work, actor.tenant_id)


def list_groups(runtime: Runtime, *, actor: Actor) -> list[GroupView]:
    """Every team with its members. Raises Forbidden without tasks.assign or users.manage."""
    if not actor.may("tasks.assign"):
        actor.require("users.manage")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        users = select(User.key, User.username).where(User.tenant_id == uow.tenant_id)
        names = dict(uow.session.execute(users).all())
        members: dict[int, list[str]] = {}
        for row in uow.session.scalars(select(GroupMember).where(GroupMember.tenant_id == uow.tenant_id)):
            members.setdefault(row.group_key, []).append(names[row.user_key])
        groups = uow.session.scalars(select(Group).where(Group.tenant_id == uow.tenant_id).order_by(Group.name))
        return [
            GroupView(
                group.name,
                group.label_zh,
                group.label_en,
                names[group.lead_key] if group.lead_key else None,
                tuple(sorted(members.get(group.key, []))),
            )
            for group in groups
        ]


def list_queues(runtime: Runtime, *, actor: Actor) -> list[QueueView]:
    """Every queue and how many serve it. Raises Forbidden for a customer."""
    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        counted = select(QueueSkill.queue, func.count()).where(QueueSkill.tenant_id == uow.tenant_id)
        agents = dict(uow.session.execute(counted.group_by(QueueSkill.queue)).all())
        queues = uow.session.scalars(select(Queue).where(Queue.tenant_id == uow.tenant_id).order_by(Queue.name))
        return [QueueView(q.name, q.label_zh, q.label_en, q.calendar, q.channel, agents.get(q.name, 0)) for q in queues]


def _group(uow: UnitOfWork, name: str) -> Group | None:
    query = select(Group).where(Group.tenant_id == uow.tenant_id, Group.name == name)
    return uow.session.scalars(query).one_or_none()


def _user(uow: UnitOfWork, username: str) -> User:
    user = find_user(uow, username)
    if user is None:
        raise NotFound(f"There is no user {username}.")
    return user
