"""Customers: who they are, how they may be reached, and who at the desk has them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import InvalidInput
from engine.model.base import Base, Keyed, KeyType, Name

TIERS = ("A", "B", "C")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
CHANNELS = ("phone", "sms", "email", "portal")


class Customer(Keyed, Base):
    """A customer's file. `consent` maps a channel to whether we may use it; a channel not in it may not be used."""

    __tablename__ = "customer"
    __table_args__ = (
        Index(None, "tenant_id", "phone"),
        Index(None, "tenant_id", "email"),
        Index(None, "tenant_id", "name"),
        Index(None, "tenant_id", "updated_at"),
        Index(
            "ix_customer_referred_by",
            "tenant_id",
            "referred_by_key",
            sqlite_where=text("referred_by_key IS NOT NULL"),
            postgresql_where=text("referred_by_key IS NOT NULL"),
        ),
    )

    name: Mapped[Name]
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(320))
    address: Mapped[str | None] = mapped_column(String(500))
    tier: Mapped[str] = mapped_column(String(8), default="C")
    tier_fixed: Mapped[bool] = mapped_column(default=False)  # set by a person: purchases no longer change it
    language: Mapped[str] = mapped_column(String(8), default="zh")
    preferred_channel: Mapped[str] = mapped_column(String(16), default="sms")
    consent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tags: Mapped[list[str]] = mapped_column(default=list)
    notes: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str | None] = mapped_column(String(255))  # the agent who already has them
    referred_by_key: Mapped[int | None] = mapped_column(KeyType)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    def may_be_reached_by(self, channel: str) -> bool:
        """Consent was given and there is an address. The portal needs neither: the customer comes to it."""
        if channel == "portal":
            return True
        address = self.email if channel == "email" else self.phone
        return bool(address) and self.consent.get(channel) is True

    def check(self, known_by_name_alone: bool = False) -> None:
        """Raises InvalidInput, with the field, when the file says what it cannot.

        Who writes on a platform is `known_by_name_alone`: the platform reaches them, and we learn a phone number later.
        """
        fields: dict[str, list[str]] = {}
        if not self.name.strip():
            fields["name"] = ["请填写姓名 / A name is needed."]
        if not (self.phone or self.email or known_by_name_alone):
            fields["phone"] = ["请填写电话或邮箱 / A phone number or an e-mail address is needed."]
        if self.tier not in TIERS:
            fields["tier"] = ["客户等级只能是 A、B、C / The tier is A, B or C."]
        if self.preferred_channel not in CHANNELS:
            fields["preferred_channel"] = ["未知的联系方式 / This channel is unknown."]
        if fields:
            raise InvalidInput("The customer's file is not complete.", fields)


def normal_phone(phone: str | None) -> str | None:
    """Digits and a leading plus, mainland numbers without +86, so that one phone is found however it was typed; an extension stays
    behind them: 01088887777转123."""
    if phone is None:
        return None
    plain = unicodedata.normalize("NFKC", phone)  # full-width digits too
    extension = _EXTENSION.search(plain)
    main = plain[: extension.start()] if extension else plain
    digits = "".join(character for character in main if character.isdigit() or character == "+")
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 10:
            digits = digits.removeprefix(prefix)
    return f"{digits}转{extension[1]}" if digits and extension else digits or None


def normal_email(email: str | None) -> str | None:
    """Without spaces around it and in lower case."""
    return (email or "").strip().lower() or None
