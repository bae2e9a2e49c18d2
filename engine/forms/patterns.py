"""A form's `validate.pattern`: JavaScript's regular expressions, run here with their meaning and a time limit."""

from functools import lru_cache
from typing import Any

import regex

_TIMEOUT_S = 0.25
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_"}
_NEGATED = {"D": "0-9", "W": "A-Za-z0-9_"}
_JS_ESCAPES = "bBsSnrtfv0cxuk123456789"
_NO_LINE_END = "[^\\n\\r\\u2028\\u2029]"


class PatternError(ValueError):
    """The text is no regular expression of JavaScript."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern. Raises PatternError."""
    try:
        return regex.compile(_translate(pattern), regex.VERSION0)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PatternError(str(error)) from error


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found anywhere in the text. A pattern that is wrong or takes too long does not match."""
    try:
        return compile_pattern(pattern).search(text, timeout=_TIMEOUT_S) is not None
    except (PatternError, TimeoutError):
        return False


def _translate(pattern: str) -> str:
    """The same expression in Python's syntax: where the two languages read a sign differently, it is spelt out."""
    found: list[str] = []
    place, in_class = 0, False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\":
            found.append(_escape(pattern[place + 1 : place + 2], in_class))
            place += 2
            continue
        if sign == "(" and not in_class:
            _require_known_group(pattern, place)
        if sign == "[" and not in_class:
            in_class = True
        elif sign == "[":
            sign = "\\["
        elif sign == "]":
            in_class = False
        elif not in_class:
            sign = _outside(sign, pattern, place)
        found.append(sign)
        place += 1
    return "".join(found)


def _escape(sign: str, in_class: bool) -> str:
    if sign == "":
        raise PatternError("It ends with a backslash.")
    if sign in _CLASSES:
        return _CLASSES[sign] if in_class else f"[{_CLASSES[sign]}]"
    if sign in _NEGATED:
        return f"\\{sign}" if in_class else f"[^{_NEGATED[sign]}]"
    return f"\\{sign}" if sign in _JS_ESCAPES or not sign.isalnum() else sign


def _outside(sign: str, pattern: str, place: int) -> str:
    """A sign outside a class: `$` is the very end, `.` is no line end, and a brace that counts nothing is a brace."""
    if sign == "$":
        return "\\Z"
    if sign == ".":
        return _NO_LINE_END
    if sign == "{" and not regex.match(r"\{\d+(,\d*)?\}", pattern[place:]):
        return "\\{"
    if sign == "+" and place and pattern[place - 1] in "*+?}" and not pattern[: place - 1].endswith("\\"):
        raise PatternError("Nothing to repeat.")
    return sign


def _require_known_group(pattern: str, place: int) -> None:
    if pattern.startswith("(?", place) and not regex.match(r"\(\?(:|=|!|<=|<!|<[A-Za-z_$])", pattern[place:]):
        raise PatternError("JavaScript has no such group.")
