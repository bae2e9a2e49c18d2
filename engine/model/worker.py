"""The worker processes that there are, as each says of itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base

SILENT_AFTER = timedelta(seconds=45)  # three reports missed
FORGOTTEN_AFTER = timedelta(days=1)


class WorkerProcess(Base):
    """A process that does jobs, of every tenant. `name` is what its jobs are leased under."""

    __tablename__ = "worker_process"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))  # working, stopping, stopped
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    running: Mapped[dict[str, Any]]  # job type -> how many it has in hand
    done: Mapped[dict[str, Any]]  # outcome -> how many since it started
    problem: Mapped[str | None] = mapped_column(String(1000))  # why it cannot look for work just now

    def is_silent(self, now: datetime) -> bool:
        return self.state != "stopped" and now - self.seen_at > SILENT_AFTER
