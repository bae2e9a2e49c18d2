"""The text form of a range, as the range() conversion function reads it."""

import re
from collections.abc import Callable
from typing import Any

from engine.feel.compare import order
from engine.feel.durations import parse_duration
from engine.feel.lexer import unescape
from engine.feel.numbers import parse as parse_number
from engine.feel.temporal import parse_at, parse_date, parse_date_time, parse_time
from engine.feel.values import Range

_RANGE = re.compile(r"\s*([\[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])\s*", re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_CALL = re.compile(r'(date and time|date|time|duration)\s*\(\s*("[^"\\]*")\s*\)')
_FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


def parse_range(text: str) -> Range | None:
    """The range, or None for any other text; endpoints are literals of one comparable type.

    One end may be left out where it is open, `(..3]` or `[2..)`.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    opening, first, second, closing = match.groups()
    try:
        start = None if not first and opening != "[" else _endpoint(first)
        end = None if not second and closing != "]" else _endpoint(second)
    except (ValueError, ArithmeticError):
        return None
    if start is None or end is None:
        if start is end:
            return None
    elif order(start, end) not in (-1, 0):
        return None
    return Range(start, end, opening == "[", closing == "]")


def _endpoint(text: str) -> Any:
    """The value of a literal; raises ValueError for anything else."""
    if _NUMBER.fullmatch(text):
        return parse_number(text)
    if _STRING.fullmatch(text):
        return unescape(text)
    call = _CALL.fullmatch(text)
    value: Any = None
    if call:
        value = _FUNCTIONS[call[1]](unescape(call[2]))
    elif text.startswith("@") and _STRING.fullmatch(text[1:]):
        value = parse_at(unescape(text[1:]))
    if value is None:
        raise ValueError("The endpoint is not a literal.")
    return value
