"""One operation on many process instances: what is to be done, on which, and what became of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict, NotFound
from engine.model.base import Base, Keyed, KeyType

BATCH = "kefuflow:batch"  # the type of the job that works on one


class BatchNotFound(NotFound):
    """There is no batch operation with this key."""


class BatchState(StrEnum):
    """Camunda's words. One whose items were all tried is COMPLETED, whatever became of each."""

    CREATED = "CREATED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


class BatchType(StrEnum):
    CANCEL = "CANCEL_PROCESS_INSTANCE"
    MIGRATE = "MIGRATE_PROCESS_INSTANCE"
    MODIFY = "MODIFY_PROCESS_INSTANCE"
    RESOLVE = "RESOLVE_INCIDENT"
    SUSPEND = "SUSPEND_PROCESS_INSTANCE"
    RESUME = "RESUME_PROCESS_INSTANCE"


class ItemState(StrEnum):
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class BatchOperation(Keyed, Base):
    """`plan` is what its type needs: a migration plan, or the moves of a modification. The counts rise as it goes."""

    __tablename__ = "batch_operation"
    __table_args__ = (Index(None, "tenant_id", "created_at"),)

    type: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    plan: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    total: Mapped[int]
    completed: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)

    def require(self, *states: BatchState) -> None:
        if self.state not in states:
            raise Conflict(f"Batch operation {self.key} is {self.state.lower()}.")


class BatchItem(Base):
    """One of them. `item_key` is an incident's where incidents are resolved, else the instance's."""

    __tablename__ = "batch_item"
    __table_args__ = (Index(None, "batch_key", "state", "item_key"), Index(None, "process_instance_key"))

    batch_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    item_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64))
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    root_key: Mapped[int] = mapped_column(KeyType)
    state: Mapped[str] = mapped_column(String(16))
    processed_at: Mapped[datetime | None]
    message: Mapped[str | None] = mapped_column(Text)  # why it failed
    message_zh: Mapped[str | None] = mapped_column(Text)
