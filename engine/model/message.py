"""Messages that came before anybody waited for them, and which instance each message met."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict
from engine.model.base import DEFAULT_TENANT, Base, Keyed, KeyType


class MessageAlreadyPublished(Conflict):
    """A message with this name, correlation key and id is here already; it is not taken twice."""


class Message(Keyed, Base):
    """A published message, kept until it expires. One correlates at most once with each process."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", "correlation_key", "message_id"),
        Index(None, "tenant_id", "name", "correlation_key", "key"),
        Index(None, "expires_at"),
    )

    name: Mapped[str] = mapped_column(String(255))
    correlation_key: Mapped[str] = mapped_column(String(255))
    message_id: Mapped[str | None] = mapped_column(String(255))
    variables: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class MessageCorrelation(Base):
    """A message met a process: never again the same two."""

    __tablename__ = "message_correlation"

    message_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    process_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT, server_default=DEFAULT_TENANT)
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    at: Mapped[datetime]


class CorrelatedMessage(Keyed, Base):
    """A message met an instance at one element: history, kept as long as the instance is."""

    __tablename__ = "correlated_message"
    __table_args__ = (Index(None, "process_instance_key"), Index(None, "message_key"))

    message_key: Mapped[int] = mapped_column(KeyType)
    name: Mapped[str] = mapped_column(String(255))
    correlation_key: Mapped[str] = mapped_column(String(255))
    subscription_key: Mapped[int] = mapped_column(KeyType)
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    root_key: Mapped[int] = mapped_column(KeyType)
    process_definition_key: Mapped[int] = mapped_column(KeyType)
    process_id: Mapped[str] = mapped_column(String(255))
    element_id: Mapped[str] = mapped_column(String(255))
    element_instance_key: Mapped[int | None] = mapped_column(KeyType)  # None: it started the instance
    at: Mapped[datetime]
