"""What comes in from customers by channel: each message once, under which names a customer writes, and where a mailbox was read to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Key, Keyed, Name

# What became of a message that came in.
FILED, APPENDED, BOUNCE, IGNORED, HELD, REFUSED = "filed", "appended", "bounce", "ignored", "held", "refused"
STATES = (FILED, APPENDED, BOUNCE, IGNORED, HELD, REFUSED)


class InboundMessage(Keyed, Base):
    """One message from outside, kept once for `source` and `external_id`, whatever it was taken for.

    `state`: filed (a case was opened), appended (to a case), bounce, ignored (automatic, bulk, our own), held (too many from
    one sender) or refused (could not be read). `reason` says why in a code. `data` keeps a thread's references and the platform.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "external_id"),
        Index(None, "tenant_id", "external_id"),
        Index(None, "tenant_id", "conversation", "key"),
        Index(None, "tenant_id", "sender", "received_at"),
        Index(None, "tenant_id", "state", "key"),
        Index(None, "case_key", "key"),
    )

    source: Mapped[str] = mapped_column(String(64))  # mail, chat, api
    external_id: Mapped[str] = mapped_column(String(255))  # the Message-ID, or the platform's id
    channel: Mapped[str] = mapped_column(String(32))
    sub_channel: Mapped[str | None] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(320))
    sender_name: Mapped[Name]
    subject: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")  # all of it, with what it quotes
    conversation: Mapped[str | None] = mapped_column(String(255))
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    automatic: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    case_key: Mapped[Key | None] = mapped_column(ForeignKey("service_case.key"))
    customer_key: Mapped[Key | None] = mapped_column(ForeignKey("customer.key"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ChannelIdentity(Keyed, Base):
    """A name under which a customer is known on a channel; several may be one customer's."""

    __tablename__ = "channel_identity"
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "platform", "identifier"),
        Index(None, "customer_key"),
    )

    channel: Mapped[str] = mapped_column(String(32))
    platform: Mapped[str] = mapped_column(String(64), default="")
    identifier: Mapped[str] = mapped_column(String(320))
    display_name: Mapped[Name]
    customer_key: Mapped[Key] = mapped_column(ForeignKey("customer.key"))
    created_at: Mapped[datetime]


class Mailbox(Base):
    """Where a shared mailbox was read to. `held_until` is the lease of the process that reads it now."""

    __tablename__ = "mailbox"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)  # user@host/folder, never a password
    uid_validity: Mapped[Key | None]  # both are 32 bits without a sign
    last_uid: Mapped[Key] = mapped_column(default=0)
    held_until: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
