"""Keep that somebody is away: they say so themselves, a lead says it for them, or a leave was granted. Who stands in is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.errors import InvalidInput, NotFound
from engine.model.absence import Absence
from engine.model.people import User
from engine.model.permissions import SYSTEM, Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.absences import is_not_over, person, working
from engine.services.notices import leave_notice
from engine.services.rows import add
from engine.services.trail import note

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """An absence that is not over; `stand_in` is who stands in, None when nobody was named; `from_leave`: a leave was granted."""

    key: int
    username: str
    stand_in: str | None
    since: datetime
    until: datetime | None
    has_begun: bool
    from_leave: bool


def own_absences(runtime: Runtime, *, actor: Actor) -> list[AbsenceView]:
    """One's own absences that are not over, those that begin first at the top."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _views(uow, [Absence.username == actor.username])


def all_absences(runtime: Runtime, *, actor: Actor) -> list[AbsenceView]:
    """Everybody's absences that are not over, those that begin first at the top. Raises Forbidden without tasks.assign."""
    actor.require("tasks.assign")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _views(uow, [])


def own_stand_in(runtime: Runtime, *, actor: Actor) -> str | None:
    """Whom somebody named to stand in for them."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        user = person(uow, actor.username)
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
    return runtime.transact(lambda uow: _go(runtime, uow, actor.username, None, since, until, actor), actor.tenant_id)


def leave_to(
    runtime: Runtime, stand_in: str | None, since: datetime | None, until: datetime | None, *, actor: Actor
) -> int:
    """`name_stand_in` and `go_away` together, or neither of them."""

    def work(uow: UnitOfWork) -> int:
        _name(runtime, uow, stand_in, actor)
        return _go(runtime, uow, actor.username, None, since, until, actor)

    actor.require("tasks.work")
    return runtime.transact(work, actor.tenant_id)


def send_away(
    runtime: Runtime,
    username: str,
    stand_in: str | None,
    since: datetime | None,
    until: datetime | None,
    *,
    actor: Actor,
) -> int:
    """Keep that a colleague is away, as `go_away` does, and tell them; `stand_in` None: whoever they named on their account.

    Raises InvalidInput with fields, Forbidden without tasks.assign.
    """

    def work(uow: UnitOfWork) -> int:
        if not working(uow, [username]):
            sentence = "请选择一位在岗的同事 / Choose a colleague who works on tasks."
            raise InvalidInput("The absence was not kept.", {"username": [sentence]})
        _check_stand_in(uow, stand_in, username)
        return _go(runtime, uow, username, stand_in, since, until, actor)

    actor.require("tasks.assign")
    return runtime.transact(work, actor.tenant_id)


def come_back(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """End an absence now and every other of theirs that has begun, or call off one that has not.

    Raises NotFound for a colleague's, unless one has tasks.assign.
    """

    def work(uow: UnitOfWork) -> None:
        row = uow.get(Absence, key)
        if row.username != actor.username and not actor.may("tasks.assign"):
            raise NotFound(f"{actor.username} has no absence {key}.")
        theirs = (Absence.tenant_id == uow.tenant_id, Absence.username == row.username, is_not_over(uow))
        begun = uow.session.scalars(select(Absence).where(*theirs, Absence.since <= uow.now))
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
    known = stand_in is not None and stand_in != username and bool(working(uow, [stand_in]))
    user = person(uow, username)
    if until > since and user is not None:
        _keep(runtime, uow, user, stand_in if known else None, since, until, idempotency_key, SYSTEM)
        return True
    return False


def _views(uow: UnitOfWork, conditions: Iterable[object]) -> list[AbsenceView]:
    query = (
        select(Absence, User.stand_in)
        .join(User, (User.tenant_id == Absence.tenant_id) & (User.username == Absence.username))
        .where(Absence.tenant_id == uow.tenant_id, is_not_over(uow), *conditions)  # type: ignore[arg-type]
    )
    rows = uow.session.execute(query.order_by(Absence.since, Absence.key)).all()
    at_work = working(uow, {name for row, named in rows for name in (row.stand_in, named) if name})
    return [
        AbsenceView(
            key=row.key,
            username=row.username,
            stand_in=next((name for name in (row.stand_in, named) if name in at_work), None),
            since=row.since,
            until=row.until,
            has_begun=row.since <= uow.now,
            from_leave=bool(row.idempotency_key),
        )
        for row, named in rows
    ]


def _name(runtime: Runtime, uow: UnitOfWork, username: str | None, actor: Actor) -> None:
    _check_stand_in(uow, username, actor.username)
    user = person(uow, actor.username)
    if user is not None and user.stand_in != username:
        note(runtime, uow, actor, "user.stand_in", user.key, {"stand_in": user.stand_in}, {"stand_in": username})
        user.stand_in = username


def _check_stand_in(uow: UnitOfWork, stand_in: str | None, username: str) -> None:
    if stand_in and (stand_in == username or not working(uow, [stand_in])):
        sentence = "请选择一位在岗的同事 / Choose a colleague who works on tasks."
        raise InvalidInput("They cannot stand in.", {"stand_in": [sentence]})


def _go(
    runtime: Runtime,
    uow: UnitOfWork,
    username: str,
    stand_in: str | None,
    since: datetime | None,
    until: datetime | None,
    actor: Actor,
) -> int:
    begins = since or uow.now
    if abs(begins - uow.now) > LONGEST:
        sentence = f"请填写前后 {LONGEST.days} 天以内的时间 / Choose a moment within {LONGEST.days} days."
        raise InvalidInput("The absence was not kept.", {"since": [sentence]})
    if until is not None and not max(begins, uow.now) < until <= begins + LONGEST:
        sentence = "请填写开始之后、将来的时间 / Choose a moment after the beginning, in the future."
        raise InvalidInput("The absence was not kept.", {"until": [sentence]})
    user = person(uow, username)
    if user is None:
        raise NotFound(f"There is nobody called {username!r}.")
    return _keep(runtime, uow, user, stand_in or None, begins, until, None, actor)


def _keep(
    runtime: Runtime,
    uow: UnitOfWork,
    user: User,
    stand_in: str | None,
    since: datetime,
    until: datetime | None,
    idempotency_key: str | None,
    actor: Actor,
) -> int:
    row = add(runtime, uow, Absence, username=user.username, stand_in=stand_in, since=since, until=until,
              idempotency_key=idempotency_key, created_at=uow.now)  # fmt: skip
    uow.flush()
    note(runtime, uow, actor, "absence.begin", row.key, None, {"username": user.username, **_shown(row)})
    _tell(runtime, uow, row, user, actor)
    return row.key


def _tell(runtime: Runtime, uow: UnitOfWork, row: Absence, user: User, actor: Actor) -> None:
    """Say it to who stands in, and to the person where somebody else said it."""
    from_whom = {"from": user.display_name or user.username}
    stand_in = person(uow, row.stand_in or user.stand_in or "")
    if stand_in is not None and stand_in.username != actor.username:
        told = {**from_whom, "when": _when(row, stand_in)}
        leave_notice(runtime, uow, None, stand_in.username, "stands_in", told, f"absence:{row.key}")
    if actor.username not in (user.username, SYSTEM.username):
        told = {"from": actor.display_name or actor.username, "when": _when(row, user)}
        leave_notice(runtime, uow, None, user.username, "sent_away", told, f"absence:{row.key}")


def _when(row: Absence, reader: User) -> str:
    """From when to when, on the reader's clock; an end that is not known is left open."""
    zone = ZoneInfo(reader.time_zone)
    moments = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "…" for moment in (row.since, row.until))
    return " – ".join(moments)


def _shown(row: Absence) -> dict[str, str | None]:
    until = row.until.isoformat() if row.until else None
    return {"stand_in": row.stand_in, "since": row.since.isoformat(), "until": until}
