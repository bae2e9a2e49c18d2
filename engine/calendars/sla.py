"""A case's SLA clock: it counts a calendar's open time towards a target, can wait, and is met or breached.

Every method returns a new clock and adds one entry to its history. Whatever the order of pauses, resumes and moves,
`elapsed + remaining == target`; a moment before the last change counts as that change's moment: time never runs back.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from engine.calendars.arithmetic import business_deadline, business_duration
from engine.calendars.calendar import Calendar
from engine.errors import Conflict, InvalidInput

Phase = Literal["waiting", "running", "paused", "finished", "cancelled"]
State = Literal["waiting", "running", "warned", "paused", "breached", "met", "cancelled"]
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class Change:
    """One entry of the history: what was done when, the target after it, and the state it found."""

    at: datetime
    action: str
    target: timedelta
    state_before: State
    reason: str | None = None


@dataclass(frozen=True)
class SlaClock:
    """`target` is business time. It warns `warn_before` the breach, or at `warn_fraction` (0–1) of it, or never.

    `used` is what had passed when it last began to run, at `running_since`.
    """

    name: str
    calendar: Calendar
    target: timedelta
    warn_fraction: float | None = None
    warn_before: timedelta | None = None
    phase: Phase = "waiting"
    used: timedelta = _NOTHING
    started_at: datetime | None = None
    running_since: datetime | None = None
    finished_at: datetime | None = None
    history: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if self.target < _NOTHING:
            raise InvalidInput(f'The target of the clock "{self.name}" cannot be negative.')
        if self.warn_fraction is not None and (self.warn_before is not None or not 0 <= self.warn_fraction <= 1):
            raise InvalidInput(f'The clock "{self.name}" warns at a fraction from 0 to 1, or a time before, not both.')

    # What it shows

    @property
    def warn_after(self) -> timedelta | None:
        """The elapsed time at which it warns."""
        if self.warn_before is not None:
            return max(_NOTHING, self.target - self.warn_before)
        return None if self.warn_fraction is None else self.target * self.warn_fraction

    @property
    def due_at(self) -> datetime | None:
        """When the target is or was reached without a further pause; None where it never ran or is paused."""
        return self._when(self.target)

    @property
    def breach_at(self) -> datetime | None:
        """The waiting timer's moment (aware UTC); None unless it is running. A moment that has passed stays."""
        return self._when(self.target) if self.phase == "running" else None

    @property
    def warn_at(self) -> datetime | None:
        """The warning timer's moment; None unless it is running, or without a warning."""
        after = self.warn_after
        return None if after is None or self.phase != "running" else self._when(after)

    def elapsed(self, now: datetime) -> timedelta:
        """Business time that counts until now, or until it was finished."""
        if self.running_since is None:
            return self.used
        end = self.finished_at or max(now, self.running_since)
        return self.used + business_duration(self.running_since, end, self.calendar)

    def remaining(self, now: datetime) -> timedelta:
        """Business time until the breach; negative after it."""
        return self.target - self.elapsed(now)

    def state(self, now: datetime) -> State:
        """Where it stands. A clock that is breached can no longer be met, only moved."""
        if self.phase in ("waiting", "cancelled"):
            return self.phase
        due, warn = self.due_at, self.warn_at
        if self.finished_at is not None:
            late = self.used >= self.target if due is None else self.finished_at > due
            return "breached" if late else "met"
        if due is None:
            return "breached" if self.used >= self.target else "paused"
        if now >= due:
            return "breached"
        return "warned" if warn is not None and now >= warn else "running"

    def running_time(self) -> timedelta:
        """Calendar time that it ran until its last change: everything but its pauses."""
        total: timedelta = _NOTHING
        since: datetime | None = None
        for change in self.history:
            total += _NOTHING if since is None else change.at - since
            runs = change.action in ("start", "resume") or (change.action == "move" and since is not None)
            since = change.at if runs else None
        return total

    # What happens to it

    def start(self, now: datetime) -> "SlaClock":
        """Begin to count. Raises Conflict when it has begun before."""
        if self.phase != "waiting":
            raise Conflict(f'The clock "{self.name}" has begun already.')
        now = now.astimezone(UTC)
        return self._changed(now, "start", phase="running", started_at=now, running_since=now)

    def pause(self, now: datetime, reason: str | None = None) -> "SlaClock":
        """Stop counting while we wait. Pausing a paused clock changes nothing. Raises Conflict unless it has begun."""
        self._require_open("pause")
        if self.phase == "paused":
            return self
        now = self._not_before_last(now)
        return self._changed(now, "pause", reason, phase="paused", used=self.elapsed(now), running_since=None)

    def resume(self, now: datetime, reason: str | None = None) -> "SlaClock":
        """Count on. Resuming a running clock changes nothing. Raises Conflict unless it has begun."""
        self._require_open("resume")
        if self.phase == "running":
            return self
        now = self._not_before_last(now)
        return self._changed(now, "resume", reason, phase="running", running_since=now)

    def move(
        self,
        now: datetime,
        *,
        to: datetime | None = None,
        by: timedelta | None = None,
        target: timedelta | None = None,
        reason: str | None = None,
    ) -> "SlaClock":
        """Change the breach: `to` a moment, `by` an extension (negative shortens), or a new `target` since the start.

        While paused, `to` means: the business time from now to that moment is what remains at the resume. A moment in
        closed time is the same as the last open moment before it; one that has passed breaches now. Raises Conflict
        once it is finished, InvalidInput unless exactly one of the three is given.
        """
        if self.phase in ("finished", "cancelled"):
            raise Conflict(f'The clock "{self.name}" is finished and cannot be moved.')
        now = self._not_before_last(now)
        if [to, by, target].count(None) != 2:
            raise InvalidInput("Give one of: a new moment, an extension, a new target.")
        if to is not None:
            target = self.elapsed(now) + business_duration(now, to, self.calendar)
        elif by is not None:
            target = self.target + by
        return self._changed(now, "move", reason, target=max(_NOTHING, target or _NOTHING))

    def meet(self, now: datetime, reason: str | None = None) -> "SlaClock":
        """What it measures is done: met when within the target, breached when late. Again changes nothing."""
        if self.phase == "finished":
            return self
        self._require_open("meet")
        now = self._not_before_last(now)
        return self._changed(now, "meet", reason, phase="finished", finished_at=now)

    def cancel(self, now: datetime, reason: str | None = None) -> "SlaClock":
        """It no longer applies and counts in no figure. Raises Conflict once it is finished."""
        if self.phase == "finished":
            raise Conflict(f'The clock "{self.name}" is finished.')
        if self.phase == "cancelled":
            return self
        now = self._not_before_last(now)
        return self._changed(now, "cancel", reason, phase="cancelled", finished_at=now)

    def _require_open(self, action: str) -> None:
        if self.phase not in ("running", "paused"):
            raise Conflict(f'The clock "{self.name}" is {self.phase}; it cannot {action}.')

    def _not_before_last(self, now: datetime) -> datetime:
        now = now.astimezone(UTC)
        return max(now, self.history[-1].at) if self.history else now

    def _when(self, elapsed: timedelta) -> datetime | None:
        if self.running_since is None:
            return None
        return business_deadline(self.running_since, max(_NOTHING, elapsed - self.used), self.calendar)

    def _changed(self, now: datetime, action: str, reason: str | None = None, **values: Any) -> "SlaClock":
        changed = replace(self, **values)
        entry = Change(now, action, changed.target, self.state(now), reason)
        return replace(changed, history=(*self.history, entry))
