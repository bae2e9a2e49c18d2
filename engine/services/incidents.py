"""Incidents: what stands still until a person has repaired it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from engine.errors import NotFound
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.incident import Incident, IncidentNotActive, IncidentNotFound, IncidentState
from engine.model.job import OWN, Job, JobState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.turn import InstanceEnded, Turn

__all__ = ["IncidentNotActive", "IncidentNotFound", "resolve"]

_table = table_of(Incident)
_job = table_of(Job)


def resolve(
    runtime: Runtime, key: int, *, who: str = audit.ENGINE, retries: int = 1, tenant_id: str = DEFAULT_TENANT
) -> None:
    """Say that the cause is repaired: what failed is tried again. A job that has no tries left gets `retries`.

    It may fail again, which is a new incident. Raises IncidentNotFound, IncidentNotActive.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        instance_key = _active(uow, key).process_instance_key
        live = None
        if instance_key is not None:
            try:
                live = turn.load(instance_key)
            except (NotFound, InstanceEnded):
                live = None
        row = _active(uow, key)  # again, under the lock
        if row.job_key is not None:
            _renew_job(uow, row.job_key, retries)
        known = live is not None and live.has_incident(key)
        if known and live is not None:
            turn.act(live, lambda instance: instance.resolve_incident(key))
        else:
            turn.writes.resolve_incident(key)
        turn.audit("incident.resolve", "incident", key, instance_key, after={"message": row.message})
        turn.finish()
        uow.after_commit(runtime.work_arrived.set)

    runtime.transact(work, tenant_id)


def _renew_job(uow: UnitOfWork, job_key: int, retries: int) -> None:
    """Let a failed job be taken again, at once."""
    row = uow.connection.execute(select(_job.c.retries, _job.c.type).where(_job.c.key == job_key)).one_or_none()
    if row is not None:
        left = max(row.retries, retries, 3 if row.type.startswith(OWN) else 1)
        values = {"state": JobState.CREATED, "retries": left, "tries": 0, "run_at": uow.now, "worker": None}
        uow.connection.execute(
            update(_job).where(_job.c.key == job_key, _job.c.state == JobState.FAILED).values(**values)
        )


def _row(uow: UnitOfWork, key: int) -> Row[Any]:
    found = uow.connection.execute(
        select(_table).where(_table.c.key == key, _table.c.tenant_id == uow.tenant_id)
    ).one_or_none()
    if found is None:
        raise IncidentNotFound(f"There is no incident with key {key}.")
    return found


def _active(uow: UnitOfWork, key: int) -> Row[Any]:
    found = _row(uow, key)
    if found.state != IncidentState.ACTIVE:
        raise IncidentNotActive(f"Incident {key} is resolved already.")
    return found
