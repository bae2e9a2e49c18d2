"""Contacts with a customer: every call, chat, mail and message, with its time, content and result."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Key, Keyed

RESULTS = ("answered", "no_answer", "called_back", "left_message", "received", "sent")


class Contact(Keyed, Base):
    """One contact. `direction` is in or out; `rang_at` and `answered_at` show how fast a call was taken."""

    __tablename__ = "contact"
    __table_args__ = (
        Index(None, "case_key", "at"),
        Index("ix_contact_arrivals", "tenant_id", "at", "direction", "channel", "case_key"),
        Index(None, "tenant_id", "customer_key", "at"),
    )

    case_key: Mapped[Key | None] = mapped_column(ForeignKey("service_case.key"))
    customer_key: Mapped[Key | None] = mapped_column(ForeignKey("customer.key"))
    direction: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    rang_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    rings: Mapped[int | None]
    agent: Mapped[str | None] = mapped_column(String(255))
    content: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(32), default="answered")
    external_id: Mapped[str | None] = mapped_column(String(255))
