"""Credentials that programs use instead of a person's password: what they may do, until when, and whether they still may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Json, Key, Keyed, Name


class ApiToken(Keyed, Base):
    """A token of one user. Of its secret only the SHA-256 is kept: it is 256 random bits, so that nobody can guess it from that."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "client_id", unique=True), Index(None, "tenant_id", "user_key"))

    user_key: Mapped[Key] = mapped_column(ForeignKey("desk_user.key", ondelete="CASCADE"))
    name: Mapped[Name]
    client_id: Mapped[str] = mapped_column(String(32))
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_good(self, now: datetime) -> bool:
        """Whether it may be used at a moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
