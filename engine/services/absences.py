"""Who is away, until when, and who stands in for them: asked wherever work or a notice would go to a person by name.

An absence is one of dates or is switched on and off by hand; the clock decides. A stand-in who is away too is stood in for by
theirs. What a process gives to somebody by name goes to the stand-in only where they may do it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from engine.model.absence import Absence
from engine.model.people import User, UserRole
from engine.model.permissions import ROLES, Actor
from engine.model.user_task import EXCLUDED_USERS, STAND_IN, UserTask
from engine.persistence import UnitOfWork


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away until then (None: until they say that they are back), and this colleague stands in."""

    until: datetime | None
    stand_in: str | None


def away_now(uow: UnitOfWork) -> dict[str, Away]:
    """Everybody who is away at this moment; of two absences of one person the one that ends last counts.

    A stand-in who cannot work any more is none: then it is whom the account names, unless they cannot either.
    """
    query = (
        select(Absence.username, Absence.stand_in, Absence.until, User.stand_in.label("named"))
        .join(User, (User.tenant_id == Absence.tenant_id) & (User.username == Absence.username))
        .where(Absence.tenant_id == uow.tenant_id, Absence.since <= uow.now, is_not_over(uow))
        .order_by(Absence.until.is_(None), Absence.until)
    )
    rows = {row.username: row for row in uow.connection.execute(query)}
    at_work = working(uow, {name for row in rows.values() for name in (row.stand_in, row.named) if name}) | rows.keys()

    def stand_in(*named: str | None) -> str | None:
        return next((name for name in named if name in at_work), None)

    return {username: Away(row.until, stand_in(row.stand_in, row.named)) for username, row in rows.items()}


def receiver(uow: UnitOfWork, username: str) -> str | None:
    """Who gets what is meant for somebody: they themselves, while they are away who stands in for them, None for nobody."""
    return _receiver(away_now(uow), username)


def stand_in_for(uow: UnitOfWork, username: str) -> str | None:
    """Who stands in for somebody now; None while they are here, or nobody does."""
    found = receiver(uow, username)
    return found if found != username else None


def with_stand_ins(uow: UnitOfWork, usernames: Iterable[str]) -> dict[str, str | None]:
    """These people, and who stands in for those who are away, each with the name for whom they are told (None: themselves)."""
    told: dict[str, str | None] = {username: None for username in sorted(set(usernames))}
    away = away_now(uow)
    for username in [name for name in told if name in away]:
        stand_in = _receiver(away, username)
        if stand_in is not None:
            told.setdefault(stand_in, username)
    return told


def covered_by(uow: UnitOfWork, username: str) -> list[str]:
    """The colleagues who are away now and for whom this person stands in."""
    away = away_now(uow)
    return sorted(name for name in away if _receiver(away, name) == username)


def is_covered_by(uow: UnitOfWork, task: UserTask, actor: Actor) -> bool:
    """Whether the task's holder is away and this person, who stands in for them, may do it."""
    if task.assignee in (None, actor.username) or not task.can_be_taken_over_by(actor):
        return False
    return receiver(uow, str(task.assignee)) == actor.username


def holder_of_new(
    uow: UnitOfWork, assignee: str, groups: list[str], users: list[str], properties: dict[str, object]
) -> str:
    """Who gets a task that a process gives to somebody by name: their stand-in where they are away and it may be theirs."""
    from engine.services.people.actors import actor_for

    stand_in = stand_in_for(uow, assignee)
    if stand_in is None:
        return assignee
    task = UserTask(
        candidate_groups=groups,
        candidate_users=users,
        properties={name: properties[name] for name in properties if name in (EXCLUDED_USERS, STAND_IN)},
    )
    user = person(uow, stand_in)
    return stand_in if user is not None and task.can_be_taken_over_by(actor_for(uow, user)) else assignee


def _receiver(away: dict[str, Away], username: str) -> str | None:
    """Along the stand-ins to the first who is here; None where they go round in a circle, or end."""
    seen: set[str] = set()
    found: str | None = username
    while found in away and found not in seen:
        seen.add(found)
        found = away[found].stand_in
    return None if found in seen else found


def working(uow: UnitOfWork, usernames: Iterable[str]) -> set[str]:
    """Those of these people who are active and work on tasks."""
    posts = [role.name for role in ROLES.values() if "tasks.work" in role.permissions]
    query = select(User.username).join(UserRole, UserRole.user_key == User.key)
    mine = (
        User.tenant_id == uow.tenant_id,
        User.active,
        User.username.in_(sorted(usernames)),
        UserRole.role.in_(posts),
    )
    return set(uow.session.scalars(query.where(*mine)))


def is_not_over(uow: UnitOfWork) -> ColumnElement[bool]:
    return or_(Absence.until.is_(None), Absence.until > uow.now)


def person(uow: UnitOfWork, username: str) -> User | None:
    query = select(User).where(User.tenant_id == uow.tenant_id, User.username == username)
    return uow.session.scalars(query).one_or_none()
