"""Equality and order of FEEL values: true, false, or null where two values cannot be compared."""

from decimal import Decimal
from typing import Any

from engine.feel.chronology import NANOS
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.python_values import from_python
from engine.feel.runtime import spend
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import Range, kind_of

_IDENTITY = {"boolean", "string", "date", "years and months duration", "days and time duration", "number"}


def equal(left: Any, right: Any) -> bool | None:
    """`left = right`; null for values of different kinds, false between null and anything else."""
    first, second = type(left), type(right)
    if first is second and (first is int or first is str or first is bool):
        return bool(left == right)
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind in _IDENTITY:
        return bool(left == right)
    return _equal_of_kind(kind, left, right)


def _equal_of_kind(kind: str, left: Any, right: Any) -> bool | None:
    if left is right:
        return True
    if kind == "list":
        spend(len(left))
        return len(left) == len(right) and all(
            equal(from_python(a), from_python(b)) is True for a, b in zip(left, right, strict=True)
        )
    if kind == "context":
        spend(len(left))
        return left.keys() == right.keys() and all(
            equal(from_python(left[key]), from_python(right[key])) is True for key in left
        )
    if kind in ("time", "date and time"):
        return _equal_moments(left, right)
    if kind == "range":
        return same_range(left, right)
    return False


def _equal_moments(left: Any, right: Any) -> bool:
    """DMN compares the properties, of which the second is whole: fractions of a second do not count."""
    if (left.zone is None) != (right.zone is None):
        return False
    return _line(left) // NANOS == _line(right) // NANOS


def _line(moment: FeelTime | FeelDateTime) -> int:
    return moment.utc_nanos if isinstance(moment, FeelTime) else moment.instant


def same_range(left: Range, right: Range) -> bool:
    """Whether two ranges are written alike: same form, same ends, same inclusion."""
    shape = (left.operator, left.start_included, left.end_included)
    if shape != (right.operator, right.start_included, right.end_included):
        return False
    return equal(left.start, right.start) is True and equal(left.end, right.end) is True


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1 as left comes before, with or after right; None where they have no order."""
    first, second = type(left), type(right)
    if (first is int or first is Decimal) and (second is int or second is Decimal):
        return -1 if left < right else int(left > right)
    if first is not second:
        return None
    if first is str:
        return -1 if left < right else int(left > right)
    if first is FeelDate:
        return _sign(left.days, right.days)
    if first is FeelTime or first is FeelDateTime:
        if (left.zone is None) != (right.zone is None):
            return None
        return _sign(_line(left), _line(right))
    if first is DaysTime:
        return _sign(left.nanos, right.nanos)
    if first is YearsMonths:
        return _sign(left.months, right.months)
    return None


def _sign(left: int, right: int) -> int:
    return -1 if left < right else int(left > right)


def identical(left: Any, right: Any) -> bool:
    """`is(left, right)`: the same kind and the same value, zone and all."""
    kind = kind_of(left)
    if kind != kind_of(right):
        return False
    if kind in ("time", "date and time"):
        return bool(left == right)
    return equal(left, right) is True


def contains(span: Range, value: Any) -> bool | None:
    """Whether the value lies in the range; null where it cannot be compared with an end."""
    if value is None:
        return None
    if span.operator in ("=", "!="):
        same = equal(value, span.start)
        return same if span.operator == "=" or same is None else not same
    if span.start is None and span.end is None:
        return None
    return _both(_after(span, value), _before(span, value))


def _after(span: Range, value: Any) -> bool | None:
    if span.start is None:
        return True
    position = order(value, span.start)
    return None if position is None else position > 0 or (position == 0 and span.start_included)


def _before(span: Range, value: Any) -> bool | None:
    if span.end is None:
        return True
    position = order(value, span.end)
    return None if position is None else position < 0 or (position == 0 and span.end_included)


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def matches(value: Any, test: Any) -> bool | None:
    """`value in test`: within a range, one of a list (ranges within it too), or equal."""
    if isinstance(test, Range):
        return contains(test, value)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test) is True:
            return True
        return any(_element_matches(value, from_python(each)) for each in test)
    return equal(value, test)


def _element_matches(value: Any, element: Any) -> bool:
    found = equal(value, element)
    if found is None and isinstance(element, Range):
        found = contains(element, value)
    if found is None and isinstance(element, list) and len(element) == 1:
        found = equal(value, from_python(element[0]))
    return found is True
