"""What for, some and every go over: lists, single values, and ranges of numbers or dates in either direction."""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.feel.numbers import Number, is_number
from engine.feel.python_values import from_python
from engine.feel.temporal import FeelDate
from engine.feel.values import Range


def items_of(domain: Any) -> Iterable[Any] | None:
    """The items of a domain; None where it is null or a range that cannot be counted through."""
    if domain is None:
        return None
    if isinstance(domain, list):
        return [from_python(item) for item in domain]
    if isinstance(domain, Range):
        return _of_range(domain)
    return [domain]


def _of_range(span: Range) -> Iterable[Any] | None:
    items = items_between(span.start, span.end)
    if items is None or (span.start_included and span.end_included):
        return items
    left_out = ([] if span.start_included else [span.start]) + ([] if span.end_included else [span.end])
    return (item for item in items if item not in left_out)


def items_between(start: Any, end: Any) -> Iterable[Any] | None:
    """From start to end, both included, one by one, down when the end is lower; None unless both are whole numbers
    or both are dates.
    """
    if is_number(start) and is_number(end):
        first, last = int(start), int(end)
        return _numbers(first, last) if first == start and last == end else None
    if isinstance(start, FeelDate) and isinstance(end, FeelDate):
        return (FeelDate.of_days(day) for day in _numbers(start.days, end.days))
    return None


def _numbers(first: int, last: int) -> Iterator[int]:
    return iter(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def index_of_position(items: list[Any], position: Number) -> int | None:
    """The Python index of a FEEL position; None for 0 and beyond the list."""
    place = int(position) if is_number(position) else 0
    if place == 0 or abs(place) > len(items):
        return None
    return place - 1 if place > 0 else len(items) + place
