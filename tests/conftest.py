"""Fixtures that every test may use: a real database of each kind, a runtime on it, and a clock that only tests move."""

from __future__ import annotations

import os
import secrets
import socket
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.clock import MovableClock
from engine.config import Settings
from engine.persistence import create_all
from engine.runtime import Runtime

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


def _postgres_server() -> str | None:
    """The URL of a server that tests may make databases on, or None."""
    given = os.environ.get("KEFUFLOW_TEST_POSTGRES_URL")
    if given:
        return given
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
    except OSError:
        return None
    return "postgresql://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """A PostgreSQL server; without one the test is skipped loudly, or fails where CI is set."""
    server = _postgres_server()
    if server is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set, but there is no PostgreSQL server; set KEFUFLOW_TEST_POSTGRES_URL.")
        warnings.warn("PostgreSQL tests are skipped: no server on 127.0.0.1:5432.", stacklevel=1)
        pytest.skip("no PostgreSQL server")
    return server


def _administer(server: str, statement: str) -> None:
    address = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of this test run's own, dropped at its end."""
    name = f"kefuflow_test_{secrets.token_hex(6)}"
    _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands at `START` until a test moves it."""
    return MovableClock(START)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'kefuflow.db'}"
        return
    url = make_url(request.getfixturevalue("postgres_url"))
    schema = f"t{secrets.token_hex(6)}"
    _administer(str(url), f"CREATE SCHEMA {schema}")
    try:
        yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    finally:
        _administer(str(url), f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def runtime(database_url: str, clock: MovableClock, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on a real database with every table, once of each kind."""
    settings = Settings(home=tmp_path, database_url=database_url, mode="test")
    runtime = Runtime(settings, clock=clock)
    create_all(runtime.database)
    yield runtime
    runtime.close()


@pytest.fixture
def sqlite_runtime(clock: MovableClock, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on SQLite alone, for tests that no database can tell apart."""
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'kefuflow.db'}", mode="test")
    runtime = Runtime(settings, clock=clock)
    create_all(runtime.database)
    yield runtime
    runtime.close()
