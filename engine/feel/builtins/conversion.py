"""Conversion functions: date, time, date and time, duration, number, string, range, and not()."""

import re
from decimal import Decimal
from typing import Any

from engine.feel.builtins.range_text import parse_range
from engine.feel.builtins.registry import builtin
from engine.feel.chronology import MAX_OFFSET, NANOS, Zone, zone_info
from engine.feel.durations import DaysTime, YearsMonths, parse_duration
from engine.feel.numbers import parse as parse_number
from engine.feel.printing import feel_string
from engine.feel.runtime import Runtime
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime, parse_date, parse_date_time, parse_time, parse_zone
from engine.feel.weight import weigh

_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d(?::\d\d)?)$")


@builtin("date", "from: string", result="date", doc="The date that a text, a date and time, or year, month, day mean.")
def date_from_string(rt: Runtime, text: str) -> FeelDate | None:
    return parse_date(text)


@builtin("date", "from: date|date and time")
def date_from_moment(rt: Runtime, moment: FeelDate | FeelDateTime) -> FeelDate:
    return moment.date if isinstance(moment, FeelDateTime) else moment


@builtin("date", "year: number", "month: number", "day: number")
def date_from_parts(rt: Runtime, year: Any, month: Any, day: Any) -> FeelDate:
    return FeelDate(int(year), int(month), int(day))


@builtin("time", "from: string", result="time", doc="The time that a text, a moment, or hour, minute, second mean.")
def time_from_string(rt: Runtime, text: str) -> FeelTime | None:
    return parse_time(text.removeprefix("T"))


@builtin("time", "from: time|date|date and time")
def time_from_moment(rt: Runtime, moment: Any) -> FeelTime:
    if isinstance(moment, FeelDateTime):
        return moment.time
    return FeelTime(0, 0) if isinstance(moment, FeelDate) else moment


@builtin("time", "hour: number", "minute: number", "second: number", "[offset: days and time duration?]")
def time_from_parts(rt: Runtime, hour: Any, minute: Any, second: Any, offset: DaysTime | None = None) -> Any:
    return _clock(hour, minute, second, _zone_of(offset))


@builtin(
    "date and time",
    "from: string",
    result="date and time",
    doc="The moment that a text, a date with a time, or its parts mean.",
)
def date_and_time_from_string(rt: Runtime, text: str) -> FeelDateTime | None:
    # Java's form, `…+02:00[Europe/Berlin]`, which Camunda's to json() writes: the zone rules.
    moment, _, zone = text.partition("[")
    if zone.endswith("]"):
        return parse_date_time(_OFFSET.sub("", moment) + "@" + zone[:-1])
    return parse_date_time(text)


@builtin("date and time", "from: date and time")
def date_and_time_from_moment(rt: Runtime, moment: FeelDateTime) -> FeelDateTime:
    return moment


@builtin("date and time", "date: date|date and time", "time: time")
def date_and_time_from_both(rt: Runtime, date: FeelDate | FeelDateTime, time: FeelTime) -> FeelDateTime:
    return FeelDateTime(date.date if isinstance(date, FeelDateTime) else date, time)


@builtin("date and time", "date: date and time", "timezone: string")
def date_and_time_in_zone(rt: Runtime, moment: FeelDateTime, timezone: str) -> FeelDateTime:
    """Camunda's: the same instant in another zone (a moment without a zone is taken to be in it)."""
    zone = parse_zone(timezone if timezone[:1] in ("Z", "+", "-") else f"@{timezone}")
    if zone is None or moment.zone is None:
        return FeelDateTime(moment.date, FeelTime(moment.time.nanos, zone))
    return FeelDateTime.of_instant(moment.instant, zone)


_PARTS = ("year: number", "month: number", "day: number", "hour: number", "minute: number", "second: number")


@builtin("date and time", *_PARTS, "[offset: days and time duration?]")
def date_and_time_from_parts(
    rt: Runtime, year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, offset: DaysTime | None = None
) -> FeelDateTime:
    return FeelDateTime(FeelDate(int(year), int(month), int(day)), _clock(hour, minute, second, _zone_of(offset)))


@builtin("date and time", *_PARTS, "timezone: string")
def date_and_time_from_zoned_parts(
    rt: Runtime, year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, timezone: str
) -> FeelDateTime | None:
    if zone_info(timezone) is None:
        return None
    return FeelDateTime(FeelDate(int(year), int(month), int(day)), _clock(hour, minute, second, timezone))


@builtin("duration", "from: string|duration", result="Any", doc="The duration that an ISO 8601 text means.")
def duration(rt: Runtime, text: Any) -> Any:
    return parse_duration(text) if isinstance(text, str) else text


_DATES = ("from: date|date and time", "to: date|date and time")


@builtin(
    "years and months duration",
    *_DATES,
    result="years and months duration",
    doc="The whole months between two dates, negative when the second is earlier.",
)
def years_and_months_duration(rt: Runtime, start: Any, end: Any) -> YearsMonths:
    first, last = date_from_moment(rt, start), date_from_moment(rt, end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


@builtin("number", "from: string", result="number", doc="The number that a text means, with the separators given.")
def number_from_string(rt: Runtime, text: str) -> Any:
    stripped = text.strip()
    digits = stripped.replace("-", "", 1).replace("+", "", 1).replace(".", "", 1)
    digits = digits.replace("e", "", 1).replace("E", "", 1).replace("-", "", 1).replace("+", "", 1)
    return parse_number(stripped) if digits.isascii() and digits.isdigit() else None


@builtin("number", "from: number")
def number_from_number(rt: Runtime, value: Any) -> Any:
    return value


@builtin("number", "from: string", "grouping separator: string?", "[decimal separator: string?]")
def number_with_separators(rt: Runtime, text: str, grouping: str | None, point: str | None = None) -> Any:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping and grouping == point):
        return None
    if grouping:
        text = text.replace(grouping, "")
    return number_from_string(rt, text.replace(point, ".") if point else text) if " " not in text else None


@builtin("string", "from: Any", result="string", doc="The text of a value.")
def string(rt: Runtime, value: Any) -> str | None:
    weigh(value)
    return None if value is None else rt.string_of(feel_string(value))


@builtin("range", "from: string", result="range", doc='The range that a text such as "[1..5)" means.')
def range_from_string(rt: Runtime, text: str) -> Any:
    return parse_range(text)


@builtin("not", "negand: Any", result="boolean", doc="True for false, false for true, else null.")
def negation(rt: Runtime, negand: Any) -> bool | None:
    if isinstance(negand, list) and len(negand) == 1:
        negand = negand[0]
    return not negand if isinstance(negand, bool) else None


def _clock(hour: Any, minute: Any, second: Any, zone: Zone) -> FeelTime:
    hour, minute, nanos = int(hour), int(minute), int(Decimal(second) * NANOS)
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= nanos < 60 * NANOS):
        raise ValueError("There is no such time.")
    return FeelTime((hour * 60 + minute) * 60 * NANOS + nanos, zone)


def _zone_of(offset: DaysTime | None) -> int | None:
    if offset is None:
        return None
    seconds = abs(offset.nanos) // NANOS
    if seconds > MAX_OFFSET:
        raise ValueError("A time offset is at most 18 hours.")
    return -seconds if offset.nanos < 0 else seconds
