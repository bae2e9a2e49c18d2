"""What callbacks bring, tier by tier: how many were asked, reached and happy, and how many cases they brought back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import func, select

from engine.model.callback import Callback
from engine.model.permissions import Actor
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class TierEffect:
    """Counts of one tier and method over a span. `asked` leaves out whom nobody asked (opted out before).

    `coverage` is asked ÷ due, `response` answered ÷ asked, `satisfied` scores 4–5 ÷ answered; null where nothing is divided by.
    """

    tier: str
    method: str
    due: int
    asked: int
    answered: int
    running: int
    happy: int
    solved: int
    reopened: int
    unreachable: int
    opted_out: int
    score: float | None
    tries: float | None

    @property
    def coverage(self) -> float | None:
        return self.asked / self.due if self.due else None

    @property
    def response(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    @property
    def satisfied(self) -> float | None:
        return self.happy / self.answered if self.answered else None


def effect_by_tier(
    runtime: Runtime, since: datetime, until: datetime, *, actor: Actor, campaign_key: int | None = None
) -> list[TierEffect]:
    """The callbacks that were opened from `since` until before `until`, by tier and method, A first.

    Of one campaign when it is named. Raises Forbidden without figures.read.
    """
    actor.require("figures.read")

    def count(condition: Any) -> Any:
        return func.sum(when((condition, 1), else_=0))

    outcome = Callback.outcome
    tier, method = func.coalesce(Callback.tier, ""), func.coalesce(Callback.method, "")
    query = select(
        tier,
        method,
        func.count(),
        count((method != "none") & (outcome != "stopped")),
        count(Callback.score.is_not(None)),
        count(outcome.is_(None)),
        count(Callback.score >= 4),
        count(Callback.solved.is_(True)),
        count(outcome == "reopened"),
        count(outcome == "unreachable"),
        count(outcome == "opted_out"),
        func.avg(Callback.score),
        func.avg(when((method == "call", Callback.tries))),
    ).where(Callback.tenant_id == actor.tenant_id, Callback.opened_at >= since, Callback.opened_at < until)
    if campaign_key is not None:
        query = query.where(Callback.campaign_key == campaign_key)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.session.execute(query.group_by(tier, method).order_by(tier, method)).all()
    return [
        TierEffect(*row[:11], score=_mean(row[11]), tries=_mean(row[12]))  # type: ignore[misc]
        for row in rows
    ]


def _mean(value: object) -> float | None:
    return None if value is None else round(float(str(value)), 2)
