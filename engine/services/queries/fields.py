"""A field of the API over a column: how it is read from a filter and how it is written in an answer."""

from __future__ import annotations

import json
import operator as operator_module
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, literal

from engine.errors import InvalidInput
from engine.feel import to_json
from engine.model.base import to_json as to_json_text
from engine.services.queries.like import is_like


@dataclass(frozen=True)
class Field:
    """`kind`: key (a number written as text), text, number, moment, flag, json (a value as JSON text), list, object, null.
    Some are no column: they are only written, by `write` from a row, or only filtered, by `where` from an operator and a
    value. `values` are all that a text can be. `shape` is the kind of what is written, where it is not the column's;
    `operators` and `takes` (JSON Schema) say what a filter of its own takes. `order` is what it is sorted by, where that is
    not the column; a `constant` may be sorted by, and sorts nothing."""

    kind: str
    column: ColumnElement[Any] | None = None
    write: Callable[[Any], Any] | None = None
    where: Callable[[str, Any], ColumnElement[bool]] | None = None
    sortable: bool = True
    order: ColumnElement[Any] | None = None
    constant: bool = False
    values: tuple[str, ...] = ()
    shape: str | None = None
    operators: tuple[str, ...] = ()
    takes: dict[str, Any] | None = None

    @property
    def sorted_by(self) -> ColumnElement[Any] | None:
        """What stands in ORDER BY; None where it cannot, or need not."""
        if self.order is not None:
            return self.order
        if self.column is None or not self.sortable or self.kind == "json":
            return None
        return case((self.column, 1), else_=0) if self.kind == "flag" else self.column

    @property
    def can_be_sorted_by(self) -> bool:
        return self.constant or self.sorted_by is not None

    def read(self, name: str, value: Any) -> Any:
        """The column's value for a filter's value. Raises InvalidInput."""
        try:
            match self.kind:
                case "key":
                    if isinstance(value, bool | float):
                        raise ValueError
                    return _fitting(int(value))
                case "number":
                    if isinstance(value, bool) or not isinstance(value, int):
                        raise ValueError
                    return _fitting(value)
                case "moment":
                    found = datetime.fromisoformat(value)
                    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
                case "flag":
                    if not isinstance(value, bool):
                        raise ValueError
                    return value
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidInput(f"The value {value!r} of '{name}' is no {self.kind}.") from error
        if not isinstance(value, str):
            raise InvalidInput(f"The value {value!r} of '{name}' is no text.")
        if self.values and value not in self.values:
            raise InvalidInput(f"'{name}' is one of {', '.join(self.values)}, not {value!r}.")
        return storable(name, value)

    def show(self, value: Any) -> Any:
        if value is None:
            return None
        match self.kind:
            case "key":
                return str(value)
            case "moment":
                return show_moment(value)
            case "json":
                return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return value


def _fitting(value: int) -> int:
    """A number that a column can hold."""
    if not -(2**63) <= value < 2**63:
        raise ValueError
    return value


def storable(name: str, value: str) -> str:
    """A text that a column can hold; PostgreSQL knows no NUL, and no half of a character."""
    if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise InvalidInput(f"The value of '{name}' has a character that no text here has.")
    return value


def always(value: Any) -> Field:
    """A field that is the same for all; it can be filtered all the same, and finds all or nothing."""
    kinds = {bool: "flag", int: "number", str: "text", list: "list", dict: "object", type(None): "null"}
    return Field(
        kinds[type(value)],
        write=lambda _row: value,
        where=lambda operator, operand: literal(_is_so(value, operator, operand)),
        constant=not isinstance(value, list | dict),
    )


_COMPARISONS = {"$gt": "gt", "$gte": "ge", "$lt": "lt", "$lte": "le"}


def _is_so(value: Any, operator: str, operand: Any) -> bool:
    match operator:
        case "$eq":
            return bool(operand == value)
        case "$neq":
            return bool(operand != value)
        case "$in":
            return value in operand
        case "$notIn":
            return value not in operand
        case "$exists":
            return (value is not None) is operand
        case "$like":
            return isinstance(value, str) and is_like(value, str(operand))
        case "$gt" | "$gte" | "$lt" | "$lte" if isinstance(value, int) and isinstance(operand, int):
            compare: Callable[[int, int], bool] = getattr(operator_module, _COMPARISONS[operator])
            return compare(value, operand)
    raise InvalidInput(f"There is no filter operator '{operator}' for this field.")


def read_json(text: Any) -> Any:
    """A variable's value in a filter, as a process would keep it (100 for `100.00`): JSON text, or else the text itself.

    NaN, and what is too large or too deep for a value, are such texts.
    """
    try:
        found = to_json(json.loads(text))
        to_json_text(found)
    except (TypeError, ValueError, ArithmeticError, RecursionError):
        return text
    return found


def show_moment(value: datetime) -> str:
    """As Camunda writes it: 2026-03-02T02:00:00.000Z."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
