"""Decisions that were made: with what, by which rules, and what came out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Json, Keyed, KeyType


class DecisionInstance(Keyed, Base):
    """One evaluation of one decision, with its trace: enough to explain it years later."""

    __tablename__ = "decision_instance"
    __table_args__ = (
        Index(None, "process_instance_key"),
        Index(None, "tenant_id", "decision_id", "evaluated_at"),
    )

    decision_id: Mapped[str] = mapped_column(String(255))
    decision_definition_key: Mapped[int | None] = mapped_column(KeyType)
    process_instance_key: Mapped[int | None] = mapped_column(KeyType)
    process_definition_key: Mapped[int | None] = mapped_column(KeyType)
    element_id: Mapped[str | None] = mapped_column(String(255))
    element_instance_key: Mapped[int | None] = mapped_column(KeyType)
    evaluated_at: Mapped[datetime]
    result: Mapped[Any] = mapped_column(Json)
    trace: Mapped[Any] = mapped_column(Json)
    failure: Mapped[str | None] = mapped_column(Text)
