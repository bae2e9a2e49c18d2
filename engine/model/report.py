"""Reports as they were made: the figures of a period, kept so that what was sent can be read again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Keyed, Name


class KeptReport(Keyed, Base):
    """One report. `about` is the person whose own figures it shows; None for the desk's. Days are ISO 8601."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "about", "created_at"),
    )

    kind: Mapped[str] = mapped_column(String(64))
    about: Mapped[str | None] = mapped_column(String(255))
    first: Mapped[str] = mapped_column(String(10))
    last: Mapped[str] = mapped_column(String(10))
    recipients: Mapped[list[str]]
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    idempotency_key: Mapped[Name]
