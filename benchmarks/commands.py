"""What the engine's commands cost, beside what the database itself could do: raw commits, completions, starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from benchmarks.stage import COMPLAINT, VERIFIED, Stage, desk
from engine.model.base import table_of
from engine.model.element import TakenFlow
from engine.model.instance import ProcessInstance
from engine.model.user_task import UserTask
from engine.runtime import Runtime, keep_for_good
from engine.services import instances, jobs, tasks

_flow, _instance = table_of(TakenFlow), table_of(ProcessInstance)


def measure(stage: Stage) -> dict[str, float]:
    """Raw commits and commands in turns, so that both see the same disk and neighbours; the CPU is this process's own."""
    count = stage.repetitions(1600)
    with desk(stage) as runtime:
        keep_for_good()  # as a server does when it has started
        _start_many(runtime, 20)
        _open_cases(runtime)
        raw, starts, completions = Meter(), Meter(), Meter()
        probe = _Raw(runtime)
        rounds = 8
        for _ in range(rounds):
            raw.run(probe.commit, range(count // rounds))
            starts.run(lambda _: _start(runtime), range(count // rounds))
            _open_cases(runtime)
            completions.run(
                lambda key: tasks.complete(runtime, key, dict(VERIFIED), who="bench"),
                _open_tasks(runtime)[: count // rounds],
            )
        return {
            "raw_commits_per_s": raw.per_second,
            "raw_cpu_ms": raw.cpu_ms,
            "complete_per_s": completions.per_second,
            "complete_ratio": completions.per_second / raw.per_second,
            "complete_cpu_ms": completions.cpu_ms,
            "start_per_s": starts.per_second,
            "start_ratio": starts.per_second / raw.per_second,
            "start_cpu_ms": starts.cpu_ms,
        }


class Meter:
    """Adds up how long something took, and how much of the processor."""

    def __init__(self) -> None:
        self.count, self.seconds, self.cpu = 0, 0.0, 0.0

    def run(self, call: Callable[[Any], object], items: Iterable[Any]) -> None:
        wanted = list(items)
        began, cpu = time.perf_counter(), time.process_time()
        for item in wanted:
            call(item)
        self.seconds += time.perf_counter() - began
        self.cpu += time.process_time() - cpu
        self.count += len(wanted)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.cpu / self.count * 1000


class _Raw:
    """The rows that a completion writes: one update and four inserts, one connection."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        with runtime.unit_of_work(read_only=True) as uow:
            self._key = uow.connection.execute(select(_instance.c.key).limit(1)).scalar_one()

    def commit(self, number: int) -> None:
        now = self._runtime.now()
        with self._runtime.database.begin() as connection:
            connection.execute(update(_instance).where(_instance.c.key == self._key), {"started_at": now})
            for _ in range(4):
                row = {"tenant_id": "bench", "process_instance_key": self._key, "flow_id": "f", "taken_at": now}
                connection.execute(insert(_flow), {"key": self._runtime.new_key(), **row})


def _start(runtime: Runtime) -> None:
    instances.start(runtime, "complaint", dict(COMPLAINT), who="bench")


def _start_many(runtime: Runtime, count: int) -> None:
    for _ in range(count):
        _start(runtime)


def _open_cases(runtime: Runtime) -> None:
    """Do the service task between the start and the first user task."""
    while opened := jobs.activate(runtime, "case.open", "bench", timedelta(minutes=5), 100):
        for job in opened:
            jobs.complete(runtime, job.key, {"case_number": f"TS-{job.key}"})


def _open_tasks(runtime: Runtime) -> list[int]:
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(UserTask.key).where(UserTask.state == "CREATED", UserTask.element_id == "verify_complaint")
        return list(uow.connection.execute(query.order_by(UserTask.key)).scalars())
