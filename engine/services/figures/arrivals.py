"""When work comes in: cases registered, or contacts from customers, by the weekday and hour on the clock of who asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, extract, false, func, or_, select

from engine.errors import InvalidInput
from engine.model.case import Case
from engine.model.contact import Contact
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.figures.period import Period

COUNTED = ("cases", "contacts")
WEEKDAYS, HOURS = 7, 24
_QUARTER = 900  # seconds; no zone's clock is off by anything finer


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`counts[weekday][hour]`, Monday and midnight first; `days[weekday]` is how many such days of the period have begun."""

    period: Period
    counts: list[list[int]]
    days: list[int]

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts))

    def mean(self, weekday: int, hour: int) -> float:
        """How many come in that hour on one such day; 0 where the period has none."""
        return self.counts[weekday][hour] / self.days[weekday] if self.days[weekday] else 0.0

    @property
    def busiest(self) -> float:
        """The highest mean."""
        return max(self.mean(weekday, hour) for weekday in range(WEEKDAYS) for hour in range(HOURS))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is counted: one of `COUNTED`, of a channel (a contact's own) and a kind of case, if said."""

    counted: str = "cases"
    channel: str | None = None
    kind: str | None = None


def arrivals(runtime: Runtime, period: Period, wanted: Wanted, *, actor: Actor) -> Arrivals:
    """What came in within the period, by weekday and hour. Raises Forbidden without figures.read, InvalidInput."""
    actor.require("figures.read")
    at = _when(wanted)
    quarter = _quarter(at)
    query = _of(wanted, actor.tenant_id, quarter, func.count(), with_case=wanted.kind is not None)
    counts = [[0] * HOURS for _ in range(WEEKDAYS)]
    zone = ZoneInfo(period.zone)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        within = and_(at >= period.start, at < period.end, at <= uow.now)
        for start, number in uow.connection.execute(query.where(within).group_by(quarter)):
            local = datetime.fromtimestamp(int(start), zone)
            counts[local.weekday()][local.hour] += number
        begun = Counter(day.weekday() for day in period.dates() if day <= uow.now.astimezone(zone).date())
    return Arrivals(period, counts, [begun[weekday] for weekday in range(WEEKDAYS)])


def cases_that_came(
    runtime: Runtime, period: Period, wanted: Wanted, weekday: int, hour: int, *, actor: Actor, limit: int = 500
) -> tuple[list[str], int]:
    """The numbers of the cases that came in that hour, or of whose contacts some did, the newest first, and how many they are.

    Contacts without a case are not among them. Raises Forbidden without figures.read and cases.read, InvalidInput for no such hour.
    """
    actor.require("figures.read", "cases.read")
    if weekday not in range(WEEKDAYS) or hour not in range(HOURS):
        raise InvalidInput("There is no such hour.", {"hour": ["没有这个时段 / There is no such hour."]})
    at, query = _when(wanted), _of(wanted, actor.tenant_id, Case.key, with_case=True)
    hours = [_hour(day, hour, period.zone) for day in period.dates() if day.weekday() == weekday]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        within = or_(false(), *(and_(at >= start, at < end) for start, end in hours))
        keys = sorted(set(uow.session.scalars(query.where(within, at <= uow.now, Case.key.is_not(None)))), reverse=True)
        found = select(Case.number).where(Case.key.in_(keys[:limit])).order_by(Case.key.desc())
        return list(uow.session.scalars(found)), len(keys)


def _when(wanted: Wanted) -> Any:
    """The column that says when what is wanted came."""
    if wanted.counted not in COUNTED:
        raise InvalidInput(f"{wanted.counted!r} is not counted.", {"counted": ["不能统计此项 / Not counted."]})
    return Case.created_at if wanted.counted == "cases" else Contact.at


def _of(wanted: Wanted, tenant_id: str, *columns: Any, with_case: bool) -> Select[Any]:
    """These columns of what is wanted, whenever it came."""
    table = Case if wanted.counted == "cases" else Contact
    query = select(*columns).select_from(table).where(table.tenant_id == tenant_id)
    if table is Contact:
        query = query.where(Contact.direction == "in")
        query = query.outerjoin(Case, Case.key == Contact.case_key) if with_case else query
    conditions = ((table.channel, wanted.channel), (Case.kind, wanted.kind))
    return query.where(*(column == value for column, value in conditions if value is not None))


def _quarter(at: Any) -> Any:
    """The quarter of an hour that a moment is in, as when it began, in seconds since 1970. SQLite rounds moments to the millisecond."""
    seconds = extract("epoch", at)
    return seconds - seconds % _QUARTER


def _hour(day: date, hour: int, zone: str) -> tuple[datetime, datetime]:
    """When an hour on the wall begins and ends: nothing long where the clock skips it, two hours where it comes twice."""
    begins = datetime.combine(day, time(hour), ZoneInfo(zone))
    ends = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(hours=hour + 1)
    return begins.astimezone(UTC), ends.astimezone(UTC)
