"""The schema grows while an older release runs on it: what that release writes and reads goes on working."""

import ast
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    insert,
    select,
    text,
)

from engine.persistence import Database, is_current, migrate
from engine.persistence import schema as schema_module
from engine.persistence.schema import config

FIRST = "0001"
VERSIONS = sorted((Path(schema_module.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
SHRINKING = {"drop_table", "drop_column", "rename_table", "drop_constraint"}


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def _value(column, number):
    kind = column.type
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, BigInteger | Integer | Numeric | Float):
        return number
    if isinstance(kind, DateTime):
        return datetime(2026, 3, 2, tzinfo=UTC)
    if isinstance(kind, LargeBinary):
        return b"x"
    length = getattr(kind, "length", None)
    return f"{number}"[: length or 20]


def _insert_all(database, tables, number):
    """One row in every table, with the columns that the older release knows, whatever refers to what."""
    with database.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in tables:
            row = {column.name: _value(column, number) for column in table.columns}
            connection.execute(insert(table).values(row))


def test_what_the_first_release_writes_and_reads_works_on_the_newest_schema(database):
    with database.begin() as connection:
        command.upgrade(config(connection), FIRST)
    older = MetaData()
    older.reflect(database.engine)
    tables = [table for table in older.sorted_tables if table.name != "alembic_version"]
    assert len(tables) > 20
    if database.is_sqlite:
        from sqlalchemy import event

        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = OFF"))
        database.engine.dispose()
    _insert_all(database, tables, 1)
    migrate(database)
    assert is_current(database)
    _insert_all(database, tables, 2)
    with database.begin(read_only=True) as connection:
        for table in tables:
            assert len(connection.execute(select(*table.columns)).all()) >= 2, table.name


def test_processes_that_start_at_once_migrate_once(database_url):
    errors = []

    def start():
        own = Database(database_url)
        try:
            migrate(own)
        except Exception as error:
            errors.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("path", VERSIONS[1:], ids=lambda path: path.stem[:4])
def test_a_step_only_adds(path):
    """A column or table that goes, goes in a release after the one that stopped using it, and is named here."""
    upgrade = next(node for node in ast.parse(path.read_text()).body if getattr(node, "name", "") == "upgrade")
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    assert [call.func.attr for call in calls if call.func.attr in SHRINKING] == []
    for call in (call for call in calls if call.func.attr == "add_column"):
        column = next(argument for argument in call.args if isinstance(argument, ast.Call))
        given = {keyword.arg: keyword.value for keyword in column.keywords}
        required = "nullable" in given and given["nullable"].value is False
        assert not required or "server_default" in given, ast.unparse(column)
