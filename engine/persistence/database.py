"""How a database is opened: the two kinds that there are, and what each needs to keep a promise once made."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGExecutionContext_psycopg
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool, StaticPool

from engine.errors import ConfigError, Unavailable, Unfit
from engine.persistence.failures import Unreachable, is_outage, is_unfit

log = logging.getLogger("kefuflow.database")
BUSY_TIMEOUT_S = 30
AWAY = "The database does not answer; try again later."
_IDLE_S = 1.0  # a connection that was idle for longer is asked whether it lives before it is used
_READ_ONLY = "kefuflow_read_only"
_LARGE = "kefuflow_large"
LARGE = {_LARGE: True}  # `execution_options` of a query that reads megabytes of bytes


class Database:
    """One opened database: `engine` for everything, `begin()` for a transaction of either kind."""

    def __init__(self, url: str, pool_size: int = 20) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _open_sqlite(url, pool_size) if self.is_sqlite else _open_postgresql(url, pool_size)
        # A reader sees one state through all its statements; on SQLite every transaction does.
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._readers = self.engine.execution_options(**{_READ_ONLY: True}, **snapshot)
        self._is_memory = isinstance(self.engine.pool, StaticPool)
        # SQLite lets one write at a time and makes the others poll; a lock hands over at once and in turn.
        self._write_lock = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def begin(self, read_only: bool = False) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises.

        SQLite's writers take the write lock at once (`BEGIN IMMEDIATE`), so none fails half-way for it.
        Raises Unreachable when there is no connection or it breaks, Unavailable when the database stays locked too long, Unfit
        for a value that no column holds.
        """
        lock = self._write_lock if self._is_memory or not read_only else None
        if lock is not None and not lock.acquire(timeout=BUSY_TIMEOUT_S):
            raise Unavailable("The database is busy; try again.")
        try:
            with self._connect(read_only) as connection, connection.begin():
                yield connection
        except Exception as error:
            if is_outage(error) and not isinstance(error, Unreachable):
                # The others in the pool are most likely broken too.
                self.engine.dispose(close=False)
                raise Unreachable(AWAY) from error
            if is_unfit(error):
                log.warning(
                    "A value that no column holds was refused: %s", type(getattr(error, "orig", error)).__name__
                )
                raise Unfit from error
            raise
        finally:
            if lock is not None:
                lock.release()

    def _connect(self, read_only: bool) -> Connection:
        try:
            return (self._readers if read_only else self.engine).connect()
        except OperationalError as error:
            raise Unreachable(AWAY) from error
        except PoolTimeout as error:
            raise Unavailable("Every connection to the database is in use; try again.") from error

    def pool_figures(self) -> dict[str, int]:
        """How many connections are in use, how many wait to be used, and how many there may be."""
        pool: Any = self.engine.pool
        if not isinstance(pool, QueuePool):
            return {"in_use": 0, "idle": 1, "limit": 1}
        return {"in_use": pool.checkedout(), "idle": pool.checkedin(), "limit": pool.size()}

    def close(self) -> None:
        self.engine.dispose()


def _open_sqlite(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}}
    if path in (None, "", ":memory:"):
        engine = create_engine(url, poolclass=StaticPool, **options)
    else:
        _make_folder(Path(str(path)).parent)
        engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=BUSY_TIMEOUT_S, **options)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"The folder {folder} for the database cannot be made: {error.strerror}.") from error


def _write_ahead(cursor: Any) -> None:
    """Turn a new file to its write-ahead log. SQLite does not wait for the lock that this needs: who comes second asks again."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16000")
    # A command writes dozens of pages, most of which the next one writes again: 16 MB of them go into the file at a time.
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _open_postgresql(url: str, pool_size: int) -> Engine:
    address = make_url(url).set(drivername="postgresql+psycopg")
    options = (
        "-c timezone=UTC -c synchronous_commit=on -c random_page_cost=1.1 -c idle_in_transaction_session_timeout=120000"
    )
    given = address.query.get("options", "")
    engine = create_engine(
        address.difference_update_query(["options"]),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_pre_ping=False,
        connect_args={"options": f"{given} {options}".strip(), "connect_timeout": 10},
    )
    engine.dialect.execution_ctx_cls = _Execution
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", _check_idle)
    return engine


class _Execution(PGExecutionContext_psycopg):
    """A statement on its way: with `LARGE` its bytes come as they are, and not as a text of twice their length."""

    def create_default_cursor(self) -> Any:
        if self.execution_options.get(_LARGE):
            return self._dbapi_connection.cursor(binary=True)
        return super().create_default_cursor()


def _note_checkin(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _check_idle(connection: Any, record: Any, _proxy: object) -> None:
    """After a server's restart the first to come finds out, and the whole pool is made anew; a busy pool pays nothing."""
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) < _IDLE_S:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError() from error
