"""Values that a manager may change while the desk runs. What each is for: `engine/services/settings.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Json, Name


class Setting(Base):
    """A value that differs from its default."""

    __tablename__ = "setting"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    changed_by: Mapped[Name]
    changed_at: Mapped[datetime]
