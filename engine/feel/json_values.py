"""FEEL values as JSON, plain and typed (`{"type", "value"}`), and typed JSON back to values."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import InvalidInput
from engine.feel.durations import DaysTime, YearsMonths, parse_duration
from engine.feel.numbers import parse as parse_number
from engine.feel.numbers import plain
from engine.feel.printing import feel_string
from engine.feel.python_values import from_python
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime, parse_date, parse_date_time, parse_time

_PARSERS: dict[str, Callable[[str], Any]] = {
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_time,
    "duration": parse_duration,
}


def to_json(value: Any) -> Any:
    """What `json.dumps` can write: whole numbers as int, others as float, temporal values and functions as strings."""
    value = from_python(value)
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.adjusted() < 400 else float(value)
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    return feel_string(value)


def to_typed(value: Any) -> dict[str, Any]:
    """The value with its type; a range or function, which has no such form, is a string."""
    value = from_python(value)
    return _WRITERS.get(type(value), _as_text)(value)


def _as_text(value: Any) -> dict[str, Any]:
    return {"type": "string", "value": feel_string(value)}


def _printed(kind: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {"type": kind, "value": str(value)}


_WRITERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    type(None): lambda value: {"type": "null", "value": None},
    bool: lambda value: {"type": "boolean", "value": value},
    int: lambda value: {"type": "number", "value": plain(value)},
    Decimal: lambda value: {"type": "number", "value": plain(value)},
    str: lambda value: {"type": "string", "value": value},
    list: lambda value: {"type": "list", "value": [to_typed(item) for item in value]},
    dict: lambda value: {"type": "context", "value": {str(key): to_typed(item) for key, item in value.items()}},
    FeelDate: _printed("date"),
    FeelTime: _printed("time"),
    FeelDateTime: _printed("dateTime"),
    DaysTime: _printed("duration"),
    YearsMonths: _printed("duration"),
}


def from_typed(typed: Mapping[str, Any]) -> Any:
    """The value that `to_typed` would write so; raises InvalidInput for anything else."""
    try:
        return _from_typed(str(typed["type"]), typed["value"])
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise InvalidInput('The value is not typed as {"type", "value"}.') from error


def _from_typed(kind: str, value: Any) -> Any:
    if kind == "null" or value is None:
        return None
    if kind == "list":
        return [from_typed(item) for item in value]
    if kind == "context":
        return {key: from_typed(item) for key, item in value.items()}
    if kind == "number":
        return parse_number(str(value))
    if kind in ("boolean", "string"):
        return {"boolean": bool, "string": str}[kind](value)
    parsed = _PARSERS[kind](str(value))
    if parsed is None:
        raise ValueError(f"{value!r} is not a {kind}.")
    return parsed
