"""Messages to customers: what was written, on which channel, and what became of it; and the answers to surveys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Key, Keyed, Name


class Notification(Keyed, Base):
    """One message on one channel. `state`: stored (portal), outbox (no sender is set up), sending, sent, refused, or
    bounced (taken by the next server, and returned later). `data` holds the thread that it answers, and who wrote it.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "case_key"),
        Index(None, "tenant_id", "customer_key", "created_at"),
        Index(None, "tenant_id", "state", "created_at"),
        Index(
            "ix_notification_notice",
            "tenant_id",
            "recipient",
            "key",
            sqlite_where=text("channel = 'desk'"),
            postgresql_where=text("channel = 'desk'"),
        ),
        Index(None, "tenant_id", "receipt"),
        Index(
            "ix_notification_next_try",
            "next_try_at",
            sqlite_where=text("next_try_at IS NOT NULL"),
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
    )

    case_key: Mapped[Key | None] = mapped_column(ForeignKey("service_case.key"))
    customer_key: Mapped[Key | None] = mapped_column(ForeignKey("customer.key"))
    channel: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str | None] = mapped_column(String(320))
    template: Mapped[Name]
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    receipt: Mapped[str | None] = mapped_column(String(255))  # the Message-ID or the operator's id
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]  # set while the worker is to send it, apart from any process
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Survey(Keyed, Base):
    """A question to a customer after a case: solved?, a score from 1 to 5, a comment. Answered at most once."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "case_key"),
        Index(None, "tenant_id", "answered_at"),
        Index(None, "tenant_id", "sent_at"),
    )

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    sent_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    solved: Mapped[bool | None]
    score: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
