"""A campaign's life: kept as a draft, previewed, started as a process, stopped or finished."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.errors import Conflict, Unavailable
from engine.model.callback import Callback, Campaign
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.campaigns.choosing import Choice, choose
from engine.services.campaigns.wishes import Wishes
from engine.services.messages import publish_within
from engine.services.rows import add
from engine.services.settings import setting
from engine.services.trail import note
from engine.services.turn import Turn

PERMISSION = "campaigns.manage"
PROCESS = "callback_campaign"


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign, how many callbacks it made, and how many of them are still open."""

    key: int
    name: str
    filters: dict[str, Any]
    frequency: dict[str, Any]
    most_a_run: int
    state: str
    instance_key: int | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ends_at: datetime
    ended_at: datetime | None
    revision: int
    made: int = 0
    open: int = 0


def create_campaign(runtime: Runtime, wishes: Wishes, *, actor: Actor) -> int:
    """Keep a campaign as a draft and return its key. Raises Forbidden without campaigns.manage."""
    actor.require(PERMISSION)

    def work(uow: UnitOfWork) -> int:
        row = add(runtime, uow, Campaign, created_by=actor.username, created_at=uow.now, **_columns(wishes))
        uow.flush()
        note(runtime, uow, actor, "campaign.create", row.key, {}, _columns(wishes) | {"ends_at": str(wishes.ends_at)})
        return row.key

    return runtime.transact(work, actor.tenant_id)


def change_campaign(runtime: Runtime, key: int, revision: int, wishes: Wishes, *, actor: Actor) -> None:
    """Change a draft. Raises Conflict when it was changed since `revision` or has been started; NotFound, Forbidden."""
    actor.require(PERMISSION)

    def work(uow: UnitOfWork) -> None:
        row = uow.get(Campaign, key)
        if row.revision != revision:
            raise Conflict("Somebody else changed this campaign meanwhile; look at it again.")
        if row.state != "draft":
            raise Conflict("A campaign that was started cannot be changed; stop it and make another.")
        for name, value in _columns(wishes).items():
            setattr(row, name, value)

    runtime.transact(work, actor.tenant_id)


def list_campaigns(runtime: Runtime, *, actor: Actor, limit: int = 100) -> list[CampaignView]:
    """Campaigns, the newest first. Raises Forbidden without campaigns.manage."""
    actor.require(PERMISSION)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        query = select(Campaign).where(Campaign.tenant_id == uow.tenant_id).order_by(Campaign.key.desc()).limit(limit)
        rows = list(uow.session.scalars(query))
        counts = _counts(uow, [row.key for row in rows])
        return [_view(row, counts) for row in rows]


def get_campaign(runtime: Runtime, key: int, *, actor: Actor) -> CampaignView:
    """One campaign. Raises NotFound, Forbidden without campaigns.manage."""
    actor.require(PERMISSION)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _view(uow.get(Campaign, key), _counts(uow, [key]))


def preview(runtime: Runtime, wishes: Wishes, *, actor: Actor) -> Choice:
    """Whom these wishes would reach now, and whom they leave out and why. Raises Forbidden without campaigns.manage."""
    actor.require(PERMISSION)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return choose(uow, wishes.filters(), wishes.frequency)


def start_campaign(runtime: Runtime, key: int, *, actor: Actor) -> int:
    """Start a draft: its process makes the first run at once and the next ones every `campaign.cycle`.

    Returns the process instance's key. Raises Conflict unless it is a draft that ends in the future, Unavailable while no such
    process is deployed; NotFound, Forbidden without campaigns.manage.
    """
    actor.require(PERMISSION)

    def work(uow: UnitOfWork) -> int:
        row = uow.session.get(Campaign, key, with_for_update=True) or uow.get(Campaign, key)
        if row.state != "draft":
            raise Conflict("This campaign was started already.")
        if row.ends_at <= uow.now:
            raise Conflict("This campaign's end is over; change it first.")
        values = {
            "campaign_key": str(key),
            "first_run": uow.now.isoformat(),
            "cycle": setting(uow, "campaign.cycle"),
            "ends_at": row.ends_at.isoformat(),
        }
        turn = Turn(runtime, uow, actor.username)
        started = publish_within(turn, "campaign.started", str(key), values)
        turn.finish()
        if not started.correlated:
            raise Unavailable("No process for campaigns is deployed.")
        row.state, row.started_at = "running", uow.now
        row.instance_key = started.correlated[0].process_instance_key
        note(runtime, uow, actor, "campaign.start", key, {"state": "draft"}, {"state": "running"})
        return row.instance_key

    return runtime.transact(work, actor.tenant_id)


def stop_campaign(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """Stop a running campaign; callbacks that wait are taken back. Raises Conflict, NotFound, Forbidden."""
    actor.require(PERMISSION)

    def work(uow: UnitOfWork) -> None:
        row = uow.session.get(Campaign, key, with_for_update=True) or uow.get(Campaign, key)
        if row.state != "running":
            raise Conflict("This campaign does not run.")
        turn = Turn(runtime, uow, actor.username)
        publish_within(turn, "campaign.stopped", str(key), {})
        turn.finish()
        row.state, row.ended_at = "stopped", uow.now
        note(runtime, uow, actor, "campaign.stop", key, {"state": "running"}, {"state": "stopped"})

    runtime.transact(work, actor.tenant_id)


def _columns(wishes: Wishes) -> dict[str, Any]:
    return {
        "name": wishes.name,
        "filters": wishes.filters(),
        "frequency": dict(wishes.frequency),
        "most_a_run": wishes.most_a_run,
        "ends_at": wishes.ends_at,
    }


def _counts(uow: UnitOfWork, keys: list[int]) -> dict[int, tuple[int, int]]:
    query = select(Callback.campaign_key, func.count(), func.count() - func.count(Callback.ended_at))
    rows = uow.session.execute(query.where(Callback.campaign_key.in_(keys)).group_by(Callback.campaign_key))
    return {key: (made, still) for key, made, still in rows if key is not None}


def _view(row: Campaign, counts: dict[int, tuple[int, int]]) -> CampaignView:
    made, still = counts.get(row.key, (0, 0))
    names = [name for name in CampaignView.__dataclass_fields__ if name not in ("made", "open")]
    return CampaignView(**{name: getattr(row, name) for name in names}, made=made, open=still)
