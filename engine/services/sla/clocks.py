"""What happens to a case's clocks. Each change re-arms the timers that read them, in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.calendars import Calendar, SlaClock, clock_from_json
from engine.errors import InvalidInput, NotFound
from engine.model.case import Case, CaseInstance
from engine.model.sla import SlaClockRow
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.timeline import record
from engine.services.rows import add
from engine.services.sla.feel import newest
from engine.services.turn.environment import shipped_calendars as calendars

ENDED = ("finished", "cancelled")
DEFAULT_WARN = 0.8


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as people see it. `remaining` is open time of its calendar, negative after the breach."""

    name: str
    round: int
    state: str
    calendar: str
    target: timedelta
    elapsed: timedelta
    remaining: timedelta
    started_at: datetime | None
    warn_at: datetime | None
    breach_at: datetime | None
    finished_at: datetime | None


def start_clock(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    name: str,
    actor: str,
    *,
    target: timedelta | None = None,
    breach_at: datetime | None = None,
    calendar: str = "always",
    warn_fraction: float | None = DEFAULT_WARN,
) -> SlaClockRow:
    """Start a clock with a target in open time, or towards a moment.

    One that runs already is moved there instead; one that has ended is measured again in a new round.
    Raises InvalidInput without a target, with both, or for a calendar that is not there.
    """
    if (target is None) == (breach_at is None):
        raise InvalidInput(f'The clock "{name}" needs a target or a moment, and not both.')
    before = newest(uow, case.key, name, for_update=True)
    if before is not None and before.phase not in ENDED:
        return move_clock(runtime, uow, case, name, actor, target=target, to=breach_at, calendar=calendar)
    clock = SlaClock(name, _calendar(runtime, calendar), target or timedelta(0), warn_fraction=warn_fraction)
    clock = clock.start(uow.now)
    if breach_at is not None:
        clock = clock.move(uow.now, to=breach_at)
    row = add(runtime, uow, SlaClockRow, case_key=case.key, name=name, round=before.round + 1 if before else 1)
    _keep(runtime, uow, case, row, clock, actor, "started")
    return row


def pause_clock(runtime: Runtime, uow: UnitOfWork, case: Case, name: str, actor: str, reason: str = "") -> None:
    """Stop counting while we wait for the customer; nothing happens to one that has ended. Raises NotFound."""
    _change(runtime, uow, case, name, actor, "paused", lambda clock: clock.pause(uow.now, reason or None))


def resume_clock(runtime: Runtime, uow: UnitOfWork, case: Case, name: str, actor: str, reason: str = "") -> None:
    """Count on; nothing happens to one that has ended. Raises NotFound."""
    _change(runtime, uow, case, name, actor, "resumed", lambda clock: clock.resume(uow.now, reason or None))


def meet_clock(runtime: Runtime, uow: UnitOfWork, case: Case, name: str, actor: str, reason: str = "") -> None:
    """What the clock measures is done. Meeting it again changes nothing; a paused one counts on for an instant."""
    _change(runtime, uow, case, name, actor, "met", lambda clock: clock.meet(uow.now, reason or None))


def move_clock(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    name: str,
    actor: str,
    *,
    target: timedelta | None = None,
    to: datetime | None = None,
    by: timedelta | None = None,
    calendar: str | None = None,
    reason: str = "",
) -> SlaClockRow:
    """Give a clock another target, moment or extension, and perhaps another calendar; what has passed stays passed.

    Nothing happens to one that has ended. Raises NotFound, InvalidInput unless exactly one of the three is given.
    """

    def change(clock: SlaClock) -> SlaClock:
        if calendar is not None and calendar != clock.calendar.name:
            clock = _in_calendar(clock, _calendar(runtime, calendar), uow.now)
        return clock.move(uow.now, target=target, to=to, by=by, reason=reason or None)

    return _change(runtime, uow, case, name, actor, "moved", change)


def cancel_clocks(runtime: Runtime, uow: UnitOfWork, case: Case, actor: str, reason: str = "") -> None:
    """End every clock of a case that still counts; they count in no figure."""
    query = select(SlaClockRow).where(SlaClockRow.case_key == case.key, SlaClockRow.phase.not_in(ENDED))
    for row in uow.session.scalars(query):
        clock = clock_from_json(row.clock, calendars(runtime))
        _keep(runtime, uow, case, row, clock.cancel(uow.now, reason or None), actor, "cancelled")


def clocks_of(runtime: Runtime, uow: UnitOfWork, case_key: int) -> list[ClockView]:
    """Every clock of a case, in the order in which they were started."""
    query = select(SlaClockRow).where(SlaClockRow.case_key == case_key).order_by(SlaClockRow.key)
    return [view(row, calendars(runtime), uow.now) for row in uow.session.scalars(query)]


def view(row: SlaClockRow, known: dict[str, Calendar], now: datetime) -> ClockView:
    """A clock as it stands at that moment."""
    clock = clock_from_json(row.clock, known)
    return ClockView(
        name=clock.name,
        round=row.round,
        state=clock.state(now),
        calendar=clock.calendar.name,
        target=clock.target,
        elapsed=clock.elapsed(now),
        remaining=clock.remaining(now),
        started_at=clock.started_at,
        warn_at=clock.warn_at,
        breach_at=clock.breach_at,
        finished_at=clock.finished_at,
    )


def _change(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    name: str,
    actor: str,
    what: str,
    change: Callable[[SlaClock], SlaClock],
) -> SlaClockRow:
    row = newest(uow, case.key, name, for_update=True)
    if row is None:
        raise NotFound(f'Case {case.number} has no clock "{name}".')
    if row.phase in ENDED:
        return row
    before = clock_from_json(row.clock, calendars(runtime))
    after = change(before)
    if after != before:
        _keep(runtime, uow, case, row, after, actor, what)
    return row


def _keep(
    runtime: Runtime, uow: UnitOfWork, case: Case, row: SlaClockRow, clock: SlaClock, actor: str, what: str
) -> None:
    breach = row.breach_at
    row.keep(clock, uow.now)
    uow.flush()
    moved = [{"field": f"sla.{clock.name}", "from": _text(breach), "to": _text(clock.breach_at)}]
    data: dict[str, Any] = {"clock": clock.name, "state": clock.state(uow.now)}
    record(runtime, uow, case, actor, "sla", f"sla.{what}", clock.name, changes=moved, data=data)
    rearm(runtime, uow, case)


def rearm(runtime: Runtime, uow: UnitOfWork, case: Case) -> None:
    """Ask the case's instances again for the moments of their timers that read `sla`."""
    from engine.services import instances

    uow.flush()
    query = select(CaseInstance.instance_key).where(CaseInstance.case_key == case.key)
    for key in list(uow.session.scalars(query)):
        instances.rearm_timers(runtime, uow, key, "sla")


def _in_calendar(clock: SlaClock, calendar: Calendar, now: datetime) -> SlaClock:
    """The clock in another calendar: what has passed is kept, the rest counts in the new one's open time."""
    if clock.phase == "waiting":
        return replace(clock, calendar=calendar)
    runs = clock.phase == "running"
    paused = replace(clock.pause(now, "calendar"), calendar=calendar)
    return paused.resume(now, "calendar") if runs else paused


def _calendar(runtime: Runtime, name: str) -> Calendar:
    known = calendars(runtime)
    if name not in known:
        raise InvalidInput(f'There is no calendar "{name}"; there is {", ".join(sorted(known))}.')
    return known[name]


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
