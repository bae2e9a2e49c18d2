"""Cases: one matter of one customer, whatever process works on it, and everything that happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict
from engine.model.base import DEFAULT_TENANT, Base, Key, Keyed, Name

OPEN_STATUSES = ("open", "waiting_customer", "escalated")
STATUSES = (*OPEN_STATUSES, "closed")
# What callers may change by name; every change is written to the timeline.
CHANGEABLE = (
    "kind", "status", "level", "channel", "queue", "title", "description", "matter", "cause", "cause_code", "wanted",
    "sku", "order_number", "order_known", "promised_at", "owner", "priority", "outcome", "major",
)  # fmt: skip


def _index_of_set(column: str) -> Index:
    """An index of the few rows where the column is set."""
    condition = text(f"{column} IS NOT NULL")
    name = f"ix_service_case_{column}_set"
    return Index(name, "tenant_id", column, sqlite_where=condition, postgresql_where=condition)


class Case(Keyed, Base):
    """One matter. `status`: open, waiting_customer, escalated or closed; `outcome` is the process's end once closed."""

    __tablename__ = "service_case"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "status", "updated_at"),
        Index(None, "tenant_id", "status", "key"),
        Index(None, "tenant_id", "customer_key", "created_at"),
        Index(None, "tenant_id", "order_number"),
        Index(None, "tenant_id", "owner", "status"),
        Index(None, "tenant_id", "sku", "cause_code", "created_at"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "closed_at"),
        Index(None, "tenant_id", "updated_at"),
        _index_of_set("unread_at"),
        _index_of_set("escalated_at"),
        _index_of_set("merged_into_key"),
        _index_of_set("parent_key"),
    )

    number: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(32), default="open")
    outcome: Mapped[str | None] = mapped_column(String(64))
    level: Mapped[str | None] = mapped_column(String(32))
    major: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str] = mapped_column(String(32))
    queue: Mapped[str | None] = mapped_column(String(255))
    customer_key: Mapped[Key | None] = mapped_column(ForeignKey("customer.key"))
    order_number: Mapped[str | None] = mapped_column(String(255))  # as the customer gave it
    order_known: Mapped[bool] = mapped_column(default=False)
    title: Mapped[Name]
    description: Mapped[str] = mapped_column(Text, default="")
    matter: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(Text)
    cause_code: Mapped[str | None] = mapped_column(String(64))
    wanted: Mapped[str | None] = mapped_column(Text)
    sku: Mapped[str | None] = mapped_column(String(64))
    promised_at: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(255))
    priority: Mapped[int] = mapped_column(default=50)
    reopened: Mapped[int] = mapped_column(default=0)
    escalated_at: Mapped[datetime | None]  # set while an escalation is open
    unread_at: Mapped[datetime | None]  # the customer said something that nobody has read
    parent_key: Mapped[Key | None]
    merged_into_key: Mapped[Key | None]  # the case that goes on with this one's matter
    created_by: Mapped[Name]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    def change(self, values: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
        """Set these columns and return what really changed, as `{"field", "from", "to"}`."""
        changes = [
            {"field": name, "from": plain(getattr(self, name)), "to": plain(value)}
            for name, value in values.items()
            if name in CHANGEABLE and getattr(self, name) != value
        ]
        for change in changes:
            setattr(self, change["field"], values[change["field"]])
        if changes:
            self.updated_at = now
        return changes

    def close(self, outcome: str, now: datetime) -> list[dict[str, Any]]:
        """End the case; closing it again under the same outcome changes nothing, under another raises Conflict."""
        if not self.is_open:
            if self.outcome != outcome:
                raise Conflict(f"Case {self.number} was closed as {self.outcome} already.")
            return []
        self.closed_at, self.escalated_at = now, None
        return self.change({"status": "closed", "outcome": outcome}, now)

    def reopen(self, now: datetime) -> list[dict[str, Any]]:
        """Work on it again, and count it. A case that is open only counts."""
        self.reopened += 1
        self.closed_at, self.updated_at = None, now
        counted = {"field": "reopened", "from": self.reopened - 1, "to": self.reopened}
        return [counted, *self.change({"status": "open", "outcome": None}, now)]


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value


class CaseCounter(Base):
    """The last number given out for a prefix and a day."""

    __tablename__ = "case_counter"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    prefix: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int]


class CaseInstance(Base):
    """That a process instance works on a case."""

    __tablename__ = "case_instance"
    __table_args__ = (Index(None, "case_key"),)

    instance_key: Mapped[Key] = mapped_column(primary_key=True, autoincrement=False)
    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"))
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    process_id: Mapped[str | None] = mapped_column(String(255))
    linked_at: Mapped[datetime]


class TimelineEntry(Keyed, Base):
    """Something that happened to a case: who, when, what, from what to what. Written once, never changed.

    `kind`: contact, message, step, decision, note, file, change, sla or escalation. `public` ones the customer may see.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (Index(None, "case_key", "key"), Index(None, "tenant_id", "actor", "at"))

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"))
    at: Mapped[datetime]
    actor: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[Name]  # a code such as case.opened, or a step's name
    text: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[list[Any]] = mapped_column(default=list)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    public: Mapped[bool] = mapped_column(default=False)
