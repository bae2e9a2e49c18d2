"""Does a step cost the same in a long instance: one user task done 10,000 times."""

from __future__ import annotations

import statistics
import time
from functools import partial

from sqlalchemy import func, select

from benchmarks.diagrams import LOOP
from benchmarks.stage import Stage, desk
from engine.execution import Instance
from engine.model.base import table_of
from engine.model.instance import ProcessInstance
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import instances, tasks
from engine.services.turn import Turn

STEPS = 10_000
WINDOW = 100
_instance = table_of(ProcessInstance)


def measure(stage: Stage) -> dict[str, float]:
    """Median ms of steps around the 100th and around the 10,000th, of two instances in turns, each step committed alone.

    The steps before those go in batches.
    """
    with desk(stage, LOOP) as runtime:
        short, long = (instances.start(runtime, "bench_loop").key for _ in range(2))
        advance(runtime, short, 100 - WINDOW // 2)
        for _ in range(STEPS // 250 - 1):
            advance(runtime, long, 250)
        advance(runtime, long, 250 - WINDOW // 2)
        early, late = [], []
        for _ in range(WINDOW):
            early.append(step_ms(runtime, short))
            late.append(step_ms(runtime, long))
        return {
            "growth_ratio": statistics.median(late) / statistics.median(early),
            "step_ms_at_100": statistics.median(early),
            "step_ms_at_10000": statistics.median(late),
            "state_kb_at_100": _state_kb(runtime, short),
            "state_kb_at_10000": _state_kb(runtime, long),
        }


def step_ms(runtime: Runtime, key: int) -> float:
    with runtime.unit_of_work(read_only=True) as uow:
        task = _open_task(uow, key)
    began = time.perf_counter()
    tasks.complete(runtime, task, {"done": False}, who="bench")
    return (time.perf_counter() - began) * 1000


def _open_task(uow: UnitOfWork, key: int) -> int:
    """Found among the offers, which only open tasks have, so that the search warms no more for one than for the other."""
    offered = list(uow.connection.execute(select(TaskCandidate.task_key)).scalars())
    query = select(UserTask.key).where(UserTask.key.in_(offered), UserTask.process_instance_key + 0 == key)
    return uow.connection.execute(query).scalar_one()


def advance(runtime: Runtime, key: int, steps: int) -> None:
    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow)
        live = turn.load(key)
        task = _open_task(uow, key)
        for _ in range(steps):
            turn.act(live, partial(_complete, task))
            task = next(reversed(turn.writes.new_tasks))
        turn.finish()

    runtime.transact(work)


def _complete(task: int, instance: Instance) -> None:
    instance.complete(task, {"done": False})


def _state_kb(runtime: Runtime, key: int) -> float:
    with runtime.unit_of_work(read_only=True) as uow:
        size = uow.connection.execute(select(func.length(_instance.c.data)).where(_instance.c.key == key)).scalar_one()
    return float(size) / 1024
