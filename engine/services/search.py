"""Finding rows by what is known of them: one small language of conditions for every list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true

from engine.errors import InvalidInput
from engine.persistence import UnitOfWork

COUNTED = 10_000  # a list is counted up to this many rows; more would cost more than it tells
MAX_LIMIT = 10_000


@dataclass(frozen=True)
class Search:
    """What to find, in which order, and which part of it.

    `where` maps a field to a value, or to conditions: `{"$eq", "$neq", "$in", "$notIn", "$gt", "$gte", "$lt", "$lte",
    "$like", "$exists"}`. `sort` lists (field, "asc" or "desc").
    """

    where: Mapping[str, Any] = field(default_factory=dict)
    sort: Sequence[tuple[str, str]] = ()
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class Page:
    """One part of a list. `total` counts at most `COUNTED` rows; `has_more_total` says that there are more."""

    items: list[Any]
    total: int
    has_more_total: bool


Fields = Mapping[str, ColumnElement[Any]]


def run(uow: UnitOfWork, query: Select[Any], fields: Fields, search: Search, key: ColumnElement[Any]) -> Page:
    """One page of the rows of `query` (already limited to the tenant); `key` settles the order of equals.

    Raises InvalidInput for a field or condition that there is not.
    """
    if not 0 <= search.limit <= MAX_LIMIT or search.offset < 0:
        raise InvalidInput(f"A page begins at 0 or later and has at most {MAX_LIMIT} entries.")
    found = query.where(*[conditions(fields, name, value) for name, value in search.where.items()])
    counted = select(func.count()).select_from(found.order_by(None).limit(COUNTED + 1).subquery())
    total = uow.connection.execute(counted).scalar_one()
    page = found.order_by(*_order(fields, search, key)).limit(search.limit).offset(search.offset)
    rows: list[Row[Any]] = list(uow.connection.execute(page)) if search.limit else []
    return Page(rows, min(total, COUNTED), total > COUNTED)


def _order(fields: Fields, search: Search, key: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    order = []
    for name, direction in search.sort:
        column = _column(fields, name)
        order.append(column.desc().nulls_last() if direction.lower() == "desc" else column.asc().nulls_last())
    return [*order, key.asc()]


def _column(fields: Fields, name: str) -> ColumnElement[Any]:
    if name not in fields:
        raise InvalidInput(f"There is no field '{name}' to search by; there are {', '.join(sorted(fields))}.")
    return fields[name]


def conditions(fields: Fields, name: str, value: Any) -> ColumnElement[bool]:
    """All conditions on one field."""
    column = _column(fields, name)
    if not isinstance(value, Mapping):
        return column.is_(None) if value is None else column == value
    return and_(true(), *[_condition(column, operator, operand) for operator, operand in value.items()])


def _condition(column: ColumnElement[Any], operator: str, operand: Any) -> ColumnElement[bool]:
    test = _CONDITIONS.get(operator)
    if test is None:
        raise InvalidInput(f"There is no condition '{operator}'; there are {', '.join(_CONDITIONS)}.")
    return test(column, operand)


_CONDITIONS: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "$eq": lambda column, operand: column == operand,
    "$neq": lambda column, operand: or_(column != operand, column.is_(None)),
    "$in": lambda column, operand: column.in_(list(operand)),
    "$notIn": lambda column, operand: or_(column.not_in(list(operand)), column.is_(None)),
    "$gt": lambda column, operand: column > operand,
    "$gte": lambda column, operand: column >= operand,
    "$lt": lambda column, operand: column < operand,
    "$lte": lambda column, operand: column <= operand,
    "$like": lambda column, operand: column.like(like_pattern(str(operand)), escape="\\"),
    "$exists": lambda column, operand: column.is_not(None) if operand else column.is_(None),
}


def like_pattern(wildcards: str) -> str:
    """SQL's pattern for one with `*` and `?`; a backslash before either means the character itself."""
    pattern, characters = "", iter(wildcards)
    for character in characters:
        if character == "\\":
            following = next(characters, "\\")
            pattern += "\\" + following if following in "%_\\" else following
        elif character in "%_":
            pattern += "\\" + character
        else:
            pattern += {"*": "%", "?": "_"}.get(character, character)
    return pattern
