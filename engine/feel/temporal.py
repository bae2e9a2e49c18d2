"""FEEL dates, times, and dates with a time; immutable, any year up to nine digits, nanoseconds."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.feel.chronology import (
    DAY_SECONDS,
    MAX_OFFSET,
    NANOS,
    Zone,
    add_months,
    civil,
    epoch_day,
    is_date,
    offset_at_instant,
    offset_at_local,
    zone_info,
)
from engine.feel.durations import DaysTime, YearsMonths, fraction_text, parse_duration

_DATE = r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,30}))?)?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+/-]{1,64})?"
DATE = re.compile(_DATE, re.ASCII)
TIME = re.compile(_TIME, re.ASCII)
DATE_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)


class FeelDate:
    """A day of the calendar; raises ValueError for one that does not exist."""

    __slots__ = ("day", "days", "month", "year")

    def __init__(self, year: int, month: int, day: int) -> None:
        if not is_date(year, month, day):
            raise ValueError("There is no such date.")
        self.year, self.month, self.day = year, month, day
        self.days = epoch_day(year, month, day)

    @classmethod
    def of_days(cls, days: int) -> "FeelDate":
        """The date so many days after 1970-01-01."""
        return cls(*civil(days))

    def __eq__(self, other: object) -> bool:
        return type(other) is FeelDate and other.days == self.days

    def __hash__(self) -> int:
        return hash(("date", self.days))

    def __repr__(self) -> str:
        return f"FeelDate({self})"

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"

    def plus_months(self, months: int) -> "FeelDate":
        return FeelDate(*add_months(self.year, self.month, self.day, months))

    @property
    def weekday(self) -> int:
        """1 for Monday to 7 for Sunday."""
        return (self.days + 3) % 7 + 1

    def to_python(self) -> date:
        """The Python date; raises ValueError outside the years 1 to 9999."""
        return date(self.year, self.month, self.day)


class FeelTime:
    """A time of day with or without a zone; `nanos` counts from midnight."""

    __slots__ = ("nanos", "zone")

    def __init__(self, nanos: int, zone: Zone = None) -> None:
        self.nanos = nanos
        self.zone = zone

    def __eq__(self, other: object) -> bool:
        return type(other) is FeelTime and (other.nanos, other.zone) == (self.nanos, self.zone)

    def __hash__(self) -> int:
        return hash(("time", self.nanos, self.zone))

    def __repr__(self) -> str:
        return f"FeelTime({self})"

    def __str__(self) -> str:
        seconds, fraction = divmod(self.nanos, NANOS)
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return clock + fraction_text(fraction) + zone_text(self.zone)

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC; a named zone's offset is that of 1970-01-01, since a time has no day."""
        return None if self.zone is None else offset_at_local(self.zone, self.nanos // NANOS)

    @property
    def utc_nanos(self) -> int:
        """Nanoseconds since midnight in UTC (of the local day, so it may be negative); the wall time without a zone."""
        return self.nanos - (self.offset or 0) * NANOS

    def plus(self, nanos: int) -> "FeelTime":
        """The time so much later, around midnight where needed."""
        return FeelTime((self.nanos + nanos) % (DAY_SECONDS * NANOS), self.zone)

    def to_python(self) -> time:
        seconds, fraction = divmod(self.nanos, NANOS)
        zone = None if self.zone is None else timezone(timedelta(seconds=self.offset or 0))
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction // 1000, tzinfo=zone)


class FeelDateTime:
    """A day and a time of day, with or without a zone."""

    __slots__ = ("date", "time")

    def __init__(self, date: FeelDate, time: FeelTime) -> None:
        self.date = date
        self.time = time

    @classmethod
    def of_local(cls, nanos: int, zone: Zone) -> "FeelDateTime":
        """The wall time so many nanoseconds after 1970-01-01T00:00:00."""
        days, rest = divmod(nanos, DAY_SECONDS * NANOS)
        return cls(FeelDate.of_days(days), FeelTime(rest, zone))

    @classmethod
    def of_instant(cls, nanos: int, zone: int | str) -> "FeelDateTime":
        """The instant so many nanoseconds after the epoch, as the zone shows it."""
        return cls.of_local(nanos + offset_at_instant(zone, nanos // NANOS) * NANOS, zone)

    def __eq__(self, other: object) -> bool:
        return type(other) is FeelDateTime and (other.date, other.time) == (self.date, self.time)

    def __hash__(self) -> int:
        return hash((self.date, self.time))

    def __repr__(self) -> str:
        return f"FeelDateTime({self})"

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"

    @property
    def zone(self) -> Zone:
        return self.time.zone

    @property
    def local_nanos(self) -> int:
        return self.date.days * DAY_SECONDS * NANOS + self.time.nanos

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC at this moment, or None without a zone."""
        return None if self.zone is None else offset_at_local(self.zone, self.local_nanos // NANOS)

    @property
    def instant(self) -> int:
        """Nanoseconds since the epoch; without a zone the wall time counts as UTC."""
        return self.local_nanos - (self.offset or 0) * NANOS

    def plus(self, nanos: int) -> "FeelDateTime":
        """The moment so much later on the time line."""
        if self.zone is None:
            return FeelDateTime.of_local(self.local_nanos + nanos, None)
        return FeelDateTime.of_instant(self.instant + nanos, self.zone)

    def plus_months(self, months: int) -> "FeelDateTime":
        return FeelDateTime(self.date.plus_months(months), self.time)

    def to_python(self) -> datetime:
        """The Python datetime, aware where the value has a zone; raises ValueError outside the years 1 to 9999."""
        clock = self.time.to_python().replace(tzinfo=None)
        return datetime.combine(self.date.to_python(), clock, tzinfo=_tzinfo(self.zone))


def zone_text(zone: Zone) -> str:
    """How a zone is written after a time: "", "Z", "+08:00" or "@Asia/Shanghai"."""
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone), 60)
    sign = "-" if zone < 0 else "+"
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def parse_zone(text: str | None) -> Zone:
    """The zone written as `zone_text` does; raises ValueError for one that does not exist."""
    if not text:
        return None
    if text == "Z":
        return 0
    if text[0] == "@":
        if zone_info(text[1:]) is None:
            raise ValueError("There is no such time zone.")
        return text[1:]
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = hours * 3600 + minutes * 60 + (seconds[0] if seconds else 0)
    if offset > MAX_OFFSET or minutes > 59 or (seconds and seconds[0] > 59):
        raise ValueError("A time offset is at most 18 hours.")
    return -offset if text[0] == "-" else offset


def _tzinfo(zone: Zone) -> tzinfo | None:
    if zone is None or isinstance(zone, str):
        return zone_info(zone) if zone else None
    return timezone(timedelta(seconds=zone)) if zone else UTC


def zone_of(moment: datetime | time) -> Zone:
    """The FEEL zone of a Python datetime or time."""
    info = moment.tzinfo
    if info is None:
        return None
    if isinstance(info, ZoneInfo) and info.key and info.key != "UTC":
        return info.key
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset is not None else None


def of_date(value: date) -> FeelDate:
    return FeelDate(value.year, value.month, value.day)


def of_time(value: time) -> FeelTime:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return FeelTime(seconds * NANOS + value.microsecond * 1000, zone_of(value))


def of_datetime(value: datetime) -> FeelDateTime:
    clock = value.timetz() if value.tzinfo is None else value.time()
    return FeelDateTime(of_date(value), FeelTime(of_time(clock).nanos, zone_of(value)))


@lru_cache(maxsize=1024)
def parse_date(text: str) -> FeelDate | None:
    """The date written as `2024-02-29`, or None."""
    match = DATE.fullmatch(text)
    return _date(match.group(1, 2, 3)) if match else None


@lru_cache(maxsize=1024)
def parse_time(text: str) -> FeelTime | None:
    """The time written as `10:15:00`, with fraction and zone where wanted, or None."""
    match = TIME.fullmatch(text)
    parsed = _time(match.group(1, 2, 3, 4, 5)) if match else None
    return FeelTime(parsed[0] % (DAY_SECONDS * NANOS), parsed[1]) if parsed else None


@lru_cache(maxsize=1024)
def parse_date_time(text: str) -> FeelDateTime | None:
    """The moment written as `2024-02-29T10:15:00@Asia/Shanghai`, a date alone meaning its midnight, or None."""
    match = DATE_TIME.fullmatch(text)
    if match is None:
        day = parse_date(text)
        return FeelDateTime(day, FeelTime(0)) if day else None
    day, clock = _date(match.group(1, 2, 3)), _time(match.group(4, 5, 6, 7, 8))
    if day is None or clock is None:
        return None
    midnight = FeelDateTime(day, FeelTime(0))
    try:
        return FeelDateTime.of_local(midnight.local_nanos + clock[0], clock[1])
    except ValueError:
        return None


def _date(parts: tuple[str, ...]) -> FeelDate | None:
    try:
        return FeelDate(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def _time(parts: tuple[str, ...]) -> tuple[int, Zone] | None:
    hour, minute, second = int(parts[0]), int(parts[1]), int(parts[2] or 0)  # Camunda leaves seconds out.
    nanos = int((parts[3] or "").ljust(9, "0")[:9])
    midnight = (hour, minute, second, nanos) == (24, 0, 0, 0)
    if minute > 59 or second > 59 or (hour > 23 and not midnight):
        return None
    try:
        return ((hour * 60 + minute) * 60 + second) * NANOS + nanos, parse_zone(parts[4])
    except ValueError:
        return None


def parse_at(text: str) -> FeelDate | FeelTime | FeelDateTime | DaysTime | YearsMonths | None:
    """The value of an at-literal `@"…"`: a date, time, date and time or duration, or None."""
    if "T" in text and (text[0].isdigit() or (text[0] == "-" and text[1:2].isdigit())):
        return parse_date_time(text)
    return parse_date(text) or parse_time(text) or parse_duration(text)
