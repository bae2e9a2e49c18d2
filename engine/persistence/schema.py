"""The schema: made at once for tests and scenarios, or brought forward by Alembic's steps for a database that stays."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

import engine.model
from engine.clock import system_clock
from engine.model.base import Base
from engine.persistence.database import Database
from engine.persistence.months import is_partition
from engine.persistence.parting import prepare_months

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6B656675  # "kefu": one migration at a time on a PostgreSQL server


def metadata() -> MetaData:
    """Every table that a module of `engine.model` maps."""
    for module in pkgutil.iter_modules(engine.model.__path__):
        importlib.import_module(f"engine.model.{module.name}")
    return Base.metadata


def is_mapped(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic may compare a thing with the models: SQLite's full-text table, what it makes for it, and months are not mapped."""
    return kind != "table" or name is None or not (name.startswith("search_fts") or is_partition(name))


def create_all(database: Database) -> None:
    """Make every table at once, in an empty database that needs no later migration (a test's, a scenario's)."""
    with database.begin() as connection:
        metadata().create_all(connection)
    prepare_months(database, system_clock())


def drop_all(database: Database) -> None:
    """Remove every table."""
    with database.begin() as connection:
        metadata().drop_all(connection)


def migrate(database: Database) -> None:
    """Bring the database to the newest schema; of several processes that start at once, one does it.

    A database that a newer release has migrated is left as it is: its steps only add, so this release works on it too.
    """
    with database.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        newer = _is_newer(revision(connection))
        if not newer:
            command.upgrade(config(connection), "head")
    if not newer:
        prepare_months(database, system_clock())


def is_current(database: Database) -> bool:
    """Whether the database has this release's schema, or a newer release's, which has all of it."""
    with database.begin(read_only=True) as connection:
        found = revision(connection)
    return found == _scripts().get_current_head() or _is_newer(found)


def revision(connection: Connection) -> str | None:
    """The last step that was taken; None in an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def _is_newer(found: str | None) -> bool:
    return found is not None and found not in {script.revision for script in _scripts().walk_revisions()}


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))


def config(connection: Connection) -> Config:
    """What Alembic needs to know to work on this connection."""
    found = Config()
    found.set_main_option("script_location", str(_MIGRATIONS))
    found.attributes["connection"] = connection
    return found
