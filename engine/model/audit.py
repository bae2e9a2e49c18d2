"""Who did what, when, and what changed from what to what. Rows are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Json, Keyed, KeyType


class AuditEntry(Keyed, Base):
    """One act of one person or part of the engine."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "process_instance_key", "key"),
        Index(None, "entity", "entity_key"),
        Index(None, "tenant_id", "at"),
    )

    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(255))
    what: Mapped[str] = mapped_column(String(64))  # task.complete, instance.cancel …
    entity: Mapped[str] = mapped_column(String(32))
    entity_key: Mapped[int] = mapped_column(KeyType)
    process_instance_key: Mapped[int | None] = mapped_column(KeyType)
    before: Mapped[Any] = mapped_column(Json)
    after: Mapped[Any] = mapped_column(Json)
