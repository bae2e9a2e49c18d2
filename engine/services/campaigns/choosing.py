"""Whom a campaign reaches now, and whom it leaves out and why; the preview and the run ask the same."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select

from engine.calendars import parse_duration
from engine.model.callback import CALLBACK_CONSENT, Callback
from engine.model.case import OPEN_STATUSES, Case
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.order import Order
from engine.persistence import UnitOfWork
from engine.services.campaigns.wishes import FREQUENCY
from engine.services.settings import setting

# In the order in which they are looked for.
EXCLUSIONS = ("opted_out", "no_consent", "open_case", "called_back_lately", "contacted_lately")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A customer whom the campaign reaches now."""

    customer_key: int
    name: str
    tier: str
    channel: str
    contact: str
    last_callback_at: datetime | None
    last_purchase_at: datetime | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A customer whom the filters meet and who is left out all the same; `reason` is one of EXCLUSIONS."""

    customer_key: int
    name: str
    tier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """All who are reached, A first and the longest not called back first; the first few who are left out, and all counted."""

    reached: list[Chosen] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def matched(self) -> int:
        return len(self.reached) + self.reasons.total()


def choose(
    uow: UnitOfWork, filters: Mapping[str, Any], frequency: Mapping[str, Any], shown_excluded: int = 100
) -> Choice:
    """Everybody whom these filters meet, sorted into reached and left out."""
    choice, quiet = Choice(), uow.now - parse_duration(setting(uow, "campaign.quiet"))
    for row in uow.session.execute(_query(uow, filters)):
        if not _agreed(row[0], filters.get("consent")):
            continue
        reason = _why_not(row, frequency, quiet, uow.now)
        if reason is None:
            choice.reached.append(_chosen(row))
            continue
        choice.reasons[reason] += 1
        if len(choice.excluded) < shown_excluded:
            choice.excluded.append(Excluded(row[0].key, row[0].name, row[0].tier, reason))
    never = datetime.min.replace(tzinfo=UTC)
    choice.reached.sort(key=lambda one: (one.tier, one.last_callback_at or never, one.customer_key))
    return choice


def _agreed(customer: Customer, consent: str | None) -> bool:
    return consent is None or customer.consent.get(consent) is True


def _query(uow: UnitOfWork, filters: Mapping[str, Any]) -> Select[Any]:
    tenant = uow.tenant_id
    bought = (
        select(Order.customer_phone.label("phone"), func.max(Order.placed_at).label("at"))
        .where(Order.tenant_id == tenant, Order.status != "cancelled")
        .group_by(Order.customer_phone)
        .subquery()
    )
    contact = _last(tenant, Contact, Contact.at)
    called = _last(tenant, Callback, Callback.opened_at)
    busy = select(Case.customer_key).where(Case.tenant_id == tenant, Case.status.in_(OPEN_STATUSES))
    query = (
        select(Customer, bought.c.at, contact.c.at, called.c.at, Customer.key.in_(busy))
        .outerjoin(bought, bought.c.phone == Customer.phone)
        .outerjoin(contact, contact.c.customer_key == Customer.key)
        .outerjoin(called, called.c.customer_key == Customer.key)
        .where(Customer.tenant_id == tenant, Customer.tier.in_(filters.get("tiers") or ()))
        .order_by(Customer.tier, Customer.key)
        .execution_options(yield_per=1000)
    )
    if days := filters.get("bought_within"):
        query = query.where(bought.c.at >= uow.now - timedelta(days=days))
    if days := filters.get("not_bought_for"):
        query = query.where(bought.c.at < uow.now - timedelta(days=days))
    if days := filters.get("silent_for"):
        query = query.where(contact.c.at.is_(None) | (contact.c.at < uow.now - timedelta(days=days)))
    if channel := filters.get("channel"):
        query = query.where(Customer.preferred_channel == channel)
    return query


def _last(tenant: str, entity: Any, column: Any) -> Any:
    """The latest of each customer."""
    query = select(entity.customer_key.label("customer_key"), func.max(column).label("at"))
    return query.where(entity.tenant_id == tenant).group_by(entity.customer_key).subquery()


def _why_not(row: Row[Any], frequency: Mapping[str, Any], quiet: datetime, now: datetime) -> str | None:
    customer, _, contacted, called, busy = tuple(row)
    if customer.consent.get(CALLBACK_CONSENT) is False:
        return "opted_out"
    if _way(customer) is None:
        return "no_consent"
    if busy:
        return "open_case"
    every = timedelta(days=int(frequency.get(customer.tier) or FREQUENCY[customer.tier]))
    if called is not None and called > now - every:
        return "called_back_lately"
    return "contacted_lately" if contacted is not None and contacted > quiet else None


def _way(customer: Customer) -> str | None:
    """The preferred way if they agreed to it and there is an address, else the first such way."""
    ways = [customer.preferred_channel, "phone", "sms", "email"]
    return next((way for way in ways if way != "portal" and customer.may_be_reached_by(way)), None)


def _chosen(row: Row[Any]) -> Chosen:
    customer, bought, _, called, _ = tuple(row)
    contact = customer.phone or customer.email or ""
    return Chosen(customer.key, customer.name, customer.tier, _way(customer) or "", contact, called, bought)
