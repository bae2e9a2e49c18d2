"""`value.name`: entries of contexts, components of dates, times, durations and ranges, projection over lists."""

from typing import Any

from engine.feel.chronology import NANOS
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.numbers import DECIMAL128, tidy
from engine.feel.python_values import from_python
from engine.feel.runtime import MISSING, Runtime
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import Range, kind_of


def read(rt: Runtime, value: Any, name: str) -> Any:
    """The property of a value; null with a warning where it has none. A list gives its items' properties."""
    if type(value) is dict:
        found = value.get(name, MISSING)
        if found is MISSING:
            rt.warn(f"The context has no entry {name!r}.")
            return None
        return rt.convert(found)
    if type(value) is list:
        return rt.list_of([read(rt, from_python(item), name) for item in value])
    found = _component(value, name)
    if found is MISSING:
        rt.warn(f"A {kind_of(value)} has no property {name!r}.")
        return None
    return found


def _component(value: Any, name: str) -> Any:
    if isinstance(value, FeelDateTime):
        if name in ("hour", "minute", "second"):
            return _of_time(value.time, name)
        if name in ("year", "month", "day", "weekday"):
            return _of_date(value.date, name)
        return _of_moment(value, name, value.instant)
    if isinstance(value, FeelDate):
        return _of_date(value, name)
    if isinstance(value, FeelTime):
        if name in ("hour", "minute", "second"):
            return _of_time(value, name)
        return _of_moment(value, name, value.nanos)
    if isinstance(value, YearsMonths | DaysTime):
        return _of_duration(value, name)
    if isinstance(value, Range):
        return _of_range(value, name)
    return MISSING


def _of_date(value: FeelDate, name: str) -> Any:
    if name == "value":
        return value.days * 86_400
    return getattr(value, name) if name in ("year", "month", "day", "weekday") else MISSING


def _of_time(value: FeelTime, name: str) -> int:
    seconds = value.nanos // NANOS
    return {"hour": seconds // 3600, "minute": seconds // 60 % 60, "second": seconds % 60}[name]


def _of_moment(value: FeelTime | FeelDateTime, name: str, nanos: int) -> Any:
    if name == "time offset":
        return None if value.offset is None else DaysTime(value.offset * NANOS)
    if name == "timezone":
        return value.zone if isinstance(value.zone, str) else None
    return tidy(DECIMAL128.divide(nanos, NANOS)) if name == "value" else MISSING


def _of_duration(value: YearsMonths | DaysTime, name: str) -> Any:
    if isinstance(value, DaysTime):
        if name == "value":
            return tidy(DECIMAL128.divide(value.nanos, NANOS))
        return value.part(name) if name in ("days", "hours", "minutes", "seconds") else MISSING
    sign = -1 if value.months < 0 else 1
    years, months = divmod(abs(value.months), 12)
    return {"years": sign * years, "months": sign * months, "value": value.months}.get(name, MISSING)


def _of_range(value: Range, name: str) -> Any:
    return {
        "start": value.start,
        "end": value.end,
        "start included": value.start_included,
        "end included": value.end_included,
    }.get(name, MISSING)
