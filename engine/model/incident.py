"""What stopped an instance at one element until a person has repaired it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict, NotFound
from engine.model.base import Base, Keyed, KeyType


def message_hash(message: str) -> int:
    """The 32 bits, signed, by which Camunda tells messages apart: Java's hash of a text."""
    units = message.encode("utf-16-le", "surrogatepass")
    found = 0
    for at in range(0, len(units), 2):
        found = (31 * found + int.from_bytes(units[at : at + 2], "little")) & 0xFFFFFFFF
    return found - (1 << 32) if found >= 1 << 31 else found


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
        Index(None, "tenant_id", "state", "key"),
        # What is asked of those that are open, by process, step and message, and nothing else of them is read.
        Index(
            "ix_incident_cause",
            *("tenant_id", "state", "process_id", "element_id", "message_hash", "process_definition_key", "created_at"),
        ),
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
    message_hash: Mapped[int | None]  # so that equal messages are counted together; None: written by an older release
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(255))
