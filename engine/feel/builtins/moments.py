"""Functions over dates and times, and the clock."""

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.chronology import epoch_day, month_days
from engine.feel.compare import identical
from engine.feel.runtime import Runtime
from engine.feel.temporal import FeelDate, FeelDateTime, of_datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DATE = "date: date|date and time"


@builtin("is", "[value1: Any]", "[value2: Any]", result="boolean", doc="Whether two values are the same, zone and all.")
def is_same(rt: Runtime, value1: Any = None, value2: Any = None) -> bool:
    return identical(value1, value2)


@builtin("now", result="date and time", doc="The moment of the evaluation.")
def now(rt: Runtime) -> FeelDateTime:
    return of_datetime(rt.clock())


@builtin("today", result="date", doc="The day of the evaluation.")
def today(rt: Runtime) -> FeelDate:
    return of_datetime(rt.clock()).date


@builtin("day of year", _DATE, result="number", doc="1 for the first of January.")
def day_of_year(rt: Runtime, date: Any) -> int:
    day = _day(date)
    return day.days - epoch_day(day.year, 1, 1) + 1


@builtin("day of week", _DATE, result="string", doc="The English name of the weekday.")
def day_of_week(rt: Runtime, date: Any) -> str:
    return _DAYS[_day(date).weekday - 1]


@builtin("month of year", _DATE, result="string", doc="The English name of the month.")
def month_of_year(rt: Runtime, date: Any) -> str:
    return _MONTHS[_day(date).month - 1]


@builtin("week of year", _DATE, result="number", doc="The week's number by ISO 8601.")
def week_of_year(rt: Runtime, date: Any) -> int:
    day = _day(date)
    # The week belongs to the year that its Thursday lies in.
    thursday = FeelDate.of_days(day.days - day.weekday + 4)
    return (thursday.days - epoch_day(thursday.year, 1, 1)) // 7 + 1


@builtin("last day of month", _DATE, result="date", doc="The last day of the date's month.")
def last_day_of_month(rt: Runtime, date: Any) -> FeelDate:
    day = _day(date)
    return FeelDate(day.year, day.month, month_days(day.year, day.month))


def _day(date: FeelDate | FeelDateTime) -> FeelDate:
    return date.date if isinstance(date, FeelDateTime) else date
