"""What waits for something from outside: messages and signals that instances or process starts listen for."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Keyed, KeyType


class SubscriptionKind(StrEnum):
    MESSAGE = "message"
    SIGNAL = "signal"
    TIMER = "timer"


class Subscription(Keyed, Base):
    """An open wait of one instance; the row goes when the wait ends. Its key is the executor's subscription key."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "name", "correlation_key"),
        Index(None, "process_instance_key"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(255))
    correlation_key: Mapped[str] = mapped_column(String(255), default="")
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    root_key: Mapped[int] = mapped_column(KeyType)
    process_definition_key: Mapped[int] = mapped_column(KeyType)
    process_id: Mapped[str] = mapped_column(String(255))
    element_id: Mapped[str] = mapped_column(String(255))
    element_instance_key: Mapped[int] = mapped_column(KeyType)


class StartSubscription(Keyed, Base):
    """How something from outside starts the latest version of a process; replaced when a newer version comes."""

    __tablename__ = "start_subscription"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "name"),
        Index(None, "tenant_id", "process_id"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(255), default="")
    process_definition_key: Mapped[int] = mapped_column(KeyType)
    process_id: Mapped[str] = mapped_column(String(255))
    element_id: Mapped[str] = mapped_column(String(255))
