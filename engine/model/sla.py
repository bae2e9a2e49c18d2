"""SLA clocks of cases: the pure clock as JSON, with the columns that lists and boards ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.calendars import SlaClock, clock_to_json
from engine.model.base import Base, Key, Keyed


class SlaClockRow(Keyed, Base):
    """One clock of one case by its name: first_response, resolution, promised, refund …

    A case that is reopened measures again in a new `round`; what was met or breached before stays.
    `breach_at` and `warn_at` are None while it does not run, so that one index finds what is late or soon will be.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        UniqueConstraint("case_key", "name", "round"),
        Index(None, "tenant_id", "breach_at"),
        Index(None, "tenant_id", "name", "started_at"),
        Index(None, "tenant_id", "finished_at"),
        Index(None, "tenant_id", "breached_at"),
    )

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"))
    name: Mapped[str] = mapped_column(String(64))
    round: Mapped[int] = mapped_column(default=1)
    phase: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    breach_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]  # when its target passed, as of its last change
    elapsed_seconds: Mapped[float | None]  # once it is finished: what it counted in its calendar
    running_seconds: Mapped[float | None]  # once it is finished: how long it ran by any clock, pauses left out
    clock: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    def keep(self, clock: SlaClock, now: datetime) -> None:
        """Store this state of the clock."""
        passed = [moment for moment in (self.breach_at, clock.due_at) if moment is not None and moment <= now]
        self.phase, self.clock = clock.phase, clock_to_json(clock)
        self.started_at, self.finished_at = clock.started_at, clock.finished_at
        self.warn_at, self.breach_at = clock.warn_at, clock.breach_at
        breached = clock.state(now) == "breached"
        self.breached_at = (self.breached_at or min(passed, default=now)) if breached else None
        if clock.finished_at is not None and clock.phase == "finished":
            self.elapsed_seconds = clock.elapsed(now).total_seconds()
            self.running_seconds = clock.running_time().total_seconds()
