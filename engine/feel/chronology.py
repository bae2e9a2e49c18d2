"""Calendar arithmetic for any year of the proleptic Gregorian calendar, and time zones.

Python's datetime ends at the year 9999 and at microseconds; FEEL allows nine digits for the year and nanoseconds.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_YEAR = 999_999_999
NANOS = 1_000_000_000
DAY_SECONDS = 86_400
MAX_OFFSET = 18 * 3600
ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local wall time on purpose
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# A zone is unknown (None), a fixed offset in seconds, or an IANA name.
Zone = int | str | None


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_days(year: int, month: int) -> int:
    """How many days the month has."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def is_date(year: int, month: int, day: int) -> bool:
    """Whether such a day exists within the years that FEEL allows."""
    return abs(year) <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= month_days(year, month)


def epoch_day(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 (the well-known "days from civil" computation: years start in March)."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil(days: int) -> tuple[int, int, int]:
    """The year, month and day of an epoch day; the inverse of `epoch_day`."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def add_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """The same day so many months on, or the last day of a shorter month."""
    year, index = divmod(year * 12 + month - 1 + months, 12)
    return year, index + 1, min(day, month_days(year, index + 1))


@lru_cache(maxsize=512)
def zone_info(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None."""
    if not ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_at_local(zone: int | str, local_seconds: int) -> int:
    """Seconds east of UTC that the zone has at a wall time given as seconds since the epoch."""
    if isinstance(zone, int):
        return zone
    info = zone_info(zone)
    offset = info.utcoffset(_within_python(local_seconds)) if info else None
    return int(offset.total_seconds()) if offset is not None else 0


def offset_at_instant(zone: int | str, utc_seconds: int) -> int:
    """Seconds east of UTC that the zone has at an instant."""
    if isinstance(zone, int):
        return zone
    info = zone_info(zone)
    if info is None:
        return 0
    offset = _within_python(utc_seconds).replace(tzinfo=info)
    local = info.fromutc(offset).utcoffset()
    return int(local.total_seconds()) if local is not None else 0


def _within_python(seconds: int) -> datetime:
    """A Python datetime for the zone's rules: years outside Python's range become one with the same calendar."""
    year, month, day = civil(seconds // DAY_SECONDS)
    if year >= 9999:
        year = 2400 + year % 400
    midnight = datetime(year if year > 1 else 2, month, 28 if year <= 1 and month == 2 else day)  # noqa: DTZ001
    return midnight + timedelta(seconds=seconds % DAY_SECONDS)
