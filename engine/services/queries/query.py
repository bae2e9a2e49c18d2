"""One search: the request checked, a query made, a page of answers with its cursors."""

from __future__ import annotations

import base64
import json
import operator as operator_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, not_, or_, select, true
from sqlalchemy.sql import FromClause

from engine.errors import InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT, UtcDateTime
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.queries.fields import Field, storable
from engine.services.queries.like import is_like, like

DEFAULT_LIMIT, MAX_LIMIT, MAX_COUNTED, MAX_FILTERED = 100, 10_000, 10_000, 5_000


@dataclass(frozen=True)
class Resource:
    """What can be searched: a table (or join), its key, and the API's fields in the order of an answer."""

    name: str
    table: Table
    source: FromClause
    key: str
    fields: Mapping[str, Field]
    filters: Mapping[str, Field] = field(default_factory=dict)  # that are no field of an answer
    base: ColumnElement[bool] | None = None  # what of the table is meant at all
    # Filters that say something about one and the same other row: their names, and the condition for those that are given.
    together: tuple[frozenset[str], Callable[[Mapping[str, Any]], ColumnElement[bool]]] | None = None
    number: ColumnElement[Any] | None = None  # which of several answers with one key it is

    def field(self, name: str) -> Field:
        found = self.fields.get(name) or self.filters.get(name)
        if found is None:
            known = ", ".join(sorted({**self.fields, **self.filters}))
            raise InvalidInput(f"A {self.name} has no field '{name}'; it has {known}.")
        return found

    @property
    def key_column(self) -> ColumnElement[Any]:
        column = self.fields[self.key].column
        assert column is not None
        return column


@dataclass(frozen=True)
class Request:
    """`filter` by field name: a value, or operators such as {"$in": [...]}; `sort`: (field, descending) pairs."""

    filter: Mapping[str, Any] = field(default_factory=dict)
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Page:
    """`total` is exact up to MAX_COUNTED; `has_more_total` says that there are more, `goes_on` that another page follows."""

    items: list[dict[str, Any]]
    total: int
    has_more_total: bool
    start_cursor: str | None
    end_cursor: str | None
    goes_on: bool


def search(runtime: Runtime, resource: Resource, request: Request, tenant_id: str = DEFAULT_TENANT) -> Page:
    """A page of what the filter finds. Raises InvalidInput for an unknown field, operator, value or cursor."""
    if not 0 <= request.limit <= MAX_LIMIT:
        raise InvalidInput(f"A page's limit is from 0 to {MAX_LIMIT}.")
    where = conditions(resource, request.filter)
    order = _order(resource, request)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        query = _select(resource, uow).where(where)
        counted = select(func.count()).select_from(query.with_only_columns(true()).limit(MAX_COUNTED + 1).subquery())
        backwards = request.before is not None
        cursor = request.after or request.before
        if cursor is not None:
            query = query.where(_beyond(order, _read_cursor(cursor, order), backwards))
        query = query.add_columns(*[column.label(f"o_{name}") for name, column, _down in order])
        query = query.order_by(*[_directed(resource, column, down != backwards) for _name, column, down in order])
        found = list(uow.connection.execute(query.limit(request.limit + 1).offset(request.offset)))
        rows, goes_on = found[: request.limit], len(found) > request.limit
        # A first page that nothing follows is all there is: what is rare is not looked for twice.
        is_all = cursor is None and not request.offset and not goes_on
        total = len(rows) if is_all else uow.connection.execute(counted).scalar_one()
    if backwards:
        rows.reverse()
    return Page(
        items=[_write(resource, row) for row in rows],
        total=min(total, MAX_COUNTED),
        has_more_total=total > MAX_COUNTED,
        start_cursor=_cursor(order, rows[0]) if rows else None,
        end_cursor=_cursor(order, rows[-1]) if rows else None,
        goes_on=goes_on,
    )


def get(runtime: Runtime, resource: Resource, key: int, tenant_id: str = DEFAULT_TENANT) -> dict[str, Any]:
    """One by its key. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        row = uow.connection.execute(_select(resource, uow).where(resource.key_column == key)).one_or_none()
    if row is None:
        raise NotFound(f"There is no {resource.name} with key {key}.")
    return _write(resource, row)


def _is(column: Any, value: Any) -> ColumnElement[bool]:
    """A truth value is asked for as it is, so that the database may look it up; comparing it would have every row asked."""
    if isinstance(value, bool):
        return and_(column) if value else not_(column)
    return operator_module.eq(column, value)  # type: ignore[no-any-return]


_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "$eq": _is,
    "$neq": lambda column, value: or_(column != value, column.is_(None)),
    "$gt": operator_module.gt,
    "$gte": operator_module.ge,
    "$lt": operator_module.lt,
    "$lte": operator_module.le,
}


def conditions(resource: Resource, wanted: Mapping[str, Any]) -> ColumnElement[bool]:
    """A filter as a condition; `$or` takes a list of filters, one of which must hold."""
    if _size(wanted) > MAX_FILTERED:
        raise InvalidInput(f"A filter has at most {MAX_FILTERED} values.")
    either = wanted.get("$or")
    if either is not None and not (isinstance(either, list) and all(isinstance(each, Mapping) for each in either)):
        raise InvalidInput("'$or' takes a list of filters.")
    if any("$or" in each for each in either or ()):
        raise InvalidInput("There is no '$or' inside of '$or'.")
    whole = _all_of(resource, wanted)
    return and_(whole, or_(*[_all_of(resource, each) for each in either])) if either else whole


def _all_of(resource: Resource, wanted: Mapping[str, Any]) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    names, of_one_row = resource.together or (frozenset(), None)
    shared = {name: value for name, value in wanted.items() if name in names and value is not None}
    if of_one_row is not None and shared:
        parts.append(of_one_row(shared))
    for name, value in wanted.items():
        if value is None or name == "$or" or name in shared:
            continue
        parts.append(field_condition(name, resource.field(name), value))
    return and_(true(), *parts)


def field_condition(name: str, chosen: Field, value: Any) -> ColumnElement[bool]:
    """A field is a value, or is what every one of some operators says. Raises InvalidInput."""
    operators = value if isinstance(value, Mapping) else {"$eq": value}
    given = {operator: operand for operator, operand in operators.items() if operand is not None}
    return and_(true(), *[condition(name, chosen, operator, operand) for operator, operand in given.items()])


def _size(value: Any) -> int:
    """How many values stand in a filter, however deep."""
    if isinstance(value, Mapping):
        value = list(value.values())
    return sum(_size(each) for each in value) if isinstance(value, list) else 1


def condition(name: str, chosen: Field, operator: str, operand: Any) -> ColumnElement[bool]:
    """One operator on one field. Raises InvalidInput."""
    if operator in ("$in", "$notIn") and not isinstance(operand, list):
        raise InvalidInput(f"'{operator}' of '{name}' takes a list.")
    if operator == "$exists" and not isinstance(operand, bool):
        raise InvalidInput(f"'$exists' of '{name}' is true or false.")
    if chosen.where is not None:
        return chosen.where(operator, operand)
    column = chosen.column
    if column is None or chosen.kind == "json":
        raise InvalidInput(f"'{name}' cannot be filtered.")
    if operator == "$exists":
        return column.is_not(None) if operand else column.is_(None)
    if operator in ("$in", "$notIn"):
        values = [chosen.read(name, each) for each in operand]
        return column.in_(values) if operator == "$in" else or_(column.not_in(values), column.is_(None))
    if operator == "$like":
        if chosen.kind != "text" or not isinstance(operand, str):
            raise InvalidInput(f"'$like' of '{name}' takes a text, for a field that is one.")
        return like(column, storable(name, operand))
    compare = _COMPARE.get(operator)
    if compare is not None:
        return compare(column, chosen.read(name, operand))
    raise InvalidInput(f"There is no filter operator '{operator}'.")


def matches(name: str, operator: str, operand: Any, value: str) -> bool:
    """Whether one text that is never null is what an operator asks for. Raises InvalidInput."""
    if operator in ("$in", "$notIn"):
        if not isinstance(operand, list):
            raise InvalidInput(f"'{operator}' of '{name}' takes a list.")
        return (value in operand) is (operator == "$in")
    if operator == "$exists":
        if not isinstance(operand, bool):
            raise InvalidInput(f"'$exists' of '{name}' is true or false.")
        return operand
    if not isinstance(operand, str):
        raise InvalidInput(f"The value {operand!r} of '{name}' is no text.")
    match operator:
        case "$eq" | "$neq":
            return (value == operand) is (operator == "$eq")
        case "$like":
            return is_like(value, operand)
    raise InvalidInput(f"There is no filter operator '{operator}'.")


Order = list[tuple[str, ColumnElement[Any], bool]]


def _order(resource: Resource, request: Request) -> Order:
    order: Order = []
    for name, descending in request.sort:
        chosen = resource.field(name)
        if not chosen.can_be_sorted_by:
            raise InvalidInput(f"'{name}' cannot be sorted by.")
        column = chosen.sorted_by
        if column is not None and all(name != known for known, _column, _down in order):
            order.append((name, column, descending))
    if all(name != resource.key for name, _column, _down in order):
        order.append((resource.key, resource.key_column, False))
    if resource.number is not None:
        order.append(("number", resource.number, False))
    return order


def _directed(resource: Resource, column: ColumnElement[Any], descending: bool) -> ColumnElement[Any]:
    if column is resource.key_column:
        # Never null, and PostgreSQL's index serves no order that says where nulls would be.
        return column.desc() if descending else column.asc()
    return column.desc().nulls_last() if descending else column.asc().nulls_first()


def _beyond(order: Order, values: list[Any], backwards: bool) -> ColumnElement[bool]:
    """Rows after the cursor's in the order (before it, going backwards); null is before every value."""
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (_name, column, descending), value in zip(order, values, strict=True):
        upwards = descending == backwards
        if value is None:
            further: ColumnElement[bool] = column.is_not(None) if upwards else not_(true())
            same: ColumnElement[bool] = column.is_(None)
        else:
            further = column > value if upwards else or_(column < value, column.is_(None))
            same = column == value
        steps.append(and_(*equal, further))
        equal.append(same)
    return or_(*steps)


def _select(resource: Resource, uow: UnitOfWork) -> Select[Any]:
    columns = [f.column.label(f"f_{name}") for name, f in resource.fields.items() if f.column is not None]
    query = select(*columns).select_from(resource.source).where(resource.table.c.tenant_id == uow.tenant_id)
    return query if resource.base is None else query.where(resource.base)


def _write(resource: Resource, row: Row[Any]) -> dict[str, Any]:
    found = row._mapping
    return {
        name: chosen.write(row) if chosen.write is not None else chosen.show(found[f"f_{name}"])
        for name, chosen in resource.fields.items()
        if chosen.write is not None or chosen.column is not None
    }


def _cursor(order: Order, row: Row[Any]) -> str:
    values = []
    for name, _column, _down in order:
        value = row._mapping[f"o_{name}"]
        values.append(value.isoformat() if hasattr(value, "isoformat") else value)
    return base64.urlsafe_b64encode(json.dumps([_signs(order), *values]).encode()).decode()


def _signs(order: Order) -> str:
    """What a search is sorted by, so that a cursor leads on in the order that it was given in."""
    return ",".join(f"-{name}" if descending else name for name, _column, descending in order)


def _read_cursor(text: str, order: Order) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode()))
        if not isinstance(found, list) or len(found) != len(order) + 1 or found[0] != _signs(order):
            raise ValueError
        values = found[1:]
        return [
            datetime.fromisoformat(value) if isinstance(value, str) and isinstance(column.type, UtcDateTime) else value
            for value, (_name, column, _down) in zip(values, order, strict=True)
        ]
    except ValueError as error:
        raise InvalidInput("The cursor is not one that this search gave, sorted as it is now.") from error
