"""What every column shares: moments with a zone, and JSON that comes back as it was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from engine.model.base import Json, UtcDateTime, to_json
from engine.persistence.schema import metadata


@pytest.fixture
def table(runtime):
    table = Table("sample", MetaData(), Column("at", UtcDateTime), Column("value", Json))
    with runtime.unit_of_work() as uow:
        table.create(uow.connection)
    yield table
    with runtime.unit_of_work() as uow:
        table.drop(uow.connection)


def _stored(runtime, table, **values):
    with runtime.unit_of_work() as uow:
        uow.connection.execute(insert(table), values)
        return uow.connection.execute(select(table)).one()


def test_a_moment_comes_back_in_utc_to_the_microsecond(runtime, table):
    shanghai = datetime(2026, 3, 2, 17, 0, 0, 123456, timezone(timedelta(hours=8)))
    found = _stored(runtime, table, at=shanghai)
    assert found.at == shanghai
    assert found.at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(runtime, table):
    with pytest.raises(StatementError, match="no time zone"):
        _stored(runtime, table, at=datetime(2026, 3, 2))


def test_json_null_is_a_value(runtime, table):
    assert _stored(runtime, table, value=None).value is None
    assert to_json(None) == "null"


def test_json_can_be_searched_by_its_value(runtime, table):
    _stored(runtime, table, value={"城": [1, "x"]})
    with runtime.unit_of_work(read_only=True) as uow:
        assert uow.connection.execute(select(table).where(table.c.value == {"城": [1, "x"]})).one()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_is_no_json_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        to_json(value)


def test_every_key_is_64_bits_wide_on_postgresql():
    from sqlalchemy.dialects import postgresql

    columns = [column for table in metadata().tables.values() for column in table.columns]
    keys = [column for column in columns if column.name == "key" or column.name.endswith("_key")]
    integers = [column for column in keys if column.type.compile(postgresql.dialect()) == "INTEGER"]
    assert integers == []
