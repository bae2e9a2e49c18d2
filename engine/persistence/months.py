"""History in months on PostgreSQL: tables with a partition for each month, so that an old one is dropped and not deleted row by row.

The models say which tables (`BY_MONTH` in a table's `info`) and by which key. `NAME_2026_03` holds the rows of instances that began in
that month (UTC); `NAME_other` holds what has no month, so that nothing can fail to be stored; `NAME_before` is what the table was
before it was parted (`engine/persistence/parting.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, text

from engine.model.base import Base
from engine.model.keys import BY_MONTH, first_key

AHEAD = 3  # months that are there before they begin, this one counted
PATIENCE = "SET LOCAL lock_timeout = '2s'"  # who reads for longer is not waited for: whoever comes after would wait too
_MONTH = re.compile(r"_(\d{4})_(\d\d)$")
_END = re.compile(r"TO \('(-?\d+)'\)")


@dataclass(frozen=True, slots=True)
class Month:
    """A partition: its table's name, and the keys in it, from `first` to before `end`."""

    name: str
    first: int
    end: int


def parted_tables() -> list[Table]:
    """The tables whose rows PostgreSQL keeps by month."""
    return [table for table in Base.metadata.sorted_tables if BY_MONTH in table.info]


def is_partition(name: str) -> bool:
    """Whether a table's name is that of a partition."""
    return any(re.fullmatch(rf"{table.name}_(\d{{4}}_\d\d|other|before)", name) for table in parted_tables())


def is_parted(connection: Connection, table: Table) -> bool:
    """Whether a table has partitions; on SQLite none has."""
    if connection.dialect.name == "sqlite":
        return False
    query = text("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(:name)")
    return bool(connection.execute(query, {"name": table.name}).scalar())


def months(connection: Connection, table: Table) -> list[Month]:
    """The months that a table has, the oldest first; none while it is not parted."""
    found = [(name, match) for name in _partitions(connection, table) if (match := _MONTH.search(name))]
    return [_month(name, datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)) for name, match in sorted(found)]


def without_month(connection: Connection, table: Table) -> list[Table]:
    """Where the rows of a table lie that go one by one: all of it, or the partitions that are no month's."""
    if not is_parted(connection, table):
        return [table]
    return [part(table, name) for name in _partitions(connection, table) if not _MONTH.search(name)]


def part(table: Table, name: str) -> Table:
    """A partition of a table, for statements."""
    return table.to_metadata(MetaData(), name=name)


def make_ahead(connection: Connection, table: Table, now: datetime) -> None:
    """Make the partitions of this month and the next ones, where they are not there."""
    known, before = {month.name for month in months(connection, table)}, _end_of_before(connection, table)
    for later in range(AHEAD):
        start = first_of_month(now, later)
        month = _month(f"{table.name}_{start:%Y_%m}", start)
        # Rows that came before their month was made stay where they are and go one by one.
        if month.name not in known and month.first >= before and not _has_astray(connection, table, month):
            connection.exec_driver_sql(
                f"CREATE TABLE {month.name} PARTITION OF {table.name} FOR VALUES FROM ({month.first}) TO ({month.end})"
            )


def first_of_month(now: datetime, later: int) -> datetime:
    """The beginning of a month, UTC: of that so many months after the one that `now` is in."""
    number = now.year * 12 + now.month - 1 + later
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _month(name: str, start: datetime) -> Month:
    return Month(name, first_key(start), first_key(first_of_month(start, 1)))


def _has_astray(connection: Connection, table: Table, month: Month) -> bool:
    column = table.info[BY_MONTH]
    query = f"SELECT EXISTS (SELECT FROM {table.name}_other WHERE {column} >= {month.first} AND {column} < {month.end})"  # noqa: S608
    return bool(connection.exec_driver_sql(query).scalar())


def _end_of_before(connection: Connection, table: Table) -> int:
    query = text("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = to_regclass(:name)")
    match = _END.search(connection.execute(query, {"name": f"{table.name}_before"}).scalar() or "")
    return int(match[1]) if match else 0


def _partitions(connection: Connection, table: Table) -> list[str]:
    if connection.dialect.name == "sqlite":
        return []
    query = text(
        "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
        " WHERE inhparent = to_regclass(:name)"
    )
    return list(connection.execute(query, {"name": table.name}).scalars())
