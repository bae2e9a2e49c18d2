"""The worker processes: what each says of itself, and the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine.jobs import queue
from engine.model.base import table_of
from engine.model.permissions import Actor
from engine.model.worker import FORGOTTEN_AFTER, WorkerProcess
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.due import LONG_TYPES, OWN_TYPES

_table = table_of(WorkerProcess)
MOST = 1000


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker process. `state` is working, stopping, stopped, or silent when it has not been heard of for a while."""

    name: str
    host: str
    pid: int
    version: str
    state: str
    started_at: datetime
    seen_at: datetime
    running: dict[str, int]
    done: dict[str, int]
    problem: str | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """What waits of one job type: how many could be taken now (counted up to 1,000), and when the next is due."""

    type: str
    due: int
    next_at: datetime | None
    has_handler: bool


def report(uow: UnitOfWork, name: str, facts: dict[str, Any]) -> None:
    """Store what a worker says of itself: `host`, `pid`, `version`, `state`, `started_at`, `running`, `done`, `problem`."""
    row = {**facts, "seen_at": uow.now}
    changed = uow.connection.execute(update(_table).where(_table.c.name == name).values(**row)).rowcount
    if not changed:
        uow.connection.execute(insert(_table).values(name=name, **row))
        uow.connection.execute(delete(_table).where(_table.c.seen_at < uow.now - FORGOTTEN_AFTER))


def list_workers(runtime: Runtime, *, actor: Actor) -> list[WorkerView]:
    """Those heard of within a day, the newest first. Raises Forbidden without incidents.repair."""
    actor.require("incidents.repair")
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(WorkerProcess).where(WorkerProcess.seen_at >= uow.now - FORGOTTEN_AFTER)
        found = uow.session.scalars(query.order_by(WorkerProcess.started_at.desc(), WorkerProcess.name)).all()
        return [_view(row, uow.now) for row in found]


def list_queues(runtime: Runtime, *, actor: Actor) -> list[QueueView]:
    """What waits, by job type, of every worker and of workers elsewhere; types left to these are there with nothing too.

    Raises Forbidden without incidents.repair.
    """
    actor.require("incidents.repair")
    with runtime.unit_of_work(read_only=True) as uow:
        types = sorted({*queue.open_types(uow), *runtime.external_jobs})
        next_at = queue.due_types(uow, types)
        return [
            QueueView(
                name,
                queue.count_due(uow, name, MOST) if name in next_at and next_at[name] <= uow.now else 0,
                next_at.get(name),
                name in OWN_TYPES or name in LONG_TYPES or name in runtime.job_handlers,
            )
            for name in types
        ]


def _view(row: WorkerProcess, now: datetime) -> WorkerView:
    return WorkerView(
        name=row.name,
        host=row.host,
        pid=row.pid,
        version=row.version,
        state="silent" if row.is_silent(now) else row.state,
        started_at=row.started_at,
        seen_at=row.seen_at,
        running=row.running,
        done=row.done,
        problem=row.problem,
    )
