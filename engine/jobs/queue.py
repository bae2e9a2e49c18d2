"""Taking due jobs, so that of any number of workers one has each, and giving them back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, func, literal, select, union_all, update

from engine.model.base import table_of
from engine.model.job import Job, JobState
from engine.persistence import UnitOfWork

COLUMNS = list(table_of(Job).columns)


def due_types(uow: UnitOfWork, types: Sequence[str]) -> dict[str, datetime]:
    """For each type that has open jobs: when its next one may be taken. One index probe a type."""
    if not types:
        return {}
    probes = [
        select(
            literal(job_type).label("type"),
            select(Job.run_at)
            .where(Job.type == job_type, Job.state == JobState.CREATED, Job.run_at.is_not(None))
            .order_by(Job.run_at)
            .limit(1)
            .scalar_subquery()
            .label("run_at"),
        )
        for job_type in types
    ]
    rows = uow.connection.execute(union_all(*probes))
    return {row.type: row.run_at for row in rows if row.run_at is not None}


def claim(
    uow: UnitOfWork,
    job_type: str,
    worker: str,
    limit: int,
    lease: timedelta,
    tenants: Collection[str] | None = None,
) -> list[Row[Any]]:
    """Take up to `limit` due jobs of a type for `lease`; the earliest first. Others pass over them until then."""
    due = and_(Job.type == job_type, Job.state == JobState.CREATED, Job.run_at <= uow.now)
    if tenants is not None:
        due = and_(due, Job.tenant_id.in_(tenants))
    picked = (
        select(Job.key)
        .where(due)
        .order_by(Job.run_at, Job.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # Without this PostgreSQL may run the inner query once for each outer row and take more than the limit.
        .cte("picked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    statement = (
        update(Job)
        .where(Job.key.in_(select(picked.c.key)))
        .values(worker=worker, lease=Job.lease + 1, run_at=uow.now + lease)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    rows = uow.connection.execute(statement).all()
    return sorted(rows, key=lambda row: (row.due_at or row.created_at, row.key))


def hand_back(uow: UnitOfWork, leases: Collection[tuple[int, int]]) -> int:
    """Let others take these (key, lease) at once, where they are still held; returns how many were."""
    if not leases:
        return 0
    held = case(dict(leases), value=Job.key, else_=-1)
    result = uow.connection.execute(
        update(Job)
        .where(Job.key.in_([key for key, _ in leases]), Job.state == JobState.CREATED, Job.lease == held)
        .values(run_at=func.coalesce(Job.due_at, Job.created_at), worker=None)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


def first_due(uow: UnitOfWork, types: Collection[str]) -> Any:
    """The row (type, run_at, key) of the open job of these types that may be taken first, due or not; None if none is."""
    query = (
        select(Job.type, Job.run_at, Job.key)
        .where(Job.type.in_(types), Job.state == JobState.CREATED, Job.run_at.is_not(None))
        .order_by(Job.run_at, Job.key)
        .limit(1)
    )
    return uow.connection.execute(query).one_or_none()


def claim_one(uow: UnitOfWork, key: int, worker: str, lease: timedelta) -> Row[Any] | None:
    """Take this job if it is due and nobody has it."""
    statement = (
        update(Job)
        .where(Job.key == key, Job.state == JobState.CREATED, Job.run_at <= uow.now)
        .values(worker=worker, lease=Job.lease + 1, run_at=uow.now + lease)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return uow.connection.execute(statement).one_or_none()
