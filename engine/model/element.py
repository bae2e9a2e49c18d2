"""The path of an instance: the elements that it went through, and the flows that it took."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Keyed, KeyType
from engine.model.keys import BY_MONTH


class ElementState(StrEnum):
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class ElementInstance(Keyed, Base):
    """One visit of a token to one element."""

    __tablename__ = "element_instance"
    __table_args__ = (
        Index(None, "process_instance_key", "key"),
        Index(None, "process_definition_key", "element_id", "state"),
        Index(None, "process_definition_key", "ended_at"),
    )

    process_instance_key: Mapped[int] = mapped_column(KeyType)
    process_definition_key: Mapped[int] = mapped_column(KeyType)
    element_id: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(40))
    scope_key: Mapped[int | None] = mapped_column(KeyType)
    loop_counter: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    started_by: Mapped[str | None] = mapped_column(String(255))  # whose command it was; None: the engine's own
    ended_by: Mapped[str | None] = mapped_column(String(255))


class TakenFlow(Keyed, Base):
    """One passage of a token over one sequence flow."""

    __tablename__ = "taken_flow"
    __table_args__ = (Index(None, "process_instance_key", "key"), {"info": {BY_MONTH: "process_instance_key"}})

    process_instance_key: Mapped[int] = mapped_column(KeyType)
    flow_id: Mapped[str] = mapped_column(String(255))
    taken_at: Mapped[datetime]
