"""The schema: made at once for tests and scenarios, or brought forward by Alembic's steps for a database that stays."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

import engine.model
from engine.model.base import Base
from engine.persistence.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6B656675  # "kefu": one migration at a time on a PostgreSQL server


def metadata() -> MetaData:
    """Every table that a module of `engine.model` maps."""
    for module in pkgutil.iter_modules(engine.model.__path__):
        importlib.import_module(f"engine.model.{module.name}")
    return Base.metadata


def create_all(database: Database) -> None:
    """Make every table at once, in an empty database that needs no later migration (a test's, a scenario's)."""
    with database.begin() as connection:
        metadata().create_all(connection)


def drop_all(database: Database) -> None:
    """Remove every table."""
    with database.begin() as connection:
        metadata().drop_all(connection)


def migrate(database: Database) -> None:
    """Bring the database to the newest schema; of several processes that start at once, one does it."""
    with database.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        command.upgrade(config(connection), "head")


def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    with database.begin(read_only=True) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def config(connection: Connection) -> Config:
    """What Alembic needs to know to work on this connection."""
    found = Config()
    found.set_main_option("script_location", str(_MIGRATIONS))
    found.attributes["connection"] = connection
    return found
