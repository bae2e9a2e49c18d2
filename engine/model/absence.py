"""That somebody of the desk is away for a while, and who stands in for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Keyed


class Absence(Keyed, Base):
    """One absence, from `since` until `until` (None: until they say that they are back). `stand_in` None: whoever they name
    on their account. `idempotency_key` is that of the leave that it comes from."""

    __tablename__ = "absence"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "tenant_id", "until"),
        Index(None, "tenant_id", "username"),
    )

    username: Mapped[str] = mapped_column(String(255))
    stand_in: Mapped[str | None] = mapped_column(String(255))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
