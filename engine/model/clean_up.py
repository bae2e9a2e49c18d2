"""What each clean-up of old history removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Keyed

CLEAN_UP = "kefuflow:clean-up"  # the type of the job that does one


class CleanUpRun(Keyed, Base):
    """One run: of what ended before `before`, how many trees of instances went, and how many rows of each table."""

    __tablename__ = "clean_up_run"
    __table_args__ = (Index(None, "tenant_id", "started_at"),)

    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    before: Mapped[datetime]
    instances: Mapped[int] = mapped_column(default=0)
    removed: Mapped[dict[str, Any]]
