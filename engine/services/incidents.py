"""Incidents: what stands still until a person has repaired it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from engine.errors import NotFound
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.incident import Incident, IncidentNotActive, IncidentNotFound, IncidentState, message_hash
from engine.model.job import OWN, Job, JobState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tree
from engine.services.turn import InstanceEnded, Turn, require_running

__all__ = ["IncidentNotActive", "IncidentNotFound", "hash_messages", "resolve"]

_table = table_of(Incident)
_job = table_of(Job)


PORTION = 500  # incidents in one transaction


def hash_messages(runtime: Runtime) -> None:
    """Give the open incidents that an older release wrote the hashes of their messages."""
    while runtime.transact(_hash_some):
        pass


def _hash_some(uow: UnitOfWork) -> bool:
    query = select(_table.c.key, _table.c.message).where(
        _table.c.state == IncidentState.ACTIVE, _table.c.message_hash.is_(None)
    )
    rows = [{"at": row.key, "hash": message_hash(row.message)} for row in uow.connection.execute(query.limit(PORTION))]
    if rows:
        statement = update(_table).where(_table.c.key == bindparam("at")).values(message_hash=bindparam("hash"))
        uow.connection.execute(statement, rows)
    return bool(rows)


def resolve(
    runtime: Runtime,
    key: int,
    *,
    who: str = audit.ENGINE,
    retries: int = 1,
    reason: str = "",
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Say that the cause is repaired: what failed is tried again. A job that has no tries left gets `retries`.

    It may fail again, which is a new incident. Raises IncidentNotFound, IncidentNotActive, InstanceSuspended.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        resolve_within(turn, key, retries, reason)
        turn.finish()
        uow.after_commit(runtime.work_arrived.set)

    runtime.transact(work, tenant_id)


def resolve_within(turn: Turn, key: int, retries: int = 1, reason: str = "") -> None:
    """`resolve` in a turn that the caller finishes."""
    uow = turn.uow
    instance_key = _active(uow, key).process_instance_key
    live = None
    if instance_key is not None:
        try:
            live = turn.load(instance_key)
        except (NotFound, InstanceEnded):
            live = None
    if live is not None:
        require_running(live)
    row = _active(uow, key)  # again, under the lock
    if row.job_key is not None:
        _renew_job(uow, row.job_key, retries)
    if live is not None and live.has_incident(key):
        turn.act(live, lambda instance: instance.resolve_incident(key))
    else:
        turn.writes.resolve_incident(key)
    turn.audit(
        "incident.resolve", "incident", key, instance_key, after={"message": row.message, **audit.because(reason)}
    )


def resolve_all(
    runtime: Runtime, instance_key: int, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT
) -> int:
    """Resolve every open incident of an instance and of those that it called, each by itself; returns how many were.

    Raises NotFound, InstanceSuspended.
    """
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        keys = open_incidents(uow, instance_key)
    done = 0
    for key in keys:
        try:
            resolve(runtime, key, who=who, reason=reason, tenant_id=tenant_id)
            done += 1
        except IncidentNotActive:
            continue  # somebody else was first, or the process went on past it
    return done


def open_incidents(uow: UnitOfWork, instance_key: int) -> list[int]:
    """The open incidents of an instance and of those that it called. Raises NotFound."""
    instances = tree.below(uow, instance_key)
    query = select(_table.c.key).where(
        _table.c.process_instance_key.in_(instances), _table.c.state == IncidentState.ACTIVE
    )
    return list(uow.connection.execute(query.order_by(_table.c.key)).scalars())


def _renew_job(uow: UnitOfWork, job_key: int, retries: int) -> None:
    """Let a failed job be taken again, at once."""
    row = uow.connection.execute(select(_job.c.retries, _job.c.type).where(_job.c.key == job_key)).one_or_none()
    if row is not None:
        left = max(row.retries, retries, 3 if row.type.startswith(OWN) else 1)
        values = {"state": JobState.CREATED, "retries": left, "tries": 0, "abandoned": 0, "run_at": uow.now}
        values["worker"] = None
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
