"""The job table under load: a million timers that wait, timers on an idle system, and two and four workers beside one."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from benchmarks.diagrams import JOB, TIMER
from benchmarks.stage import Stage, desk
from engine.jobs import queue
from engine.model.base import table_of
from engine.model.job import TIMER as TIMER_TYPE
from engine.model.job import Job, JobState
from engine.runtime import Runtime
from engine.services import instances
from engine.worker import Worker

PENDING = 1_000_000
_job = table_of(Job)


# A million numbers, the moment that belongs to each, and now.
_SQLITE = (
    f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {PENDING}) SELECT n FROM c",
    "strftime('%Y-%m-%d %H:%M:%f000', 'now', '+' || (n * 30) || ' seconds')",
    "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
)
_POSTGRESQL = (
    f"SELECT value AS n FROM generate_series(1, {PENDING}) AS value",
    "now() + n * interval '30 seconds'",
    "now()",
)


def pending(stage: Stage) -> dict[str, float]:
    """The time of one claim of 10 due timers beside 1,000,000 that are not due; the median."""
    with desk(stage) as runtime:
        _fill(runtime)
        took = []
        for _ in range(stage.repetitions(160)):
            _make_due(runtime, 10)
            began = time.perf_counter()
            with runtime.unit_of_work() as uow:
                found = queue.claim(uow, TIMER_TYPE, "bench", 10, timedelta(minutes=1))
            took.append((time.perf_counter() - began) * 1000)
            assert len(found) == 10
    return {"timers_pending_1m_claim_ms": statistics.median(took)}


def _fill(runtime: Runtime) -> None:
    """Timers due over the next year."""
    numbers, due, created = _SQLITE if runtime.database.is_sqlite else _POSTGRESQL
    columns = "key, tenant_id, type, state, due_at, run_at, lease, retries, tries, headers, payload, created_at"
    values = f"n, '<default>', '{TIMER_TYPE}', 'CREATED', {due}, {due}, 0, 3, 0, '{{}}', '{{}}', {created}"
    with runtime.unit_of_work() as uow:
        uow.connection.execute(text(f"INSERT INTO job ({columns}) SELECT {values} FROM ({numbers}) AS numbers"))
    if not runtime.database.is_sqlite:
        with runtime.database.begin() as connection:
            connection.execute(text("ANALYZE job"))


def _make_due(runtime: Runtime, count: int) -> None:
    with runtime.unit_of_work() as uow:
        now = uow.now - timedelta(seconds=1)
        keys = (
            select(_job.c.key)
            .where(_job.c.type == TIMER_TYPE, _job.c.state == JobState.CREATED)
            .order_by(_job.c.key.desc())
            .limit(count)
        )
        found = list(uow.connection.execute(keys).scalars())
        uow.connection.execute(_job.update().where(_job.c.key.in_(found)).values(run_at=now, due_at=now))


def lateness(stage: Stage) -> dict[str, float]:
    """Fired − due of timers spread over some seconds, one worker, nothing else going on; the 99th percentile."""
    count = stage.repetitions(400)
    with desk(stage, TIMER) as runtime:
        for number in range(count):
            wait = f"PT{1 + number * (4 if stage.quick else 10) / count:.3f}S"
            instances.start(runtime, "bench_timer", {"wait": wait})
        worker = Worker(runtime)
        worker.start()
        _until(runtime, JobState.COMPLETED, count)
        worker.stop()
        with runtime.unit_of_work(read_only=True) as uow:
            rows = uow.connection.execute(select(_job.c.due_at, _job.c.ended_at).where(_job.c.type == TIMER_TYPE)).all()
    late = sorted((row.ended_at - row.due_at).total_seconds() for row in rows)
    return {"timer_lateness_p99_s": late[int(len(late) * 0.99) - 1]}


def workers(stage: Stage) -> dict[str, float]:
    """Jobs a second with two and with four worker processes ÷ one, how many were done again, and the share of all processors'
    time, the database's included, that was in use meanwhile. On PostgreSQL; SQLite has one writer."""
    if stage.is_sqlite:
        return {}
    count = stage.repetitions(3200)
    with desk(stage, JOB) as runtime:
        done = multiprocessing.get_context("spawn").Value("q", 0)
        one, two, four = (_shared(stage, runtime, count, processes, done) for processes in (1, 2, 4))
    return {
        "workers_2_ratio": two[0] / one[0],
        "workers_4_ratio": four[0] / one[0],
        "workers_done_again": done.value - 3 * count,
        "worker_jobs_per_s": one[0],
        **{f"workers_{number}_busy": share for number, (_, share) in ((1, one), (2, two), (4, four))},
    }


def _shared(stage: Stage, runtime: Runtime, count: int, processes: int, done: Any) -> tuple[float, float]:
    """Jobs a second, and the share of the processors' time in use."""
    before = _count(runtime, JobState.COMPLETED)
    for _ in range(count):
        instances.start(runtime, "bench_job")
    spawn = multiprocessing.get_context("spawn")
    ready, go, stop = spawn.Semaphore(0), spawn.Event(), spawn.Event()
    workers = [
        spawn.Process(target=_work, args=(stage.url, str(stage.home), ready, go, stop, done)) for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    began, idle = time.perf_counter(), _idle_seconds()
    go.set()
    _until(runtime, JobState.COMPLETED, before + count)
    took = time.perf_counter() - began
    unused = (_idle_seconds() - idle) / (took * (os.cpu_count() or 1))
    stop.set()
    for worker in workers:
        worker.join()
    return count / took, 1 - unused


def _idle_seconds() -> float:
    """What all processors together have been idle, or have waited for a disk, since the machine began (Linux)."""
    idle, waited = (int(ticks) for ticks in Path("/proc/stat").read_text().split()[4:6])
    return (idle + waited) / os.sysconf("SC_CLK_TCK")


def _work(url: str, home: str, ready, go, stop, done) -> None:  # type: ignore[no-untyped-def]
    def work(_runtime: Runtime, _job: object) -> dict[str, str]:
        with done.get_lock():
            done.value += 1
        return {"at": datetime.now(UTC).isoformat()}

    runtime = Stage(url, Path(home), quick=False).open(worker_threads=4)
    runtime.handle_jobs("bench.work", work, at_once=4)
    worker = Worker(runtime)
    with runtime.unit_of_work(read_only=True) as uow:
        uow.connection.execute(text("SELECT 1"))
    ready.release()
    go.wait()
    worker.start()
    stop.wait()
    worker.stop()
    runtime.close()


def _until(runtime: Runtime, state: str, count: int) -> None:
    while _count(runtime, state) < count:
        time.sleep(0.05)


def _count(runtime: Runtime, state: str) -> int:
    with runtime.unit_of_work(read_only=True) as uow:
        return uow.connection.execute(select(func.count()).where(_job.c.state == state)).scalar_one()
