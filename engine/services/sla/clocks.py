"""What happens to a case's clocks, with its entries on the timeline, and how a clock is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select

from engine.calendars import Calendar, SlaClock, clock_from_json
from engine.errors import InvalidInput, NotFound
from engine.model.case import Case, CaseInstance
from engine.model.sla import SlaClockRow
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.timeline import record
from engine.services.operations import rearm_timers
from engine.services.rows import add
from engine.services.sla.feel import newest
from engine.services.turn.environment import shipped_calendars

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


class CaseClocks:
    """Use it as `with CaseClocks(runtime, uow, case, who) as clocks:` inside a unit of work that does nothing else to the
    case's instances. When the block ends the timers that read the clocks are re-armed, once, in the same transaction.

    Nothing happens to a clock that has ended, except that `start` begins a new round.
    """

    def __init__(self, runtime: Runtime, uow: UnitOfWork, case: Case, who: str) -> None:
        self._runtime, self._uow, self._case, self._who = runtime, uow, case, who
        self._calendars = shipped_calendars(runtime)
        self._changed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None and self._changed:
            linked = select(CaseInstance.instance_key).where(CaseInstance.case_key == self._case.key)
            keys = list(self._uow.session.scalars(linked))
            rearm_timers(self._runtime, self._uow, keys, "sla", self._who)

    def start(
        self,
        name: str,
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
        before = newest(self._uow, self._case.key, name, for_update=True)
        if before is not None and before.phase not in ENDED:
            return self.move(name, target=target, to=breach_at, calendar=calendar)
        clock = SlaClock(name, self._calendar(calendar), target or timedelta(0), warn_fraction=warn_fraction)
        clock = clock.start(self._uow.now)
        if breach_at is not None:
            clock = clock.move(self._uow.now, to=breach_at)
        values = {"case_key": self._case.key, "name": name, "round": before.round + 1 if before else 1}
        row = add(self._runtime, self._uow, SlaClockRow, **values)
        self._keep(row, clock, "started")
        return row

    def pause(self, name: str, reason: str = "") -> None:
        """Stop counting while we wait for the customer. Raises NotFound."""
        self._change(name, "paused", lambda clock: clock.pause(self._uow.now, reason or None))

    def resume(self, name: str, reason: str = "") -> None:
        """Count on. Raises NotFound."""
        self._change(name, "resumed", lambda clock: clock.resume(self._uow.now, reason or None))

    def meet(self, name: str, reason: str = "") -> None:
        """What the clock measures is done. Raises NotFound."""
        self._change(name, "met", lambda clock: clock.meet(self._uow.now, reason or None))

    def move(
        self,
        name: str,
        *,
        target: timedelta | None = None,
        to: datetime | None = None,
        by: timedelta | None = None,
        calendar: str | None = None,
        reason: str = "",
    ) -> SlaClockRow:
        """Give a clock another target, moment or extension, and perhaps another calendar; what has passed stays passed.

        Raises NotFound, InvalidInput unless exactly one of the three is given.
        """

        def change(clock: SlaClock) -> SlaClock:
            if calendar is not None and calendar != clock.calendar.name:
                clock = _in_calendar(clock, self._calendar(calendar), self._uow.now)
            return clock.move(self._uow.now, target=target, to=to, by=by, reason=reason or None)

        return self._change(name, "moved", change)

    def meet_all(self, reason: str = "") -> None:
        """The case is solved: every clock that still counts is met, or was breached."""
        for name in self._open():
            self.meet(name, reason)

    def cancel_all(self, reason: str = "") -> None:
        """The case needs no answer: its clocks count in no figure."""
        for name in self._open():
            self._change(name, "cancelled", lambda clock: clock.cancel(self._uow.now, reason or None))

    def _open(self) -> list[str]:
        query = select(SlaClockRow.name).where(SlaClockRow.case_key == self._case.key)
        return list(self._uow.session.scalars(query.where(SlaClockRow.phase.not_in(ENDED)).order_by(SlaClockRow.key)))

    def _change(self, name: str, what: str, change: Callable[[SlaClock], SlaClock]) -> SlaClockRow:
        row = newest(self._uow, self._case.key, name, for_update=True)
        if row is None:
            raise NotFound(f'Case {self._case.number} has no clock "{name}".')
        if row.phase in ENDED:
            return row
        before = clock_from_json(row.clock, self._calendars)
        after = change(before)
        if after != before:
            self._keep(row, after, what)
        return row

    def _keep(self, row: SlaClockRow, clock: SlaClock, what: str) -> None:
        moved = [{"field": f"sla.{clock.name}", "from": _text(row.breach_at), "to": _text(clock.breach_at)}]
        row.keep(clock, self._uow.now)
        data: dict[str, Any] = {"clock": clock.name, "state": clock.state(self._uow.now)}
        record(self._runtime, self._uow, self._case, self._who, "sla", f"sla.{what}", clock.name,
               changes=moved, data=data)  # fmt: skip
        self._changed = True

    def _calendar(self, name: str) -> Calendar:
        if name not in self._calendars:
            raise InvalidInput(f'There is no calendar "{name}"; there is {", ".join(sorted(self._calendars))}.')
        return self._calendars[name]


def clocks_of(runtime: Runtime, uow: UnitOfWork, case_key: int) -> list[ClockView]:
    """Every clock of a case, in the order in which they were started."""
    query = select(SlaClockRow).where(SlaClockRow.case_key == case_key).order_by(SlaClockRow.key)
    return [view(row, shipped_calendars(runtime), uow.now) for row in uow.session.scalars(query)]


def view(row: SlaClockRow, known: Mapping[str, Calendar], now: datetime) -> ClockView:
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


def _in_calendar(clock: SlaClock, calendar: Calendar, now: datetime) -> SlaClock:
    """The clock in another calendar: what has passed is kept, the rest counts in the new one's open time."""
    if clock.phase == "waiting":
        return replace(clock, calendar=calendar)
    runs = clock.phase == "running"
    paused = replace(clock.pause(now, "calendar"), calendar=calendar)
    return paused.resume(now, "calendar") if runs else paused


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
