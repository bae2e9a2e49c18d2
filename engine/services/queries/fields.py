"""A field of the API over a column: how it is read from a filter and how it is written in an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement

from engine.errors import InvalidInput


@dataclass(frozen=True)
class Field:
    """`kind`: key (a number written as text), text, number, moment, flag, json. Some are no column: they are only written,
    by `write` from a row, or only filtered, by `where` from an operator and a value."""

    kind: str
    column: ColumnElement[Any] | None = None
    write: Callable[[Any], Any] | None = None
    where: Callable[[str, Any], ColumnElement[bool]] | None = None
    sortable: bool = True

    def read(self, name: str, value: Any) -> Any:
        """The column's value for a filter's value. Raises InvalidInput."""
        try:
            match self.kind:
                case "key":
                    return _fitting(int(value))
                case "number":
                    if isinstance(value, bool) or not isinstance(value, int):
                        raise ValueError
                    return _fitting(value)
                case "moment":
                    found = datetime.fromisoformat(value)
                    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
                case "flag":
                    if not isinstance(value, bool):
                        raise ValueError
                    return value
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"The value {value!r} of '{name}' is no {self.kind}.") from error
        if not isinstance(value, str):
            raise InvalidInput(f"The value {value!r} of '{name}' is no text.")
        return value

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


def read_json(text: Any) -> Any:
    """A variable's value in a filter: JSON text, or else the text itself."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def show_moment(value: datetime) -> str:
    """As Camunda writes it: 2026-03-02T02:00:00.000Z."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
