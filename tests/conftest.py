"""Fixtures that every test may use: a real database of each kind, a runtime on it, and a clock that only tests move."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import create_engine, make_url, text

from engine.clock import MovableClock
from engine.config import Settings
from engine.persistence import Database, create_all
from engine.persistence.schema import metadata
from engine.runtime import Runtime
from engine.services.people import sign_in
from web.ui import assets

# A busy machine is slow now and then; that is no fault of what is tested. In CI this builds on Hypothesis's own profile for it.
settings.register_profile("kefuflow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kefuflow")

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


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords are hashed at the least cost here: what a test asks is not how long it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_hasher", sign_in.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        sign_in._nobodys_hash.cache_clear()
        yield


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


CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync"]  # fmt: skip


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}: the browser tests need it, and CI is set.")
    pytest.skip(f"SKIPPED THE BROWSER TESTS: {what}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless; one for the whole run, because Playwright allows one of its loops in a thread."""
    names = (os.environ.get("KEFUFLOW_TEST_CHROMIUM", "chromium"), "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        _missing("no Chromium found (KEFUFLOW_TEST_CHROMIUM)")
    if not assets.MANIFEST.is_file():
        _missing("assets not built (python hatch_build.py)")
    expect.set_options(timeout=20_000)  # A busy machine answers late, and late is no fault here.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied: making the tables for each test would take longer than the tests."""
    path = tmp_path_factory.mktemp("template") / "kefuflow.db"
    database = Database(f"sqlite:///{path}")
    create_all(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # a checkpoint cannot run inside a transaction
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres_url: str) -> str:
    """The test run's PostgreSQL database with every table, emptied after each test that uses it."""
    database = Database(postgres_url)
    create_all(database)
    database.close()
    return postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def tables_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[str]:
    """The URL of a database with every table and no row, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "kefuflow.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgres_tables")
    yield url
    _empty(url)


def _empty(url: str) -> None:
    """Delete every row at once, whatever refers to what."""
    deletes = "; ".join(f'DELETE FROM "{name}"' for name in metadata().tables)
    _administer(url, f"SET session_replication_role = replica; {deletes}")


@pytest.fixture
def runtime(tables_url: str, clock: MovableClock, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on a real database with every table, once of each kind."""
    runtime = Runtime(Settings(home=tmp_path, database_url=tables_url, mode="test"), clock=clock)
    yield runtime
    runtime.close()


@pytest.fixture
def postgres_runtime(clock: MovableClock, tmp_path: Path, postgres_tables: str) -> Iterator[Runtime]:
    """A runtime on PostgreSQL alone, for what only it can do."""
    runtime = Runtime(Settings(home=tmp_path, database_url=postgres_tables, mode="test"), clock=clock)
    yield runtime
    runtime.close()
    _empty(postgres_tables)


@pytest.fixture
def sqlite_runtime(clock: MovableClock, tmp_path: Path, sqlite_template: Path) -> Iterator[Runtime]:
    """A runtime on SQLite alone, for tests that no database can tell apart."""
    path = tmp_path / "kefuflow.db"
    shutil.copy(sqlite_template, path)
    runtime = Runtime(Settings(home=tmp_path, database_url=f"sqlite:///{path}", mode="test"), clock=clock)
    yield runtime
    runtime.close()
