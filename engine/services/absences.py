"""Who is away, until when, and who stands in for them: asked wherever work or a notice would go to a person by name.

An absence is one of dates or is switched on and off by hand; the clock decides. A stand-in who is away too is stood in for by
theirs. What a process gives to somebody by name goes to the stand-in only where they may do it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from engine.errors import InvalidInput, NotFound
from engine.model.absence import Absence
from engine.model.people import User, UserRole
from engine.model.permissions import ROLES, SYSTEM, Actor
from engine.model.user_task import EXCLUDED_USERS, STAND_IN, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.rows import add
from engine.services.trail import note

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """An absence that is not over; `stand_in` is who stands in, None when nobody was named; `from_leave`: a leave was granted."""

    key: int
    stand_in: str | None
    since: datetime
    until: datetime | None
    has_begun: bool
    from_leave: bool


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
        .where(Absence.tenant_id == uow.tenant_id, Absence.since <= uow.now, _is_not_over(uow))
        .order_by(Absence.until.is_(None), Absence.until)
    )
    rows = {row.username: row for row in uow.connection.execute(query)}
    working = _working(uow, {name for row in rows.values() for name in (row.stand_in, row.named) if name}) | rows.keys()

    def stand_in(*named: str | None) -> str | None:
        return next((name for name in named if name in working), None)

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
    user = _user(uow, stand_in)
    return stand_in if user is not None and task.can_be_taken_over_by(actor_for(uow, user)) else assignee


def own_absences(runtime: Runtime, *, actor: Actor) -> list[AbsenceView]:
    """One's own absences that are not over, those that begin first at the top."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        user = _user(uow, actor.username)
        named = user.stand_in if user else None
        query = select(Absence).where(
            Absence.tenant_id == uow.tenant_id, Absence.username == actor.username, _is_not_over(uow)
        )
        rows = list(uow.session.scalars(query.order_by(Absence.since, Absence.key)))
        working = _working(uow, {name for name in (named, *(row.stand_in for row in rows)) if name})
        return [
            AbsenceView(
                row.key, next((name for name in (row.stand_in, named) if name in working), None), row.since, row.until,
                row.since <= uow.now, bool(row.idempotency_key),
            )
            for row in rows
        ]  # fmt: skip


def own_stand_in(runtime: Runtime, *, actor: Actor) -> str | None:
    """Whom somebody named to stand in for them."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        user = _user(uow, actor.username)
        return user.stand_in if user else None


def name_stand_in(runtime: Runtime, username: str | None, *, actor: Actor) -> None:
    """Say who stands in for oneself whenever one is away. Raises InvalidInput, Forbidden without tasks.work."""

    actor.require("tasks.work")
    runtime.transact(lambda uow: _name(runtime, uow, username, actor), actor.tenant_id)


def go_away(runtime: Runtime, since: datetime | None, until: datetime | None, *, actor: Actor) -> int:
    """Be away from `since` (aware; None: now) until `until` (None: until `come_back`); returns the absence's key.

    Raises InvalidInput with fields, Forbidden without tasks.work.
    """
    actor.require("tasks.work")
    return runtime.transact(lambda uow: _go(runtime, uow, since, until, actor), actor.tenant_id)


def leave_to(
    runtime: Runtime, stand_in: str | None, since: datetime | None, until: datetime | None, *, actor: Actor
) -> int:
    """`name_stand_in` and `go_away` together, or neither of them."""

    def work(uow: UnitOfWork) -> int:
        _name(runtime, uow, stand_in, actor)
        return _go(runtime, uow, since, until, actor)

    actor.require("tasks.work")
    return runtime.transact(work, actor.tenant_id)


def come_back(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """End one's own absence now and every other that has begun, or call off one that has not. Raises NotFound for another's."""

    def work(uow: UnitOfWork) -> None:
        row = uow.get(Absence, key)
        if row.username != actor.username:
            raise NotFound(f"{actor.username} has no absence {key}.")
        mine = (Absence.tenant_id == uow.tenant_id, Absence.username == actor.username, _is_not_over(uow))
        begun = uow.session.scalars(select(Absence).where(*mine, Absence.since <= uow.now))
        for each in list(begun) if row.since <= uow.now else [row]:
            note(runtime, uow, actor, "absence.end", each.key, _shown(each), {"until": uow.now.isoformat()})
            each.until = min(each.until, uow.now) if each.until else uow.now

    runtime.transact(work, actor.tenant_id)


def keep_leave(
    runtime: Runtime,
    uow: UnitOfWork,
    username: str,
    stand_in: str | None,
    since: datetime,
    until: datetime,
    idempotency_key: str,
) -> bool:
    """The absence of a leave that was granted, once per key; whether it is kept. A stand-in who does not work on tasks is none."""
    known = stand_in is not None and stand_in != username and bool(_working(uow, [stand_in]))
    if until > since and _user(uow, username) is not None:
        _kept(runtime, uow, username, stand_in if known else None, since, until, idempotency_key, SYSTEM)
        return True
    return False


def _name(runtime: Runtime, uow: UnitOfWork, username: str | None, actor: Actor) -> None:
    _check_stand_in(uow, username, actor)
    user = _user(uow, actor.username)
    if user is not None and user.stand_in != username:
        note(runtime, uow, actor, "user.stand_in", user.key, {"stand_in": user.stand_in}, {"stand_in": username})
        user.stand_in = username


def _go(runtime: Runtime, uow: UnitOfWork, since: datetime | None, until: datetime | None, actor: Actor) -> int:
    begins = since or uow.now
    if abs(begins - uow.now) > LONGEST:
        sentence = f"请填写前后 {LONGEST.days} 天以内的时间 / Choose a moment within {LONGEST.days} days."
        raise InvalidInput("The absence was not kept.", {"since": [sentence]})
    if until is not None and not max(begins, uow.now) < until <= begins + LONGEST:
        sentence = "请填写开始之后、将来的时间 / Choose a moment after the beginning, in the future."
        raise InvalidInput("The absence was not kept.", {"until": [sentence]})
    return _kept(runtime, uow, actor.username, None, begins, until, None, actor)


def _kept(
    runtime: Runtime,
    uow: UnitOfWork,
    username: str,
    stand_in: str | None,
    since: datetime,
    until: datetime | None,
    idempotency_key: str | None,
    actor: Actor,
) -> int:
    row = add(runtime, uow, Absence, username=username, stand_in=stand_in, since=since, until=until,
              idempotency_key=idempotency_key, created_at=uow.now)  # fmt: skip
    uow.flush()
    note(runtime, uow, actor, "absence.begin", row.key, None, {"username": username, **_shown(row)})
    return row.key


def _shown(row: Absence) -> dict[str, str | None]:
    until = row.until.isoformat() if row.until else None
    return {"stand_in": row.stand_in, "since": row.since.isoformat(), "until": until}


def _check_stand_in(uow: UnitOfWork, username: str | None, actor: Actor) -> None:
    if username and (username == actor.username or not _working(uow, [username])):
        sentence = "请选择一位在岗的同事 / Choose a colleague who works on tasks."
        raise InvalidInput("They cannot stand in.", {"stand_in": [sentence]})


def _receiver(away: dict[str, Away], username: str) -> str | None:
    """Along the stand-ins to the first who is here; None where they go round in a circle, or end."""
    seen: set[str] = set()
    found: str | None = username
    while found in away and found not in seen:
        seen.add(found)
        found = away[found].stand_in
    return None if found in seen else found


def _working(uow: UnitOfWork, usernames: Iterable[str]) -> set[str]:
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


def _is_not_over(uow: UnitOfWork) -> ColumnElement[bool]:
    return or_(Absence.until.is_(None), Absence.until > uow.now)


def _user(uow: UnitOfWork, username: str) -> User | None:
    query = select(User).where(User.tenant_id == uow.tenant_id, User.username == username)
    return uow.session.scalars(query).one_or_none()
