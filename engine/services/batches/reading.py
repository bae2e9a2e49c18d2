"""Batch operations for people who watch them: how far each is, and what became of each instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.model.base import table_of
from engine.model.batch import BatchItem, BatchNotFound, BatchOperation, BatchState
from engine.model.permissions import Actor
from engine.runtime import Runtime

_batch, _item = table_of(BatchOperation), table_of(BatchItem)
RUNNING = (BatchState.CREATED, BatchState.ACTIVE)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch operation; `left` is what it has still to do."""

    key: int
    type: str
    state: str
    plan: dict[str, Any]
    reason: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    total: int
    completed: int
    failed: int

    @property
    def left(self) -> int:
        return self.total - self.completed - self.failed

    @property
    def running(self) -> bool:
        return self.state in RUNNING

    @property
    def percent(self) -> int:
        return 100 * (self.completed + self.failed) // self.total if self.total else 100


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one instance, or of one of its incidents."""

    key: int
    process_instance_key: int
    state: str
    processed_at: datetime | None
    message: str | None
    message_zh: str | None


def recent(runtime: Runtime, *, actor: Actor, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The newest first. Raises Forbidden without instances.read."""
    actor.require("instances.read")
    query = select(_batch).where(_batch.c.tenant_id == actor.tenant_id).order_by(_batch.c.key.desc()).limit(limit)
    if before is not None:
        query = query.where(_batch.c.key < before)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return [_view(row) for row in uow.connection.execute(query)]


def batch(runtime: Runtime, key: int, *, actor: Actor) -> Batch:
    """One by its key. Raises BatchNotFound, Forbidden without instances.read."""
    actor.require("instances.read")
    query = select(_batch).where(_batch.c.key == key, _batch.c.tenant_id == actor.tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = uow.connection.execute(query).one_or_none()
    if row is None:
        raise BatchNotFound(f"There is no batch operation with key {key}.")
    return _view(row)


def items(
    runtime: Runtime, key: int, *, actor: Actor, state: str | None = None, after: int = 0, limit: int = 100
) -> list[Item]:
    """What became of each, by key from `after` on. Raises Forbidden without instances.read."""
    actor.require("instances.read")
    query = select(_item).where(
        _item.c.batch_key == key, _item.c.tenant_id == actor.tenant_id, _item.c.item_key > after
    )
    if state:
        query = query.where(_item.c.state == state)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.connection.execute(query.order_by(_item.c.item_key).limit(limit))
        return [
            Item(row.item_key, row.process_instance_key, row.state, row.processed_at, row.message, row.message_zh)
            for row in rows
        ]


def _view(row: Any) -> Batch:
    return Batch(**{name: getattr(row, name) for name in Batch.__dataclass_fields__})
