"""Stopping a batch operation, going on with it, and giving it up. What it has done stays done."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update

from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.batch import BatchItem, BatchNotFound, BatchOperation, BatchState, ItemState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.batches.creating import enqueue
from engine.services.turn import Turn


def suspend(runtime: Runtime, key: int, *, who: str, tenant_id: str = DEFAULT_TENANT) -> None:
    """Do no more of it for now. Raises BatchNotFound, Conflict when it is not under way."""

    def change(batch: BatchOperation, _turn: Turn) -> None:
        batch.require(BatchState.CREATED, BatchState.ACTIVE)
        batch.state = BatchState.SUSPENDED

    _change(runtime, key, "batch.suspend", change, who, tenant_id)


def resume(runtime: Runtime, key: int, *, who: str, tenant_id: str = DEFAULT_TENANT) -> None:
    """Go on with what is left. Raises BatchNotFound, Conflict when it is not suspended."""

    def change(batch: BatchOperation, turn: Turn) -> None:
        batch.require(BatchState.SUSPENDED)
        batch.state = BatchState.ACTIVE
        enqueue(turn, key)

    _change(runtime, key, "batch.resume", change, who, tenant_id)


def cancel(runtime: Runtime, key: int, *, who: str, tenant_id: str = DEFAULT_TENANT) -> None:
    """Do nothing of what is left. Raises BatchNotFound, Conflict when it has ended."""

    def change(batch: BatchOperation, turn: Turn) -> None:
        batch.require(BatchState.CREATED, BatchState.ACTIVE, BatchState.SUSPENDED)
        batch.state, batch.ended_at = BatchState.CANCELED, turn.uow.now
        item = table_of(BatchItem)
        turn.uow.connection.execute(
            update(item)
            .where(item.c.batch_key == key, item.c.state == ItemState.ACTIVE)
            .values(state=ItemState.CANCELED, processed_at=turn.uow.now)
        )

    _change(runtime, key, "batch.cancel", change, who, tenant_id)


def _change(
    runtime: Runtime, key: int, what: str, change: Callable[[BatchOperation, Turn], None], who: str, tenant_id: str
) -> None:
    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        batch = uow.session.get(BatchOperation, key, with_for_update=True)
        if batch is None or batch.tenant_id != uow.tenant_id:
            raise BatchNotFound(f"There is no batch operation with key {key}.")
        change(batch, turn)
        turn.audit(what, "batch_operation", key)
        turn.finish()

    runtime.transact(work, tenant_id)
