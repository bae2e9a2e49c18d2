"""Parting tables into months, on PostgreSQL, beside whoever works on them.

It is done here and not by an Alembic step: who reads and writes a parted table, an older release too, finds the table that it knew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.schema import CreateIndex

from engine.model.keys import BY_MONTH, first_key
from engine.persistence.database import Database
from engine.persistence.failures import is_retryable
from engine.persistence.months import PATIENCE, first_of_month, is_parted, make_ahead, parted_tables

log = logging.getLogger("kefuflow.months")
_LOCK = 0x6B656D6F  # "kemo": one process at a time


def prepare_months(database: Database, now: datetime) -> None:
    """Part what is not parted yet, and make the months ahead. Does nothing on SQLite.

    Writers are held up for moments only: a table with rows is read once beside them, and becomes the first partition as it is.
    What somebody is in the way of is left to the next night or start.
    """
    if database.is_sqlite:
        return
    for table in parted_tables():
        try:
            _prepare(database, table, now)
        except OperationalError as error:
            if not is_retryable(error):
                raise
            log.warning("The table %s is in use; its months are made another time.", table.name)


def _prepare(database: Database, table: Table, now: datetime) -> None:
    # Two months away: should this process die after the first step, the nightly job goes on long before.
    end = first_key(first_of_month(now, 2))
    for step in (lambda on: _announce(on, table, end), lambda on: _see(on, table), lambda on: _swap(on, table, end)):
        _alone(database, table, step, parted=False)
    _alone(database, table, lambda on: make_ahead(on, table, now), parted=True)


def _alone(database: Database, table: Table, step: Callable[[Connection], None], parted: bool) -> None:
    """Take one step in a transaction of its own, no other process at it, if the table is parted or is not."""
    with database.begin() as connection:
        connection.exec_driver_sql(PATIENCE)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if is_parted(connection, table) is parted:
            step(connection)


def _announce(connection: Connection, table: Table, end: int) -> None:
    """Let no row in that would not belong into the first partition; without rows part the table at once."""
    name = table.name
    connection.exec_driver_sql(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    if connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {name})").scalar():  # noqa: S608
        connection.exec_driver_sql(f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {name}_before")
        check = f"CHECK ({table.info[BY_MONTH]} < {end}) NOT VALID"
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD CONSTRAINT {name}_before {check}")
    else:
        _put_in_place(connection, table)
        connection.exec_driver_sql(f"DROP TABLE {name}_before")


def _see(connection: Connection, table: Table) -> None:
    """Have PostgreSQL read all rows, beside readers and writers, so that it need not once nobody may write."""
    name = table.name
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"ALTER TABLE {name} VALIDATE CONSTRAINT {name}_before")
    except IntegrityError:
        connection.exec_driver_sql(f"ALTER TABLE {name} DROP CONSTRAINT {name}_before")
        log.error("The table %s has rows of a time to come; it cannot be parted into months.", name)


def _swap(connection: Connection, table: Table, end: int) -> None:
    """Make the table the first partition of a parted one."""
    name, old = table.name, f"{table.name}_before"
    seen = "SELECT convalidated FROM pg_constraint WHERE conrelid = %(name)s::regclass AND conname = %(old)s"
    if connection.exec_driver_sql(seen, {"name": name, "old": old}).scalar():
        _put_in_place(connection, table)
        connection.exec_driver_sql(f"ALTER TABLE {name} ATTACH PARTITION {old} FOR VALUES FROM (MINVALUE) TO ({end})")
        connection.exec_driver_sql(f"ALTER TABLE {old} DROP CONSTRAINT {old}")


def _put_in_place(connection: Connection, table: Table) -> None:
    """Rename the table to `NAME_before`, and make a parted one of its name with its columns and indexes."""
    run, name, old = connection.exec_driver_sql, table.name, f"{table.name}_before"
    run(f"ALTER TABLE {name} RENAME TO {old}")
    indexes = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = %(old)s::regclass"
    for index in run(indexes, {"old": old}).scalars().all():
        run(f"ALTER INDEX {index} RENAME TO {index}_before")
    # Without the primary key, which a parted table can only have by the column that parts it: keys are made to be unique,
    # nobody asks for such a row by its key, and an index less is an index less to write.
    run(f"CREATE TABLE {name} (LIKE {old} INCLUDING DEFAULTS) PARTITION BY RANGE ({table.info[BY_MONTH]})")
    for index in table.indexes:
        connection.execute(CreateIndex(index))
    run(f"CREATE TABLE {name}_other PARTITION OF {name} DEFAULT")
