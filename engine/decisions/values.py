"""Plain JSON → FEEL values, and FEEL values in a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from engine.feel.durations import parse_duration
from engine.feel.python_values import from_python
from engine.feel.temporal import parse_date, parse_date_time, parse_time

_TEXTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


def from_json(value: object) -> Any:
    """A FEEL value for what a JSON parser made: floats become the decimals that a person reads in them."""
    if isinstance(value, Mapping):
        return {str(name): from_json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_json(item) for item in value]
    return from_python(value)


def from_json_as(kind: str, value: object) -> Any:
    """The same where a FEEL type is declared; a text that does not fit stays a text and fails the type check later."""
    read = _TEXTS.get(kind)
    if read is not None and isinstance(value, str):
        parsed = read(value.strip())
        return value if parsed is None else parsed
    if isinstance(value, list):
        return [from_json_as(kind, item) for item in value]
    return from_json(value)


def shown(value: object) -> str:
    """A value in a sentence, cut to what a person reads."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
