"""Values as FEEL's `string()` gives them."""

from decimal import Decimal
from typing import Any

from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.numbers import plain
from engine.feel.python_values import from_python
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import Function, Range

_TEMPORAL = (FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths)
_LITERAL_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def feel_string(value: Any) -> str:
    """The text of a value; a string is itself, and strings inside lists and contexts stand in quotes."""
    return value if isinstance(value, str) else literal(from_python(value))


def literal(value: Any) -> str:
    """The value nearly as one would write it in FEEL."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return plain(value)
    if isinstance(value, str):
        return f'"{value.translate(_LITERAL_ESCAPES)}"'
    if isinstance(value, _TEMPORAL):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(literal(from_python(item)) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(str(key))}: {literal(from_python(item))}" for key, item in value.items()) + "}"
    return _rare(value)


def _key(key: str) -> str:
    return key if key.replace("_", "a").replace(" ", "a").isalnum() else literal(key)


def _rare(value: Any) -> str:
    if isinstance(value, Range):
        return range_text(value)
    if isinstance(value, Function):
        return f"{value.name}({', '.join(value.parameters)})"
    return "function" if callable(value) else f"<{getattr(value, 'kind', 'unknown')}>"


def range_text(span: Range) -> str:
    """The range as written in FEEL, such as `[1..5)` or `(< 10)`."""
    if span.operator:
        return f"({span.operator} {literal(span.start if span.start is not None else span.end)})"
    opening, closing = "[" if span.start_included else "(", "]" if span.end_included else ")"
    return f"{opening}{_endpoint(span.start)}..{_endpoint(span.end)}{closing}"


def _endpoint(value: Any) -> str:
    """Nothing for an end that is left out, as range() reads it."""
    return "" if value is None else literal(value)
