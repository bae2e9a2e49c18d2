"""Statements compiled once for each kind of database, so that a row costs its values and not the building of SQL.

A command writes a dozen small batches. On PostgreSQL they travel together, in one round trip.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ClauseElement, LargeBinary, Table, bindparam, insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect

from engine.model.base import UtcDateTime
from engine.persistence import UnitOfWork

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat).encode
Row = Mapping[str, Any]
AtOnce = Callable[[str, Dialect], str]
Parameter = tuple[str, Any, Callable[[Any], Any] | None]  # its name, its value where the statement fixes it, its type


class Statement:
    """One INSERT, UPDATE or DELETE whose values are named parameters. `table` is given for an INSERT of whole rows.

    `at_once`, given PostgreSQL's text for one row, makes that for any number of them, as one JSON text named `rows`.
    """

    def __init__(
        self, build: Callable[[bool], ClauseElement], table: Table | None = None, at_once: AtOnce | None = None
    ) -> None:
        self._build = build
        self._table = table
        self._at_once = at_once
        self._compiled: dict[str, tuple[str, list[Parameter], bool]] = {}
        self._from_json: str | None = None

    def prepare(self, dialect: Dialect, rows: Iterable[Row]) -> tuple[str, list[Any]]:
        """The SQL text, and the parameters of each row as the driver takes them."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
        text, names, positional = compiled
        # This is the innermost loop of every command: no call more than needed.
        values = [
            [process(row.get(name, fixed)) if process else row.get(name, fixed) for name, fixed, process in names]
            for row in rows
        ]
        if positional:
            return text, values
        keys = [name for name, _, _ in names]
        found = [dict(zip(keys, each, strict=True)) for each in values]
        if self._at_once is None:
            return text, found
        # The driver looks at each parameter anew for every statement: one that holds all rows is quicker than one for each value.
        self._from_json = self._from_json or self._at_once(text, dialect)
        return self._from_json, [{"rows": _encode(found)}]

    def _compile(self, dialect: Dialect) -> tuple[str, list[Parameter], bool]:
        statement = self._build(dialect.name == "sqlite")
        columns = [column.name for column in self._table.columns] if self._table is not None else None
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        parameters = [_parameter(name, compiled.binds[name], dialect) for name in names]
        return str(compiled), parameters, bool(compiled.positional)


def _whole_rows(table: Table) -> AtOnce | None:
    """JSON holds no bytes."""
    has_bytes = any(isinstance(column.type, LargeBinary) for column in table.columns)
    return None if has_bytes else partial(_from_json, table)


def _from_json(table: Table, text: str, dialect: Dialect) -> str:
    """PostgreSQL's INSERT of one row, as one that takes any number of them as one JSON text."""
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.columns)
    typed = ", ".join(f"{quote(column.name)} {column.type.compile(dialect)}" for column in table.columns)
    _, conflict, then = text.partition(" ON CONFLICT ")
    return (
        f"INSERT INTO {quote(table.name)} ({columns}) SELECT * FROM json_to_recordset(%(rows)s::json) AS rows ({typed})"  # noqa: S608
        f"{conflict}{then}"
    )


def _parameter(name: str, bind: Any, dialect: Dialect) -> Parameter:
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(bind.type, UtcDateTime):
        process = lru_cache(64)(process)  # a command writes the same moment many times
    return name, None if bind.required else bind.value, process


def insertion(table: Table) -> Statement:
    """Insert whole rows; what a row does not name is NULL."""
    return Statement(lambda _: insert(table), table, _whole_rows(table))


def upsert(table: Table, keys: Sequence[str], changed: Sequence[str]) -> Statement:
    """Insert whole rows, or set `changed` where the keys are there already."""

    def build(is_sqlite: bool) -> ClauseElement:
        statement = (sqlite_insert if is_sqlite else postgresql_insert)(table)
        new = {name: statement.excluded[name] for name in changed}
        return statement.on_conflict_do_update(index_elements=list(keys), set_=new)

    return Statement(build, table, _whole_rows(table))


def named(table: Table, column: str, name: str | None = None) -> Any:
    """A parameter of a column's type."""
    return bindparam(name or column, type_=table.c[column].type)


class Batch:
    """Statements with their rows, sent in order and together."""

    def __init__(self) -> None:
        self._parts: list[tuple[Statement, Sequence[Row]]] = []

    def add(self, statement: Statement, rows: Iterable[Row]) -> int:
        """Returns the part's number, for `send`'s counts; an empty part is left out and has the number -1."""
        found = rows if isinstance(rows, list) else list(rows)
        if not found:
            return -1
        self._parts.append((statement, found))
        return len(self._parts) - 1

    def send(self, uow: UnitOfWork) -> list[int]:
        """Run everything; returns how many rows each part touched."""
        raw = uow.connection.connection.driver_connection
        assert raw is not None
        dialect = uow.connection.dialect
        counts: list[list[Any]] = []
        with nullcontext() if uow.is_sqlite else raw.pipeline():
            for statement, rows in self._parts:
                text, parameters = statement.prepare(dialect, rows)
                counts.append(_run(raw, text, parameters, uow.is_sqlite))
        return [sum(cursor.rowcount for cursor in cursors) for cursors in counts]


def _run(raw: Any, text: str, parameters: list[Any], is_sqlite: bool) -> list[Any]:
    if is_sqlite:
        return [raw.executemany(text, parameters)]
    # In a pipeline each of these is sent without waiting; `executemany` would wait at its end.
    return [raw.execute(text, each) for each in parameters]
