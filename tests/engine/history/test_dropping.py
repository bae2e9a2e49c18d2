"""Dropping a month waits for nobody, so that nobody waits for it."""

from datetime import UTC, datetime

from engine.history import months as history_months
from engine.model.base import table_of
from engine.model.element import TakenFlow
from engine.persistence import months, prepare_months

MARCH = datetime(2025, 3, 2, tzinfo=UTC)


def test_a_month_that_somebody_reads_is_left_to_another_night(postgres_runtime, monkeypatch):
    monkeypatch.setattr(history_months, "PATIENCE", "SET LOCAL lock_timeout = '50ms'")
    prepare_months(postgres_runtime.database, MARCH)
    names = []
    with postgres_runtime.database.begin() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM taken_flow")
        with postgres_runtime.unit_of_work() as uow:
            assert history_months.drop_one(uow, postgres_runtime.new_key()).keys() == {"variable_change"}
        names += [month.name for month in months.months(reader, table_of(TakenFlow))]
    assert "taken_flow_2025_03" in names
    dropped = set()
    with postgres_runtime.unit_of_work() as uow:
        while (found := history_months.drop_one(uow, postgres_runtime.new_key())) is not None:
            dropped |= found.keys()
    assert "taken_flow" in dropped
