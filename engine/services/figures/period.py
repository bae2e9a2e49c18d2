"""Spans of days that figures are asked for, in the zone of who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput

NAMED = (
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "last_30_days", "this_year",
    "last_7_days", "last_28_days", "month_to_the_24th",
)  # fmt: skip
LONGEST_DAYS = 800
YEARS = (1900, 9000)
_DAILY, _WEEKLY = 45, 200  # up to so many days a trend has a point a day, a week; beyond, a month


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both of them in it, as a calendar on the wall of `zone` counts them."""

    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        """The first moment in it, aware."""
        return datetime.combine(self.first, time(), ZoneInfo(self.zone))

    @property
    def end(self) -> datetime:
        """The first moment after it, aware."""
        return datetime.combine(self.last + timedelta(days=1), time(), ZoneInfo(self.zone))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def dates(self) -> list[date]:
        """Its days, in order."""
        return [self.first + timedelta(days=number) for number in range(self.days)]

    def midnights(self) -> list[float]:
        """When each of its days begins, and when it ends, in seconds since 1970."""
        midnight, zone = time(), ZoneInfo(self.zone)
        days = (self.first + timedelta(days=number) for number in range(self.days + 1))
        return [datetime.combine(day, midnight, zone).timestamp() for day in days]

    def step_of(self, moment: datetime) -> str:
        """The point of a trend that a moment belongs to: a day, the Monday of its week, or a month."""
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        return self.step_of_day(day)

    def steps(self) -> list[str]:
        """All points of a trend over this period, in order."""
        return list(dict.fromkeys(self.step_of_day(day) for day in self.dates()))

    def step_of_day(self, day: date) -> str:
        if self.days <= _DAILY:
            return day.isoformat()
        if self.days <= _WEEKLY:
            return (day - timedelta(days=day.weekday())).isoformat()
        return f"{day:%Y-%m}"


def named_period(name: str, now: datetime, zone: str) -> Period:
    """One of `NAMED`, as of now. Raises InvalidInput for another name."""
    today = now.astimezone(ZoneInfo(zone)).date()
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    day = timedelta(days=1)
    spans = {
        "today": (today, today),
        "yesterday": (today - day, today - day),
        "this_week": (monday, today),
        "last_week": (monday - 7 * day, monday - day),
        "this_month": (first, today),
        "last_month": ((first - day).replace(day=1), first - day),
        "last_30_days": (today - 29 * day, today),
        "this_year": (today.replace(month=1, day=1), today),
        "last_7_days": (today - 7 * day, today - day),
        "last_28_days": (today - 28 * day, today - day),
        "month_to_the_24th": ((first - day).replace(day=25), first.replace(day=24)),
    }
    if name not in spans:
        raise InvalidInput(f"There is no period {name!r}.", {"period": ["没有这个时间段 / There is no such period."]})
    return Period(*spans[name], zone)


def span(first: str, last: str, zone: str) -> Period:
    """From one ISO day to another. Raises InvalidInput when they are no days, are turned round, or are too far apart."""
    days = {}
    for field, text in (("first", first), ("last", last)):
        try:
            days[field] = date.fromisoformat(text)
        except ValueError:
            days[field] = date.min
        if not YEARS[0] <= days[field].year <= YEARS[1]:
            raise InvalidInput("This is no day.", {field: ["日期无效 / Not a date."]})
    if days["last"] < days["first"]:
        raise InvalidInput("It ends before it begins.", {"last": ["结束早于开始 / It ends before it begins."]})
    if (days["last"] - days["first"]).days >= LONGEST_DAYS:
        words = f"最多 {LONGEST_DAYS} 天 / At most {LONGEST_DAYS} days."
        raise InvalidInput("The period is too long.", {"last": [words]})
    return Period(days["first"], days["last"], zone)
