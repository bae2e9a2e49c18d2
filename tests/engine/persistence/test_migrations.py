"""The migrations lead to exactly what the models say, on both kinds of database."""

import warnings

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from engine.persistence import Database, is_current, migrate
from engine.persistence.schema import is_mapped, metadata


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def test_an_empty_database_is_brought_to_what_the_models_say(database):
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    with database.begin(read_only=True) as connection, warnings.catch_warnings():
        warnings.simplefilter("error")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_mapped})
        assert compare_metadata(context, metadata()) == []


def test_every_index_of_the_models_is_there(database):
    migrate(database)
    with database.begin(read_only=True) as connection, warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {index["name"] for table in metadata().tables for index in inspect(connection).get_indexes(table)}
    wanted = {index.name for table in metadata().tables.values() for index in table.indexes}
    assert wanted - found == set()


def test_migrating_again_changes_nothing(database):
    migrate(database)
    migrate(database)
    assert is_current(database)
