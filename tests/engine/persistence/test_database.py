"""Opening a database file that another process is just making, and one that nobody may write; what a reader sees."""

import sqlite3
import threading
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select, text

from engine.errors import InvalidInput
from engine.model.base import table_of
from engine.model.figure_day import FigureMonth
from engine.model.job import Job
from engine.model.setting import Setting
from engine.persistence import LARGE, database
from engine.services import deployments, instances
from tests.engine.diagrams import ONE_TASK


def test_who_opens_a_new_file_while_another_writes_its_first_pages_waits_for_it(tmp_path, monkeypatch):
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE first (a INTEGER)")
    asked_again = threading.Event()

    def wait(_seconds: float) -> None:
        if not asked_again.is_set():
            asked_again.set()
            other.execute("COMMIT")
            other.close()

    monkeypatch.setattr(database.time, "sleep", wait)
    opened = database.Database(f"sqlite:///{path}")
    with opened.begin() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        connection.execute(text("INSERT INTO first VALUES (1)"))
    opened.close()
    assert asked_again.is_set()


def test_a_file_that_nobody_may_write_is_refused_at_once(tmp_path, monkeypatch):
    path = tmp_path / "old.db"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE first (a INTEGER)")
    made.close()
    monkeypatch.setattr(database.time, "sleep", lambda _seconds: pytest.fail("It waits for what does not come."))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database._configure_sqlite(sqlite3.connect(f"file:{path}?mode=ro", uri=True), None)


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(runtime):
    """A report reads days that the nightly job may be making anew."""
    table = table_of(Setting)

    def put(name):
        with runtime.unit_of_work() as uow:
            uow.connection.execute(
                table.insert().values(tenant_id="t", name=name, value="1", changed_by="x", changed_at=uow.now)
            )

    count = select(func.count()).select_from(table)
    put("before")
    with runtime.unit_of_work(read_only=True) as uow:
        first = uow.connection.scalar(count)
        put("meanwhile")
        assert uow.connection.scalar(count) == first
    with runtime.unit_of_work(read_only=True) as uow:
        assert uow.connection.scalar(count) == first + 1


@pytest.mark.parametrize("value", [2**63, datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))])
def test_a_value_that_no_column_holds_is_the_askers_fault(runtime, value):
    column = table_of(Setting).c.changed_at if isinstance(value, datetime) else table_of(Job).c.key
    with pytest.raises(InvalidInput), runtime.unit_of_work(read_only=True) as uow:
        uow.connection.execute(select(column).where(column == value))


@pytest.mark.parametrize("name", ["a\0b", "x" * 256, "\ud800"])
def test_a_text_that_postgresql_does_not_keep_is_the_askers_fault(postgres_runtime, name):
    runtime = postgres_runtime
    deployments.deploy(runtime, [("one.bpmn", ONE_TASK)], "owner")
    with pytest.raises(InvalidInput):
        instances.start(runtime, "one_task", {name: 1})


def test_large_bytes_come_as_they_were_written_and_with_their_names(runtime):
    month, packed = table_of(FigureMonth), bytes(range(256)) * 4000
    with runtime.unit_of_work() as uow:
        row = {"tenant_id": uow.tenant_id, "month": "2026-03", "name": "首响", "packed": packed}
        uow.connection.execute(insert(month), [row, {**row, "month": "2026-04", "packed": b""}])
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(month.c.month, month.c.name, month.c.packed, func.length(month.c.packed)).order_by(month.c.month)
        found = uow.connection.execute(query.where(month.c.name.in_(("首响", "x"))), execution_options=LARGE).all()
    assert [tuple(one) for one in found] == [("2026-03", "首响", packed, len(packed)), ("2026-04", "首响", b"", 0)]
