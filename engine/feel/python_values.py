"""Between Python values and FEEL values: what a context may hold, and what leaves the engine again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.numbers import DECIMAL128, from_float, tidy
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime, of_date, of_datetime, of_time
from engine.feel.values import KINDS, Function

PLAIN = frozenset({type(None), bool, int, str, FeelDate, FeelTime, FeelDateTime, YearsMonths, DaysTime, dict})
_PLAIN_INSIDE = PLAIN | {list}


@dataclass(frozen=True, slots=True)
class Opaque:
    """A Python object that FEEL knows nothing of: it may be passed on, and nothing in it can be read."""

    kind: str


def from_python(value: Any) -> Any:
    """The FEEL value of a Python value; what contexts and lists hold inside is converted as it is read."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is list:
        return _list(value)
    if kind is Decimal:
        return _decimal(value)
    if kind is float:
        return from_float(value)
    return _rare(value)


def _list(items: list[Any]) -> list[Any]:
    for item in items:
        if type(item) not in _PLAIN_INSIDE:
            return [each if type(each) is list else from_python(each) for each in items]
    return items


def _decimal(number: Decimal) -> Any:
    if not number.is_finite():
        return None
    try:
        return tidy(DECIMAL128.plus(number))
    except (InvalidOperation, ArithmeticError):
        return None


def _rare(value: Any) -> Any:
    if type(value) in KINDS or isinstance(value, Function | Opaque) or callable(value):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, datetime):
        return of_datetime(value)
    if isinstance(value, date):
        return of_date(value)
    if isinstance(value, time):
        return of_time(value)
    if isinstance(value, timedelta):
        return DaysTime.of(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple | set | frozenset):
        return _list(list(value))
    return Opaque(type(value).__name__)


def to_python(value: Any) -> Any:
    """Plain Python for a FEEL value: temporal values become date, time, datetime and timedelta where these can hold
    them (a years and months duration stays); lists and contexts are converted inside.
    """
    if isinstance(value, list):
        return [to_python(each) for each in value]
    if isinstance(value, dict):
        return {key: to_python(each) for key, each in value.items()}
    if isinstance(value, FeelDate | FeelTime | FeelDateTime | DaysTime):
        try:
            return value.to_python()
        except (ValueError, OverflowError):
            return value
    return value
