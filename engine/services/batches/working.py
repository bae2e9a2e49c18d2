"""Working on a batch operation: some items in each go, each in a transaction of its own together with what it does.

So an item is done wholly and once, whatever dies in between; a worker that takes over goes on with those that are left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, func, select, update

from engine.errors import KefuflowError, NotFound, Unavailable
from engine.execution import MigrationRefused, PlanRefused
from engine.model.base import table_of
from engine.model.batch import BatchItem, BatchOperation, BatchState, BatchType, ItemState
from engine.model.incident import IncidentNotActive
from engine.model.job import Job, JobState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.incidents import resolve_within
from engine.services.instances import cancel_within
from engine.services.migration import Plan, migrate_within
from engine.services.modification import modify_within
from engine.services.suspension import NotSuspended, resume_within, suspend_within
from engine.services.turn import InstanceEnded, InstanceSuspended, Turn

log = logging.getLogger("kefuflow.batches")
_batch, _item, _job = table_of(BatchOperation), table_of(BatchItem), table_of(Job)
CHUNK = 25  # items in one go; then whatever else is due has its turn

_ZH: list[tuple[type[Exception], str]] = [
    (InstanceEnded, "流程实例已结束。"),
    (InstanceSuspended, "流程实例已暂停。"),
    (NotSuspended, "流程实例没有暂停。"),
    (IncidentNotActive, "故障已经处理。"),
    (NotFound, "已经没有这个对象。"),
]


def work(runtime: Runtime, job: Row[Any]) -> None:
    """One go of a claimed job; it stays due until nothing is left."""
    key = job.payload["batch"]
    for item in runtime.transact(lambda uow: _next(uow, key), job.tenant_id):
        _do(runtime, key, item, job.tenant_id)
    runtime.transact(lambda uow: _conclude(uow, key, job), job.tenant_id)
    runtime.work_arrived.set()


def _next(uow: UnitOfWork, key: int) -> list[int]:
    batch = _locked(uow, key)
    if batch.state == BatchState.CREATED:
        batch.state, batch.started_at = BatchState.ACTIVE, uow.now
    if batch.state != BatchState.ACTIVE:
        return []
    query = select(_item.c.item_key).where(_item.c.batch_key == key, _item.c.state == ItemState.ACTIVE)
    return list(uow.connection.execute(query.order_by(_item.c.item_key).limit(CHUNK)).scalars())


def _locked(uow: UnitOfWork, key: int) -> BatchOperation:
    return uow.session.scalars(select(BatchOperation).where(BatchOperation.key == key).with_for_update()).one()


def _do(runtime: Runtime, key: int, item_key: int, tenant_id: str) -> None:
    try:
        runtime.transact(lambda uow: _try(runtime, uow, key, item_key), tenant_id)
    except Unavailable:
        raise  # It is tried again when the database is back.
    except Exception as error:
        if not isinstance(error, KefuflowError):
            log.exception("Item %s of batch operation %s broke", item_key, key)
        message, message_zh = _words(error)
        runtime.transact(lambda uow: _end(uow, key, item_key, ItemState.FAILED, message, message_zh), tenant_id)


def _try(runtime: Runtime, uow: UnitOfWork, key: int, item_key: int) -> None:
    mine = (_item.c.batch_key == key) & (_item.c.item_key == item_key)
    state = uow.connection.execute(select(_item.c.state).where(mine).with_for_update()).scalar_one()
    batch = uow.connection.execute(select(_batch).where(_batch.c.key == key)).one()
    if state != ItemState.ACTIVE or batch.state != BatchState.ACTIVE:
        return  # Somebody else has done it, or stopped the whole.
    turn = Turn(runtime, uow, batch.created_by)
    _ACTS[BatchType(batch.type)](turn, item_key, batch)
    turn.finish()
    _end(uow, key, item_key, ItemState.COMPLETED)


def _end(
    uow: UnitOfWork, key: int, item_key: int, state: ItemState, message: str | None = None, zh: str | None = None
) -> None:
    uow.connection.execute(
        update(_item)
        .where(_item.c.batch_key == key, _item.c.item_key == item_key, _item.c.state == ItemState.ACTIVE)
        .values(state=state, processed_at=uow.now, message=message, message_zh=zh)
    )


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, MigrationRefused | PlanRefused):
        return str(error), "".join(each.message_zh for each in error.obstacles)
    text = str(error) if isinstance(error, KefuflowError) else "Something unexpected went wrong; it was logged."
    return text, next((zh for kind, zh in _ZH if isinstance(error, kind)), text)


def _conclude(uow: UnitOfWork, key: int, job: Row[Any]) -> None:
    """Bring the counts up to date, and let the job come again while something is left."""
    batch = _locked(uow, key)
    rows = uow.connection.execute(
        select(_item.c.state, func.count()).where(_item.c.batch_key == key).group_by(_item.c.state)
    )
    counts: dict[str, int] = {state: number for state, number in rows}
    batch.completed, batch.failed = counts.get(ItemState.COMPLETED, 0), counts.get(ItemState.FAILED, 0)
    going_on = batch.state == BatchState.ACTIVE and counts.get(ItemState.ACTIVE, 0) > 0
    if batch.state == BatchState.ACTIVE and not going_on:
        batch.state, batch.ended_at = BatchState.COMPLETED, uow.now
    again = {"run_at": uow.now, "worker": None, "retries": 3, "tries": 0}
    done = {"state": JobState.COMPLETED, "ended_at": uow.now, "run_at": None}
    uow.connection.execute(
        update(_job).where(_job.c.key == job.key, _job.c.lease == job.lease).values(**(again if going_on else done))
    )


def _migrate(turn: Turn, item_key: int, batch: Row[Any]) -> None:
    migrate_within(turn, item_key, Plan.from_json(batch.plan), batch.reason)


def _modify(turn: Turn, item_key: int, batch: Row[Any]) -> None:
    moves = [(source, target) for source, target in batch.plan["moves"]]
    modify_within(turn, item_key, moves=moves, reason=batch.reason)


_ACTS: dict[BatchType, Callable[[Turn, int, Row[Any]], None]] = {
    BatchType.CANCEL: lambda turn, key, batch: cancel_within(turn, key, batch.reason),
    BatchType.MIGRATE: _migrate,
    BatchType.MODIFY: _modify,
    BatchType.RESOLVE: lambda turn, key, batch: resolve_within(turn, key, reason=batch.reason),
    BatchType.SUSPEND: lambda turn, key, batch: suspend_within(turn, key, batch.reason),
    BatchType.RESUME: lambda turn, key, batch: resume_within(turn, key, batch.reason),
}
