"""Who is at a case's page just now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Key


class CasePresence(Base):
    """That a person's page of a case was open at `seen_at`, and that they typed into it at `typed_at`. It is gone soon."""

    __tablename__ = "case_presence"
    __table_args__ = (Index(None, "tenant_id", "username"),)

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"), primary_key=True)
    username: Mapped[str] = mapped_column(String(255), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    seen_at: Mapped[datetime]
    typed_at: Mapped[datetime | None]
