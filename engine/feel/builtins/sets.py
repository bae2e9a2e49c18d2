"""Lists as sets: each value once, by FEEL's equality, in the order of first appearance."""

from decimal import Decimal
from typing import Any

from engine.feel.compare import equal
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.temporal import FeelDate
from engine.feel.values import kind_of

# For these, equality is that of Python within a kind, so a hash finds the duplicates.
_HASHED = (bool, int, Decimal, str, FeelDate, DaysTime, YearsMonths, type(None))


def distinct(rt: Runtime, items: list[Any]) -> list[Any]:
    """The items without their repetitions."""
    return [item for item, times in _counted(rt, items) if times]


def duplicates(rt: Runtime, items: list[Any]) -> list[Any]:
    """The items that appear more than once, each once."""
    return [item for item, times in _counted(rt, items) if times > 1]


def _counted(rt: Runtime, items: list[Any]) -> list[tuple[Any, int]]:
    seen: dict[Any, int] = {}
    others: list[int] = []
    found: list[tuple[Any, int]] = []
    for raw in items:
        item = from_python(raw)
        rt.spend(1)
        if isinstance(item, _HASHED):
            key = (kind_of(item), item)
            index = seen.setdefault(key, len(found))
        else:
            rt.spend(len(others))
            index = next((each for each in others if equal(found[each][0], item) is True), len(found))
            if index == len(found):
                others.append(index)
        if index == len(found):
            found.append((item, 0))
        found[index] = (found[index][0], found[index][1] + 1)
    return found
