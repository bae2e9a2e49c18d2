"""Counting in business time: when an amount of it has passed, and how much lies between two moments.

Moments are aware in any zone, results aware UTC. Time counts only while the calendar is open; a duration of one day is
24 open hours, not one working day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta

from engine.calendars.calendar import Calendar, OpenTime
from engine.errors import InvalidInput

HORIZON_YEARS = 50
_NOTHING = timedelta(0)


def business_deadline(start: datetime, duration: timedelta, calendar: Calendar) -> datetime:
    """The first moment (UTC) by which `duration` of open time has passed since `start`; `start` itself when it is zero.

    Work that fills a day to its closing time is due at closing time, not at the next opening. Raises InvalidInput for a
    naive `start`, a negative duration, or when the calendar does not open for that long within 50 years.
    """
    start = _utc(start)
    if duration < _NOTHING:
        raise InvalidInput("A business duration cannot be negative.")
    if duration == _NOTHING:
        return start
    left = duration
    for month in _months(start, calendar):
        passed = _open_before(start, month) if month.starts and month.starts[0] < start else _NOTHING
        if left <= month.total - passed:
            return _moment_at(passed + left, month)
        left -= month.total - passed
    raise InvalidInput(f'Calendar "{calendar.name}" does not open for that long within {HORIZON_YEARS} years.')


def business_duration(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How long the calendar is open between two moments; negative when `end` comes first.

    Raises InvalidInput for naive moments, or when they lie more than 50 years apart.
    """
    start, end = _utc(start), _utc(end)
    if end < start:
        return -business_duration(end, start, calendar)
    if end.year - start.year > HORIZON_YEARS:
        raise InvalidInput(f"The two moments are more than {HORIZON_YEARS} years apart.")
    passed = _NOTHING
    for month in _months(start, calendar):
        passed += _open_before(end, month) - _open_before(start, month)
        if month.ends and month.ends[-1] >= end:
            break
    return passed


def is_open(moment: datetime, calendar: Calendar) -> bool:
    """Whether the calendar is open at that moment; at closing time it no longer is."""
    moment = _utc(moment)
    local = moment.astimezone(calendar.zone_info)
    month = calendar.open_time(local.year, local.month)
    index = bisect_right(month.starts, moment) - 1
    return index >= 0 and moment < month.ends[index]


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidInput("A moment needs its time zone.")
    return moment.astimezone(UTC)


def _months(start: datetime, calendar: Calendar) -> Iterator[OpenTime]:
    """The open time of the local month of `start` and of those that follow, as far as the horizon."""
    last = calendar.never_opens_after
    local = start.astimezone(calendar.zone_info)
    year, month = local.year, local.month
    end_year = min(MAXYEAR - 1, year + HORIZON_YEARS)
    if last is not None:
        end_year = min(end_year, last.year + 1)
    while year <= end_year:
        yield calendar.open_time(year, month)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _open_before(moment: datetime, month: OpenTime) -> timedelta:
    """How much of the month's open time lies before that moment."""
    index = bisect_right(month.starts, moment) - 1
    if index < 0:
        return _NOTHING
    return month.open_before[index] + min(moment, month.ends[index]) - month.starts[index]


def _moment_at(amount: timedelta, month: OpenTime) -> datetime:
    """The first moment by which that much (more than nothing) of the month's open time has passed."""
    index = bisect_left(month.open_before, amount) - 1
    return month.starts[index] + (amount - month.open_before[index])
