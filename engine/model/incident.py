"""What stopped an instance at one element until a person has repaired it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict, NotFound
from engine.model.base import Base, Keyed, KeyType


class IncidentNotFound(NotFound):
    """There is no incident with this key."""


class IncidentNotActive(Conflict):
    """The incident is resolved already."""


class IncidentState(StrEnum):
    ACTIVE = "ACTIVE"
    RESOLVED = "RESOLVED"


class Incident(Keyed, Base):
    """One failure. The element waits, intact, until it is resolved."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(None, "tenant_id", "state", "created_at"),
        Index(None, "process_instance_key"),
        Index(None, "root_key"),
    )

    process_instance_key: Mapped[int | None] = mapped_column(KeyType)
    root_key: Mapped[int | None] = mapped_column(KeyType)
    process_definition_key: Mapped[int | None] = mapped_column(KeyType)
    process_id: Mapped[str | None] = mapped_column(String(255))
    element_id: Mapped[str | None] = mapped_column(String(255))
    element_instance_key: Mapped[int | None] = mapped_column(KeyType)
    job_key: Mapped[int | None] = mapped_column(KeyType)
    error_type: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(255))
