"""Codes that prove to the portal whose phone or mailbox it is; only their hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Keyed


class PortalCode(Keyed, Base):
    """One code for one phone number or e-mail address. Used once, within its time and a few tries."""

    __tablename__ = "portal_code"
    __table_args__ = (Index(None, "tenant_id", "contact", "created_at"), Index(None, "expires_at"))

    contact: Mapped[str] = mapped_column(String(320))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
