"""Taking due jobs, so that of any number of workers one has each, and giving them back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from engine.model.base import table_of
from engine.model.job import Job, JobState
from engine.persistence import UnitOfWork

WINDOW = 256  # how many of those that wait longest are looked at for the highest priority
COLUMNS = list(table_of(Job).columns)
_MOMENT = table_of(Job).c.run_at.type


def due_types(uow: UnitOfWork, types: Sequence[str]) -> dict[str, datetime]:
    """For each type that has open jobs: when its next one may be taken. One index probe a type."""
    if not types:
        return {}
    rows = uow.connection.execute(_next_of_each(tuple(types)))
    return {row.type: row.run_at for row in rows if row.run_at is not None}


@lru_cache(maxsize=100)
def _next_of_each(types: tuple[str, ...]) -> CompoundSelect[Any]:
    """Kept, as an idle worker asks it five times a second: making it costs more than answering it."""
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
    return union_all(*probes)


def open_types(uow: UnitOfWork) -> list[str]:
    """Every type that has open jobs, in order. One index probe a type, however many jobs there are."""
    open_jobs = Job.state == JobState.CREATED
    first = select(func.min(Job.type).label("type")).where(open_jobs).cte("types", recursive=True)
    after = select(func.min(Job.type)).where(open_jobs, Job.type > first.c.type).scalar_subquery()
    types = first.union_all(select(after).where(first.c.type.is_not(None)))
    return list(uow.connection.execute(select(types.c.type).where(types.c.type.is_not(None))).scalars())


def count_due(uow: UnitOfWork, job_type: str, most: int) -> int:
    """How many jobs of a type could be taken now, counted up to `most`."""
    due = (
        select(Job.key).where(Job.type == job_type, Job.state == JobState.CREATED, Job.run_at <= uow.now).limit(most)
    ).subquery()
    return int(uow.connection.execute(select(func.count()).select_from(due)).scalar_one())


def claim(
    uow: UnitOfWork,
    job_type: str,
    worker: str,
    limit: int,
    lease: timedelta,
    tenants: Collection[str] | None = None,
) -> list[Row[Any]]:
    """Take up to `limit` due jobs of a type for `lease`. Others pass over them until then.

    Of the `WINDOW` jobs that have waited longest those with the highest priority come first, so that none waits for ever.
    A lease that ended without a word from its holder counts as abandoned.
    """
    given = {"p_type": job_type, "p_most": limit, "p_window": max(WINDOW, 2 * limit)} | _taker(uow, worker, lease)
    if tenants is not None:
        given["p_tenants"] = list(tenants)
    rows = uow.connection.execute(_claiming(tenants is not None), given).all()
    return sorted(rows, key=lambda row: (-row.priority, row.due_at or row.created_at, row.key))


@lru_cache(maxsize=2)
def _claiming(of_tenants: bool) -> ReturningUpdate[Any]:
    """Kept, as a worker asks it several times a second: making it costs more than answering it."""
    past = Job.run_at <= bindparam("p_now", type_=_MOMENT)
    due = and_(Job.type == bindparam("p_type"), Job.state == JobState.CREATED, past)
    if of_tenants:
        due = and_(due, Job.tenant_id.in_(bindparam("p_tenants", expanding=True)))
    window = bindparam("p_window", type_=Integer)
    waiting = select(Job.key).where(due).order_by(Job.run_at).limit(window)  # in the index's order: nothing is sorted
    picked = (
        select(Job.key)
        # Another worker may have had it while this one looked. Written so that no index can serve it: told that few jobs are
        # due, PostgreSQL would walk all of them once for each that waits, and its statistics are always late in a rush.
        .where(Job.key.in_(waiting), func.coalesce(Job.state, "") == JobState.CREATED, past)
        .order_by(Job.priority.desc(), Job.run_at, Job.key)
        .limit(bindparam("p_most", type_=Integer))
        .with_for_update(skip_locked=True)
        # Without this PostgreSQL may run the inner query once for each outer row and take more than the limit.
        .cte("picked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        update(Job)
        .where(Job.key.in_(select(picked.c.key)))
        .values(**_taken())
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )


def _taker(uow: UnitOfWork, worker: str, lease: timedelta) -> dict[str, Any]:
    """What `_taken` binds."""
    return {"p_worker": worker, "p_now": uow.now, "p_until": uow.now + lease}


def _taken() -> dict[str, Any]:
    """What a taken job becomes. (A parameter may not have a column's name in an UPDATE.)"""
    return {
        "worker": bindparam("p_worker"),
        "lease": Job.lease + 1,
        "abandoned": Job.abandoned + case((Job.worker.is_not(None), 1), else_=0),
        "run_at": bindparam("p_until", type_=_MOMENT),
        "taken_at": bindparam("p_now", type_=_MOMENT),
    }


def hand_back(uow: UnitOfWork, leases: Collection[tuple[int, int]], wait: timedelta | None = None) -> int:
    """Let others take these (key, lease) at once, or after `wait`, where they are still held; returns how many were."""
    if not leases:
        return 0
    held = case(dict(leases), value=Job.key, else_=-1)
    again = func.coalesce(Job.due_at, Job.created_at) if wait is None else literal(uow.now + wait, Job.run_at.type)
    result = uow.connection.execute(
        update(Job)
        .where(Job.key.in_([key for key, _ in leases]), Job.state == JobState.CREATED, Job.lease == held)
        .values(run_at=case((Job.held_run_at.is_(None), again), else_=null()), worker=None)
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
    given = {"p_key": key} | _taker(uow, worker, lease)
    return uow.connection.execute(_claiming_one(), given).one_or_none()


@lru_cache(maxsize=1)
def _claiming_one() -> ReturningUpdate[Any]:
    now = bindparam("p_now", type_=_MOMENT)
    return (
        update(Job)
        .where(Job.key == bindparam("p_key"), Job.state == JobState.CREATED, Job.run_at <= now)
        .values(**_taken())
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
