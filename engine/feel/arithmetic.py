"""The arithmetic operators over numbers, strings, dates, times and durations; null where DMN gives no meaning."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.chronology import DAY_SECONDS, NANOS
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.durations import divide as divide_duration
from engine.feel.numbers import DECIMAL128, is_number, rounded, tidy
from engine.feel.runtime import Runtime
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import kind_of

_ZONED = (FeelDate, FeelDateTime)


def add(rt: Runtime, left: Any, right: Any) -> Any:
    first, second = type(left), type(right)
    if first is int and second is int:
        return rounded(left + right)
    if is_number(left) and is_number(right):
        return tidy(DECIMAL128.add(left, right))
    if first is str and second is str:
        return rt.string_of(left + right)
    if first is second and first in (DaysTime, YearsMonths):
        return _sum(left, right, 1)
    if first in (DaysTime, YearsMonths):
        return _shift(right, left, 1)
    return _shift(left, right, 1)


def subtract(rt: Runtime, left: Any, right: Any) -> Any:
    first, second = type(left), type(right)
    if first is int and second is int:
        return rounded(left - right)
    if is_number(left) and is_number(right):
        return tidy(DECIMAL128.subtract(left, right))
    if first is second and first in (DaysTime, YearsMonths):
        return _sum(left, right, -1)
    if first in _ZONED and second in _ZONED:
        return _difference(left, right)
    if first is FeelTime and second is FeelTime:
        if (left.zone is None) != (right.zone is None):
            return None
        return DaysTime(left.utc_nanos - right.utc_nanos)
    return _shift(left, right, -1)


def multiply(rt: Runtime, left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return rounded(left * right)
    if is_number(left) and is_number(right):
        return tidy(DECIMAL128.multiply(left, right))
    if isinstance(left, DaysTime | YearsMonths) and is_number(right):
        return left.scaled(right)
    if isinstance(right, DaysTime | YearsMonths) and is_number(left):
        return right.scaled(left)
    return None


def divide(rt: Runtime, left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return tidy(DECIMAL128.divide(left, right)) if right else None
    if isinstance(left, DaysTime | YearsMonths) and (is_number(right) or isinstance(right, DaysTime | YearsMonths)):
        return divide_duration(left, right)
    return None


def power(rt: Runtime, left: Any, right: Any) -> Any:
    if not (is_number(left) and is_number(right)):
        return None
    if not left and not right:
        return 1
    return tidy(DECIMAL128.power(left, right))


def negate(rt: Runtime, value: Any) -> Any:
    if type(value) is int:
        return -value
    if isinstance(value, Decimal):
        return value.copy_negate()
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanos)
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    return null_of(rt, "-", value)


def _sum(left: Any, right: Any, sign: int) -> Any:
    if isinstance(left, DaysTime):
        return DaysTime(left.nanos + sign * right.nanos)
    return YearsMonths(left.months + sign * right.months)


def _shift(moment: Any, duration: Any, sign: int) -> Any:
    """A date, time or date and time so much later; a date moves by whole days, rounded to the day it falls in."""
    if isinstance(duration, YearsMonths) and isinstance(moment, FeelDate | FeelDateTime):
        return moment.plus_months(sign * duration.months)
    if not isinstance(duration, DaysTime):
        return None
    if isinstance(moment, FeelDate):
        nanos = moment.days * DAY_SECONDS * NANOS + sign * duration.nanos
        return FeelDate.of_days(nanos // (DAY_SECONDS * NANOS))
    if isinstance(moment, FeelDateTime | FeelTime):
        return moment.plus(sign * duration.nanos)
    return None


def _difference(left: FeelDate | FeelDateTime, right: FeelDate | FeelDateTime) -> DaysTime | None:
    """The time between; a date counts as its midnight in UTC, and a moment without a zone fits only its like."""
    if isinstance(left, FeelDate) and isinstance(right, FeelDate):
        return DaysTime((left.days - right.days) * DAY_SECONDS * NANOS)
    first, second = _moment(left), _moment(right)
    if (first.zone is None) != (second.zone is None):
        return None
    return DaysTime(first.instant - second.instant)


def _moment(value: FeelDate | FeelDateTime) -> FeelDateTime:
    return value if isinstance(value, FeelDateTime) else FeelDateTime(value, FeelTime(0, 0))


OPERATORS: dict[str, Callable[[Runtime, Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def apply(rt: Runtime, operator: str, left: Any, right: Any) -> Any:
    """`left operator right`, with null and a warning where that means nothing or goes out of bounds."""
    try:
        result = OPERATORS[operator](rt, left, right)
    except (ArithmeticError, ValueError):
        rt.warn(f"The result of {operator} cannot be represented.")
        return None
    if result is None:
        rt.warn(f"{operator} does not apply to {kind_of(left)} and {kind_of(right)}.")
    return result


def null_of(rt: Runtime, operator: str, value: Any) -> None:
    """Null, noting that the operator does not apply to the value."""
    rt.warn(f"{operator} does not apply to {kind_of(value)}.")
    return None
