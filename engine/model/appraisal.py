"""Appraisals: that a supervisor read what an agent answered a customer and said whether it was right."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Key, Keyed

ERRORS = ("wrong", "incomplete", "outdated", "promise", "wording")


class Appraisal(Keyed, Base):
    """One answer that was drawn: a case and the agent who had it. `accurate` is what stands, after an appeal too; null until then.

    `error` is one of `ERRORS`. `decided_by` is who decided on the agent's appeal; null where there was none.
    """

    __tablename__ = "appraisal"
    __table_args__ = (
        UniqueConstraint("tenant_id", "case_key"),
        Index(None, "tenant_id", "appraised_at"),
        Index(None, "tenant_id", "updated_at"),
    )

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"))
    agent: Mapped[str] = mapped_column(String(255))
    accurate: Mapped[bool | None]
    error: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(Text)
    drawn_at: Mapped[datetime]
    appraised_by: Mapped[str | None] = mapped_column(String(255))
    appraised_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(255))
    updated_at: Mapped[datetime]
