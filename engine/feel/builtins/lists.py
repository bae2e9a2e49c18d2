"""Functions over lists; positions count from 1, from the end when negative."""

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.builtins.sets import distinct, duplicates
from engine.feel.calling import arity, invoke
from engine.feel.compare import equal
from engine.feel.iteration import index_of_position
from engine.feel.numbers import Number
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.values import Function


@builtin("list contains", "list: list", "element: Any", result="boolean", doc="Whether the list has the element.")
def list_contains(rt: Runtime, items: list[Any], element: Any) -> bool:
    rt.spend(len(items))
    return any(equal(from_python(item), element) is True for item in items)


@builtin("count", "list: list", result="number", doc="How many items the list has.")
def count(rt: Runtime, items: list[Any]) -> int:
    return len(items)


@builtin("sublist", "list: list", "start position: number", "[length: number]", result="list", doc="A part of a list.")
def sublist(rt: Runtime, items: list[Any], start: Number, length: Number | None = None) -> list[Any] | None:
    begin = index_of_position(items, start)
    if begin is None or (length is not None and not 1 <= int(length) <= len(items) - begin):
        return None
    return items[begin:] if length is None else items[begin : begin + int(length)]


@builtin("append", "list: list", "*item: Any", result="list", doc="The list with items added at its end.")
def append(rt: Runtime, items: list[Any], more: list[Any]) -> list[Any]:
    return [*items, *more]


@builtin("concatenate", "*list: list", result="list", doc="One list of the items of all.")
def concatenate(rt: Runtime, lists: list[list[Any]]) -> list[Any]:
    rt.spend(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list", "position: number", "newItem: Any", result="list", doc="With an item put in.")
def insert_before(rt: Runtime, items: list[Any], position: Number, item: Any) -> list[Any] | None:
    index = index_of_position(items, position)
    return None if index is None else [*items[:index], item, *items[index:]]


@builtin("remove", "list: list", "position: number", result="list", doc="The list without the item at a position.")
def remove(rt: Runtime, items: list[Any], position: Number) -> list[Any] | None:
    index = index_of_position(items, position)
    return None if index is None else items[:index] + items[index + 1 :]


@builtin("list replace", "list: list", "position: number", "newItem: Any", result="list", doc="With items replaced.")
def list_replace(rt: Runtime, items: list[Any], position: Number, item: Any) -> list[Any] | None:
    index = index_of_position(items, position)
    return None if index is None else [*items[:index], item, *items[index + 1 :]]


@builtin("list replace", "list: list", "match: function", "newItem: Any")
def list_replace_matching(rt: Runtime, items: list[Any], match: Function, item: Any) -> list[Any] | None:
    if arity(match) != 2:
        return None
    result = []
    for old in items:
        verdict = invoke(rt, match, [from_python(old), item])
        if not isinstance(verdict, bool):
            return None
        result.append(item if verdict else old)
    return result


@builtin("reverse", "list: list", result="list", doc="The list from its end to its start.")
def reverse(rt: Runtime, items: list[Any]) -> list[Any]:
    return items[::-1]


@builtin("index of", "list: list", "match: Any", result="list", doc="The positions at which a value stands.")
def index_of(rt: Runtime, items: list[Any], match: Any) -> list[int]:
    rt.spend(len(items))
    return [index for index, item in enumerate(items, 1) if equal(from_python(item), match) is True]


@builtin("union", "*list: list", result="list", doc="The items of all lists, each once.")
def union(rt: Runtime, lists: list[list[Any]]) -> list[Any]:
    return distinct(rt, concatenate(rt, lists))


@builtin("distinct values", "list: list", result="list", doc="The items of the list, each once.")
def distinct_values(rt: Runtime, items: list[Any]) -> list[Any]:
    return distinct(rt, items)


@builtin("duplicate values", "list: list", result="list", doc="The items that stand in the list more than once.")
def duplicate_values(rt: Runtime, items: list[Any]) -> list[Any]:
    return duplicates(rt, items)


@builtin("flatten", "list: list", result="list", doc="One list of all items of the lists inside, however deep.")
def flatten(rt: Runtime, items: list[Any]) -> list[Any]:
    result: list[Any] = []
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            rt.spend(1)
            if isinstance(item, list):
                pending.append(iter(item))
                break
            result.append(from_python(item))
        else:
            pending.pop()
    return result


@builtin("is empty", "list: list", result="boolean", doc="Whether the list has no items.")
def is_empty(rt: Runtime, items: list[Any]) -> bool:
    return not items


@builtin("partition", "list: list", "size: number", result="list", doc="The list cut into lists of at most that size.")
def partition(rt: Runtime, items: list[Any], size: Number) -> list[Any] | None:
    step = int(size)
    return [items[index : index + step] for index in range(0, len(items), step)] if step > 0 else None


@builtin("all", "**list: list", result="boolean", doc="False if any item is false, else true if all are true.")
def all_true(rt: Runtime, items: list[Any]) -> bool | None:
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@builtin("any", "**list: list", result="boolean", doc="True if any item is true, else false if all are false.")
def any_true(rt: Runtime, items: list[Any]) -> bool | None:
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None
