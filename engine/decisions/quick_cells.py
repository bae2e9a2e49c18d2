"""The cells that most tables are made of, answered without FEEL: texts, numbers, bounds and intervals as constants.

Each gives exactly what FEEL gives for a value of its kind; for any other value it says None, and FEEL is asked.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

QuickTest = Callable[[Any], bool | None]

_TEXT = r'"[^"\\]*"'
_NUMBER = r"-?\d{1,15}(?:\.\d{1,15})?"
_TEXTS: Final = re.compile(rf"\s*{_TEXT}(?:\s*,\s*{_TEXT})*\s*")
_NOT: Final = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)
_BOUND: Final = re.compile(rf"\s*(<=|>=|<|>|)\s*({_NUMBER})\s*")
_INTERVAL: Final = re.compile(rf"\s*([\[(\]])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\])\[])\s*")
_OPERATORS: Final = {"": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def quick_test(text: str) -> QuickTest | None:
    """The quick form of a cell, or None for one that only FEEL can read."""
    negated = _NOT.fullmatch(text)
    if negated:
        return _texts(negated[1], wanted=False)
    return _texts(text, wanted=True) or _bound(text) or _interval(text)


def _texts(text: str, wanted: bool) -> QuickTest | None:
    if not _TEXTS.fullmatch(text):
        return None
    values = frozenset(found[1:-1] for found in re.findall(_TEXT, text))
    return lambda value: (value in values) is wanted if type(value) is str else None


def _bound(text: str) -> QuickTest | None:
    found = _BOUND.fullmatch(text)
    if found is None:
        return None
    compare, limit = _OPERATORS[found[1]], _number(found[2])
    return lambda value: compare(value, limit) if type(value) is int or type(value) is Decimal else None


def _interval(text: str) -> QuickTest | None:
    found = _INTERVAL.fullmatch(text)
    if found is None:
        return None
    low, high = _number(found[2]), _number(found[3])
    if low > high:
        return None  # FEEL has its own opinion of those.
    above = operator.le if found[1] == "[" else operator.lt
    below = operator.le if found[4] == "]" else operator.lt

    def inside(value: Any) -> bool | None:
        if type(value) is int or type(value) is Decimal:
            return bool(above(low, value) and below(value, high))
        return None

    return inside


def _number(text: str) -> int | Decimal:
    return Decimal(text) if "." in text else int(text)
