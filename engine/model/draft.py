"""What somebody has typed into a task's form and not sent yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Key


class Draft(Base):
    """One user's unsent form data for one task. It outlives the task, so that who lost a race loses no words."""

    __tablename__ = "draft"

    task_key: Mapped[Key] = mapped_column(primary_key=True, autoincrement=False)
    username: Mapped[str] = mapped_column(String(255), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
