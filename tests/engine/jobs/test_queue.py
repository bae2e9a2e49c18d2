"""Claiming: of any number of workers, in any number of processes, one has each job."""

import multiprocessing
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select, text

from engine.clock import MovableClock
from engine.config import Settings
from engine.jobs import queue
from engine.model.job import Job
from engine.runtime import Runtime
from tests.conftest import START

MINUTE = timedelta(minutes=1)


def put(runtime, count=1, job_type="mail", run_at=START, **more):
    keys = [runtime.new_key() for _ in range(count)]
    row = {
        "tenant_id": "<default>",
        "type": job_type,
        "state": "CREATED",
        "due_at": run_at,
        "run_at": run_at,
        "retries": 3,
        "tries": 0,
        "lease": 0,
        "headers": {},
        "payload": {},
        "created_at": START,
    }
    with runtime.unit_of_work() as uow:
        uow.connection.execute(insert(Job), [{**row, **more, "key": key} for key in keys])
    return keys


def claim(runtime, job_type="mail", limit=10, worker="w", tenants=None):
    with runtime.unit_of_work() as uow:
        return queue.claim(uow, job_type, worker, limit, MINUTE, tenants)


def test_a_claim_takes_the_earliest_due_jobs_and_leaves_the_future(runtime):
    (late,) = put(runtime, run_at=START)
    (early,) = put(runtime, run_at=START - MINUTE)
    put(runtime, run_at=START + MINUTE)
    put(runtime, job_type="other")
    assert [row.key for row in claim(runtime)] == [early, late]


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(runtime, clock):
    (key,) = put(runtime)
    assert [row.key for row in claim(runtime)] == [key]
    assert claim(runtime) == []
    clock.advance(MINUTE)
    assert [(row.key, row.lease, row.worker) for row in claim(runtime, worker="second")] == [(key, 2, "second")]


def test_a_lease_handed_back_frees_the_job_at_once_but_only_for_its_holder(runtime, clock):
    (key,) = put(runtime)
    (held,) = claim(runtime)
    with runtime.unit_of_work() as uow:
        assert queue.hand_back(uow, [(key, held.lease + 1)]) == 0
    assert claim(runtime) == []
    with runtime.unit_of_work() as uow:
        assert queue.hand_back(uow, [(key, held.lease)]) == 1
    assert [row.key for row in claim(runtime)] == [key]


def test_a_claim_keeps_to_the_tenants_it_was_given(runtime):
    put(runtime, tenant_id="a")
    (theirs,) = put(runtime, tenant_id="b")
    assert [row.key for row in claim(runtime, tenants=["b"])] == [theirs]


def test_due_types_tells_the_next_moment_of_each_type_that_has_open_jobs(runtime):
    put(runtime, run_at=START + MINUTE)
    put(runtime, run_at=START)
    put(runtime, job_type="sms", run_at=START + 2 * MINUTE)
    put(runtime, job_type="done", state="COMPLETED")
    put(runtime, job_type="paused", run_at=None)
    with runtime.unit_of_work(read_only=True) as uow:
        found = queue.due_types(uow, ["mail", "sms", "done", "paused", "unknown"])
    assert found == {"mail": START, "sms": START + 2 * MINUTE}


def test_a_job_with_no_moment_is_not_claimed(runtime):
    put(runtime, run_at=None)
    assert claim(runtime) == []


def _drain(url, home, worker, results):
    runtime = Runtime(Settings(home=Path(home), database_url=url, mode="test"), clock=MovableClock(START))
    taken = []
    while rows := claim(runtime, limit=7, worker=worker):
        taken += [row.key for row in rows]
    results.put((worker, taken))
    runtime.close()


def test_concurrent_processes_take_every_job_exactly_once(runtime, tables_url, tmp_path):
    keys = put(runtime, count=200)
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    workers = [spawn.Process(target=_drain, args=(tables_url, str(tmp_path), f"w{n}", results)) for n in range(3)]
    for worker in workers:
        worker.start()
    taken = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
    counted = Counter(key for _, batch in taken for key in batch)
    assert counted == Counter(keys)


@pytest.mark.postgres
def test_a_locked_row_is_passed_over(postgres_runtime):
    first, second = put(postgres_runtime, count=2)
    with postgres_runtime.unit_of_work() as holder:
        holder.connection.execute(select(Job.key).where(Job.key == first).with_for_update())
        assert [row.key for row in claim(postgres_runtime, limit=1)] == [second]


def test_the_higher_priority_is_taken_first_and_the_longer_wait_among_equals(runtime):
    (low,) = put(runtime, run_at=START - 2 * MINUTE, priority=10)
    (normal,) = put(runtime, run_at=START - MINUTE)
    (late,) = put(runtime, run_at=START)
    (urgent,) = put(runtime, run_at=START, priority=90)
    assert [row.key for row in claim(runtime, limit=1)] == [urgent]
    assert [row.key for row in claim(runtime)] == [normal, late, low]


def test_a_low_priority_is_not_put_off_for_ever(runtime):
    (low,) = put(runtime, run_at=START - MINUTE, priority=0)
    put(runtime, count=queue.WINDOW + 50, priority=100)
    taken = []
    for _ in range(3):
        taken += [row.key for row in claim(runtime, limit=queue.WINDOW // 2)]
    assert low in taken


def test_a_lease_that_ends_without_a_word_is_counted_and_one_handed_back_is_not(runtime, clock):
    put(runtime)
    (held,) = claim(runtime)
    clock.advance(MINUTE)
    (again,) = claim(runtime)
    assert (held.abandoned, again.abandoned) == (0, 1)
    with runtime.unit_of_work() as uow:
        queue.hand_back(uow, [(again.key, again.lease)])
    assert claim(runtime)[0].abandoned == 1


def test_a_lease_is_handed_back_for_later(runtime, clock):
    put(runtime)
    (held,) = claim(runtime)
    with runtime.unit_of_work() as uow:
        queue.hand_back(uow, [(held.key, held.lease)], timedelta(seconds=5))
    assert claim(runtime) == []
    clock.advance(timedelta(seconds=5))
    assert len(claim(runtime)) == 1


def test_open_types_and_how_many_are_due(runtime):
    put(runtime, count=3)
    put(runtime, run_at=START + MINUTE)
    put(runtime, job_type="sms", state="COMPLETED")
    put(runtime, job_type="later", run_at=START + MINUTE)
    with runtime.unit_of_work(read_only=True) as uow:
        assert queue.open_types(uow) == ["later", "mail"]
        assert queue.count_due(uow, "mail", 100) == 3
        assert queue.count_due(uow, "mail", 2) == 2


def test_a_claim_in_a_rush_looks_at_its_window_and_no_more(postgres_runtime):
    """The database's statistics are of before the rush, when a handful were due."""
    put(postgres_runtime, 5)
    with postgres_runtime.unit_of_work() as uow:
        uow.connection.execute(text("ANALYZE job"))
    put(postgres_runtime, 3000)
    touched = []

    def explain(connection, _cursor, statement, parameters, *_):
        if "picked" in statement and not statement.startswith("EXPLAIN"):
            plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
            touched.extend(rows_touched(plan[0]["Plan"]))
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN")

    event.listen(postgres_runtime.database.engine, "before_cursor_execute", explain)
    taken = claim(postgres_runtime, limit=1)
    event.remove(postgres_runtime.database.engine, "before_cursor_execute", explain)
    assert len(taken) == 1
    assert touched
    assert max(touched) <= queue.WINDOW


def rows_touched(plan):
    """How many rows each step of a plan handled, in all its loops."""
    left_out = sum(value for name, value in plan.items() if name.startswith("Rows Removed by"))
    yield (plan["Actual Rows"] + left_out) * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from rows_touched(part)
