"""Job types of a callback campaign: campaign.choose and campaign.end."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.callback import Callback, Campaign
from engine.model.case import Case
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services.callbacks.records import KIND, Result, record_result
from engine.services.campaigns.choosing import choose as choose_customers
from engine.services.handlers.once import once, text


def choose(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Who of the campaign `campaign_key` is due now, A first, at most as many as it takes a run. Answers `customers`."""

    def work(uow: UnitOfWork) -> dict[str, Any]:
        campaign = uow.get(Campaign, _key(job))
        if campaign.state != "running" or campaign.ends_at <= uow.now:
            return {"customers": []}
        due = choose_customers(uow, campaign.filters, campaign.frequency, 0).reached[: campaign.most_a_run]
        return {
            "customers": [
                {
                    "customer_key": str(one.customer_key),
                    "customer_name": one.name,
                    "contact": one.contact,
                    "channel": one.channel,
                    "tier": one.tier,
                }
                for one in due
            ]
        }

    return once(runtime, job, work)


def end(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Keep that the campaign ended (`result`: finished or stopped). Callbacks of a stopped one that nobody made any more are
    closed with their cases."""

    def work(uow: UnitOfWork) -> None:
        campaign, result = uow.get(Campaign, _key(job)), text(job, "result", "finished")
        campaign.state, campaign.ended_at = result, campaign.ended_at or uow.now
        if result == "stopped":
            waiting = select(Callback).where(Callback.campaign_key == campaign.key, Callback.ended_at.is_(None))
            for callback in uow.session.scalars(waiting).all():
                case = uow.get(Case, callback.case_key)
                record_result(runtime, uow, callback.key, Result("stopped", method=callback.method))
                if case.kind == KIND:
                    case.unread_at = None

    return once(runtime, job, work)


def _key(job: JobContext) -> int:
    value = text(job, "campaign_key")
    if not value.isdecimal():
        raise InvalidInput(f"The job {job.type} needs the variable campaign_key.")
    return int(value)
