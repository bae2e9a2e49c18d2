"""Parting a table into months: what was in it stays where it is, and whoever writes meanwhile or after a crash can."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select, text

from engine.model.base import table_of
from engine.model.element import TakenFlow
from engine.model.keys import first_key
from engine.persistence import Database, months, parting, prepare_months
from engine.persistence.schema import is_mapped, metadata

FLOW = table_of(TakenFlow)
NOW = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    """With the tables as an older release made them."""
    database = Database(database_url)
    with database.begin() as connection:
        metadata().create_all(connection)
    yield database
    database.close()


@pytest.fixture
def on_postgresql(database):
    if database.is_sqlite:
        pytest.skip("SQLite has no partitions")


@pytest.fixture
def write(database):
    """A flow that an instance took that began at a moment."""

    def write(moment, number=0):
        key = first_key(moment) + number
        row = {"key": key, "tenant_id": "t", "process_instance_key": key, "flow_id": "f", "taken_at": moment}
        with database.begin() as connection:
            connection.execute(insert(FLOW), row)

    return write


@pytest.fixture
def ask(database):
    def ask(query):
        with database.begin(read_only=True) as connection:
            return connection.execute(text(query) if isinstance(query, str) else query).scalars().all()

    return ask


@pytest.fixture
def names(database):
    def names():
        with database.begin(read_only=True) as connection:
            return [month.name for month in months.months(connection, FLOW)]

    return names


def test_without_rows_a_table_has_this_month_and_the_next_two(database, names):
    prepare_months(database, NOW)
    prepare_months(database, NOW)
    wanted = ["taken_flow_2026_03", "taken_flow_2026_04", "taken_flow_2026_05"]
    assert names() == ([] if database.is_sqlite else wanted)
    assert not any(is_mapped(name, "table", {}) for name in [*wanted, "taken_flow_other", "taken_flow_before"])
    assert is_mapped("taken_flow", "table", {})


def test_with_rows_a_table_becomes_the_first_partition_and_is_not_copied(database, on_postgresql, write, ask, names):
    write(datetime(2025, 7, 1, tzinfo=UTC))
    write(NOW)
    files = "SELECT relfilenode FROM pg_class WHERE oid = to_regclass('{}')"
    indexes = "SELECT relfilenode FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = to_regclass('{}') ORDER BY 1"
    before = ask(files.format("taken_flow")), ask(indexes.format("taken_flow"))
    prepare_months(database, NOW)
    assert (ask(files.format("taken_flow_before")), ask(indexes.format("taken_flow_before"))) == before
    assert names() == ["taken_flow_2026_05"]
    write(NOW, 1)
    write(datetime(2026, 5, 3, tzinfo=UTC))
    assert ask(select(func.count()).select_from(FLOW)) == [4]
    assert ask("SELECT count(*) FROM taken_flow_2026_05") == [1]


def test_parting_goes_on_where_a_process_died(database, on_postgresql, write, ask, names, monkeypatch):
    write(NOW)

    def dies(*_):
        raise SystemExit

    for step in ("_see", "_swap", "make_ahead"):
        with monkeypatch.context() as patch:
            patch.setattr(parting, step, dies)
            with pytest.raises(SystemExit):
                prepare_months(database, NOW)
        write(NOW, len(step))
    prepare_months(database, NOW)
    assert ask(select(func.count()).select_from(FLOW)) == [4]
    assert names() == ["taken_flow_2026_05"]
    assert ask("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'taken_flow%'") == []


def test_a_table_in_use_is_parted_another_time(database, on_postgresql, write, names, monkeypatch):
    monkeypatch.setattr(parting, "PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    with database.begin() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM taken_flow")
        prepare_months(database, NOW)
        assert not months.is_parted(reader, FLOW)
    write(NOW)
    prepare_months(database, NOW)
    assert names() == ["taken_flow_2026_05"]


def test_a_row_without_a_month_is_stored_and_keeps_its_month_from_being_made(
    database, on_postgresql, write, ask, names
):
    prepare_months(database, NOW)
    later = datetime(2026, 6, 10, tzinfo=UTC)
    write(later)
    assert ask("SELECT count(*) FROM taken_flow_other") == [1]
    prepare_months(database, later)
    assert names()[-2:] == ["taken_flow_2026_07", "taken_flow_2026_08"]
    write(later, 1)
    assert ask(select(func.count()).select_from(FLOW)) == [2]


def test_a_row_of_a_time_to_come_leaves_the_table_as_it_was(database, on_postgresql, write, ask):
    write(datetime(2031, 1, 1, tzinfo=UTC))
    prepare_months(database, NOW)
    write(datetime(2031, 2, 1, tzinfo=UTC))
    assert ask(select(func.count()).select_from(FLOW)) == [2]
    assert ask("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'taken_flow%'") == []


def test_an_instances_rows_are_looked_for_in_its_month_alone(database, on_postgresql, ask):
    prepare_months(database, NOW)
    query = f"SELECT * FROM taken_flow WHERE process_instance_key = {first_key(NOW)} ORDER BY key"
    plan = "\n".join(ask(f"EXPLAIN {query}"))
    assert "taken_flow_2026_03" in plan
    assert not any(other in plan for other in ("2026_04", "2026_05", "other"))
