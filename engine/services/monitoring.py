"""What the people who run Kefuflow watch: whether it is ready, and the figures for Prometheus."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text

from engine.errors import KefuflowError
from engine.jobs import queue
from engine.model.incident import Incident, IncidentState
from engine.persistence import UnitOfWork, is_current
from engine.runtime import Runtime
from engine.runtime.metrics import CONTENT_TYPE
from engine.services import resources
from engine.services.due import OWN_TYPES

__all__ = ["CONTENT_TYPE", "exposition", "readiness"]

MOST = 10_000  # counting further would cost more than the figure is worth


def readiness(runtime: Runtime) -> tuple[bool, str]:
    """Whether this process can serve, and why not: `ready`, `migrating`, `nothing deployed`, `database unavailable`."""
    try:
        if not is_current(runtime.database):
            return False, "migrating"
        return (True, "ready") if resources.any_deployed(runtime) else (False, "nothing deployed")
    except KefuflowError:
        return False, "database unavailable"


def exposition(runtime: Runtime) -> bytes:
    """This process's figures, and the whole database's queue, as Prometheus reads them (`CONTENT_TYPE`).

    While the database is away `kefuflow_database_up` is 0, the queue's figures are left out and the rest is told.
    """
    metrics = runtime.metrics
    metrics.jobs_due.clear()
    metrics.jobs_overdue.clear()
    try:
        with runtime.unit_of_work(read_only=True) as uow:
            uow.connection.execute(text("SELECT 1"))
            _measure_queue(runtime, uow)
        metrics.database_up.set(1)
    except KefuflowError:
        metrics.database_up.set(0)
    return metrics.exposition()


def _measure_queue(runtime: Runtime, uow: UnitOfWork) -> None:
    metrics = runtime.metrics
    types = sorted({*OWN_TYPES, *runtime.job_handlers, *queue.open_types(uow)})
    next_due = queue.due_types(uow, types)
    for job_type in types:
        overdue = (uow.now - next_due[job_type]).total_seconds() if job_type in next_due else 0.0
        metrics.jobs_overdue.labels(job_type).set(max(overdue, 0.0))
        metrics.jobs_due.labels(job_type).set(queue.count_due(uow, job_type, MOST) if overdue > 0 else 0)
    metrics.incidents.set(_count_incidents(uow))


def _count_incidents(uow: UnitOfWork) -> int:
    active: Any = select(Incident.key).where(Incident.state == IncidentState.ACTIVE).limit(MOST).subquery()
    return int(uow.connection.execute(select(func.count()).select_from(active)).scalar_one())
