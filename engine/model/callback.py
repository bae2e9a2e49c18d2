"""Callbacks: that a customer was asked whether all is well, how, and what they said; and campaigns that ask many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Key, Keyed, Name

OUTCOMES = ("satisfied", "reopened", "unreachable", "opted_out", "stopped")
CAMPAIGN_STATES = ("draft", "running", "stopped", "finished")
# The key of `Customer.consent` that says whether they want to be asked at all.
CALLBACK_CONSENT = "callback"


class Callback(Keyed, Base):
    """One callback about a case. `tier`, `method` and `script` are as they were then, so that effects can be compared.

    `outcome` is null while it runs; `method` is call, survey or none.
    """

    __tablename__ = "callback"
    __table_args__ = (
        Index(None, "tenant_id", "opened_at"),
        Index(None, "tenant_id", "customer_key", "opened_at"),
        Index(None, "campaign_key", "opened_at"),
        Index(None, "case_key"),
    )

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"))
    customer_key: Mapped[Key | None] = mapped_column(ForeignKey("customer.key"))
    campaign_key: Mapped[Key | None] = mapped_column(ForeignKey("campaign.key"))
    reason: Mapped[str] = mapped_column(String(32))
    tier: Mapped[str | None] = mapped_column(String(8))
    channel: Mapped[str | None] = mapped_column(String(32))
    method: Mapped[str | None] = mapped_column(String(16))
    script: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    solved: Mapped[bool | None]
    score: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)


class Campaign(Keyed, Base):
    """Regular callbacks to customers that a supervisor chose. `filters` says whom, `frequency` how many days apart by tier."""

    __tablename__ = "campaign"
    __table_args__ = (Index(None, "tenant_id", "state"),)

    name: Mapped[Name]
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    frequency: Mapped[dict[str, Any]] = mapped_column(default=dict)
    most_a_run: Mapped[int] = mapped_column(default=100)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    instance_key: Mapped[Key | None]
    created_by: Mapped[Name]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
