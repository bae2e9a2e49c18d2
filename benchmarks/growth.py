"""Does a step cost the same in a long instance: one user task done 10,000 times."""

from __future__ import annotations

import statistics
import time

from sqlalchemy import func, select

from benchmarks.diagrams import LOOP
from benchmarks.stage import Stage, desk
from engine.model.base import table_of
from engine.model.instance import ProcessInstance
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import instances, tasks
from engine.services.turn import Turn

STEPS = 10_000
WINDOW = 100
_instance = table_of(ProcessInstance)


def measure(stage: Stage) -> dict[str, float]:
    """Median ms of the steps around the 100th and the 10,000th, each committed alone; those between go in batches."""
    with desk(stage, LOOP) as runtime:
        key = instances.start(runtime, "bench_loop").key
        _advance(runtime, key, 100 - WINDOW // 2)
        early, early_kb = _window(runtime), _state_kb(runtime, key)
        done = 100 + WINDOW // 2
        while done < STEPS - WINDOW // 2:
            batch = min(250, STEPS - WINDOW // 2 - done)
            _advance(runtime, key, batch)
            done += batch
        late, late_kb = _window(runtime), _state_kb(runtime, key)
    return {
        "growth_ratio": late / early,
        "step_ms_at_100": early,
        "step_ms_at_10000": late,
        "state_kb_at_100": early_kb,
        "state_kb_at_10000": late_kb,
    }


def _window(runtime: Runtime) -> float:
    took = []
    for _ in range(WINDOW):
        task = _open_task(runtime)
        began = time.perf_counter()
        tasks.complete(runtime, task, {"done": False}, who="bench")
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _open_task(runtime: Runtime) -> int:
    with runtime.unit_of_work(read_only=True) as uow:
        return uow.connection.execute(select(UserTask.key).where(UserTask.state == "CREATED")).scalar_one()


def _advance(runtime: Runtime, key: int, steps: int) -> None:
    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow)
        live = turn.load(key)
        task = uow.connection.execute(select(UserTask.key).where(UserTask.state == "CREATED")).scalar_one()
        for _ in range(steps):
            turn.act(live, lambda instance, task=task: instance.complete(task, {"done": False}))
            task = next(reversed(turn.writes.new_tasks))
        turn.finish()

    runtime.transact(work)


def _state_kb(runtime: Runtime, key: int) -> float:
    with runtime.unit_of_work(read_only=True) as uow:
        size = uow.connection.execute(select(func.length(_instance.c.data)).where(_instance.c.key == key)).scalar_one()
    return float(size) / 1024
