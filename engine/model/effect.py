"""What a job's handler has done already, so that doing it again does nothing and answers the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Name


class Effect(Base):
    """The result of one job's work, written in the transaction that did it."""

    __tablename__ = "effect"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    idempotency_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    job_type: Mapped[Name]
    result: Mapped[dict[str, Any]]
    at: Mapped[datetime]
