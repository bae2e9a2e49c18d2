"""When work comes in: cases registered, or contacts from customers, by the weekday and hour on the clock of who asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, and_, bindparam, func, select, type_coerce

from engine.errors import InvalidInput
from engine.model.case import Case
from engine.model.contact import Contact
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.figures.period import Period

COUNTED = ("cases", "contacts")
WEEKDAYS, HOURS = 7, 24


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
    at, zone = _when(wanted), ZoneInfo(period.zone)
    unit = _unit(at, period, runtime.database.is_sqlite)
    query = _of(wanted, actor.tenant_id, unit, func.count(), with_case=wanted.kind is not None)
    counts = [[0] * HOURS for _ in range(WEEKDAYS)]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        within = and_(at >= period.start, at < period.end, at <= uow.now)
        for start, number in uow.connection.execute(query.where(within).group_by(unit)):
            local = _aware(start).astimezone(zone)
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
    query = query.where(
        at >= bindparam("begins"), at < bindparam("ends"), at <= bindparam("now"), Case.key.is_not(None)
    )
    found: set[int] = set()
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        # One after another: told all of them at once, SQLite compares each case with each hour.
        for begins, ends in _hours(period, weekday, hour):
            hours = {"begins": begins, "ends": ends, "now": uow.now}
            found.update(uow.connection.execute(query, hours).scalars())
        keys = sorted(found, reverse=True)
        numbers = select(Case.number).where(Case.key.in_(keys[:limit])).order_by(Case.key.desc())
        return list(uow.session.scalars(numbers)), len(keys)


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


def _unit(at: Any, period: Period, is_sqlite: bool) -> Any:
    """The hour in UTC that a moment is in, or the minute where the zone is off by less than hours: all of it has one hour there."""
    zone = ZoneInfo(period.zone)
    offsets = (moment.astimezone(zone).utcoffset() or timedelta() for moment in (period.start, period.end))
    whole = all(offset % timedelta(hours=1) == timedelta() for offset in offsets)
    if is_sqlite:
        return func.substr(type_coerce(at, Text), 1, len("2026-03-02 09") if whole else len("2026-03-02 09:30"))
    return func.date_trunc("hour" if whole else "minute", at, "UTC")


def _aware(start: str | datetime) -> datetime:
    return datetime.fromisoformat(start).replace(tzinfo=UTC) if isinstance(start, str) else start


def _hours(period: Period, weekday: int, hour: int) -> list[tuple[datetime, datetime]]:
    """When that hour begins and ends on each such day of the period."""
    return [_hour(day, hour, period.zone) for day in period.dates() if day.weekday() == weekday]


def _hour(day: date, hour: int, zone: str) -> tuple[datetime, datetime]:
    """When an hour on the wall begins and ends: nothing long where the clock skips it, two hours where it comes twice."""
    begins = datetime.combine(day, time(hour), ZoneInfo(zone))
    ends = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(hours=hour + 1)
    return begins.astimezone(UTC), ends.astimezone(UTC)
