"""Aggregation and sorting: min, max, sum, mean, product, median, stddev, mode, sort."""

from collections.abc import Callable
from typing import Any

from engine.feel.arithmetic import add, divide
from engine.feel.builtins.registry import builtin
from engine.feel.calling import arity, invoke
from engine.feel.compare import order
from engine.feel.numbers import DECIMAL128, Number, is_number, tidy
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.values import Function


@builtin("min", "**list: list", result="Any", doc="The smallest item; null for an empty list.")
def minimum(rt: Runtime, items: list[Any]) -> Any:
    return _extreme(rt, items, -1)


@builtin("max", "**list: list", result="Any", doc="The greatest item; null for an empty list.")
def maximum(rt: Runtime, items: list[Any]) -> Any:
    return _extreme(rt, items, 1)


def _extreme(rt: Runtime, items: list[Any], wanted: int) -> Any:
    rt.spend(len(items))
    if not items:
        return None
    best = from_python(items[0])
    for raw in items:
        item = from_python(raw)
        position = order(item, best)
        if position is None:
            return None
        if position == wanted:
            best = item
    return best


@builtin("sum", "**list: list", result="number", doc="The sum of numbers, or of durations of one kind.")
def total(rt: Runtime, items: list[Any]) -> Any:
    rt.spend(len(items))
    if not items:
        return None
    result = from_python(items[0])
    if isinstance(result, str) or (len(items) == 1 and add(rt, result, result) is None):
        return None
    for raw in items[1:]:
        item = from_python(raw)
        if isinstance(item, str) or (type(item) is not type(result) and not is_number(item)):
            return None
        result = add(rt, result, item)
        if result is None:
            return None
    return result


@builtin("mean", "**list: list", result="number", doc="The average of numbers, or of durations of one kind.")
def mean(rt: Runtime, items: list[Any]) -> Any:
    result = total(rt, items)
    return None if result is None else divide(rt, result, len(items))


@builtin("product", "**list: list", result="number", doc="The product of numbers.")
def product(rt: Runtime, items: list[Any]) -> Number | None:
    numbers = _numbers(items)
    if not numbers:
        return None
    rt.spend(len(numbers))
    result = numbers[0]
    for number in numbers[1:]:
        result = tidy(DECIMAL128.multiply(result, number))
    return result


@builtin("median", "**list: list", result="number", doc="The middle of the sorted numbers.")
def median(rt: Runtime, items: list[Any]) -> Any:
    numbers = _numbers(items)
    if not numbers:
        return None
    numbers.sort()
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return divide(rt, add(rt, numbers[middle - 1], numbers[middle]), 2)


@builtin("stddev", "**list: list", result="number", doc="The standard deviation of a sample of at least two numbers.")
def stddev(rt: Runtime, items: list[Any]) -> Number | None:
    numbers = _numbers(items)
    if numbers is None or len(numbers) < 2:
        return None
    rt.spend(len(numbers))
    average = mean(rt, list(numbers))
    squares = [DECIMAL128.power(DECIMAL128.subtract(number, average), 2) for number in numbers]
    variance = DECIMAL128.divide(total(rt, squares), len(numbers) - 1)
    return tidy(DECIMAL128.sqrt(variance))


@builtin("mode", "**list: list", result="list", doc="The numbers that appear most often, the smallest first.")
def mode(rt: Runtime, items: list[Any]) -> list[Number] | None:
    numbers = _numbers(items)
    if numbers is None:
        return None
    counts: dict[Number, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


@builtin("sort", "list: list", "[precedes: function]", result="list", doc="Sorted by a function of two items.")
def sort(rt: Runtime, items: list[Any], precedes: Function | None = None) -> list[Any] | None:
    if precedes is not None and arity(precedes) != 2:
        return None
    before: Callable[[Any, Any], bool] = _natural if precedes is None else _by(rt, precedes)
    try:
        return [key.item for key in sorted(_Key(from_python(item), before) for item in items)]
    except _Unsortable:
        return None


class _Unsortable(Exception):
    """Two items have no order."""


class _Key:
    """An item as `sorted` compares it."""

    __slots__ = ("before", "item")

    def __init__(self, item: Any, before: Callable[[Any, Any], bool]) -> None:
        self.item = item
        self.before = before

    def __lt__(self, other: "_Key") -> bool:
        return self.before(self.item, other.item)


def _natural(left: Any, right: Any) -> bool:
    position = order(left, right)
    if position is None:
        raise _Unsortable
    return position < 0


def _by(rt: Runtime, precedes: Function) -> Callable[[Any, Any], bool]:
    def before(left: Any, right: Any) -> bool:
        verdict = invoke(rt, precedes, [left, right])
        if not isinstance(verdict, bool):
            raise _Unsortable
        return verdict

    return before


def _numbers(items: list[Any]) -> list[Number] | None:
    values = [from_python(item) for item in items]
    return values if all(is_number(value) for value in values) else None
