"""How a customer stands with us: loyalty, what is open, whether they may leave, and whether their file wants a look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from engine.errors import NotFound
from engine.model.case import OPEN_STATUSES, Case
from engine.model.customer import Customer
from engine.model.notification import Survey
from engine.model.order import Order
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.settings import setting

Risk = Literal["silent", "complained"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`risk`: silent (a regular who has not ordered for long), complained (reopened cases), or None. `retention`: the number
    of the open case that tries to keep them. `stale`: nobody has changed or reviewed the file for as long as the desk allows."""

    tier: str
    open_cases: int
    cases: int
    last_order_at: datetime | None
    satisfaction: float | None
    risk: Risk | None
    retention: str | None
    stale: bool
    checked_at: datetime
    referred_by: tuple[int, str] | None
    referrals: int


def standing(runtime: Runtime, key: int, *, actor: Actor) -> Standing:
    """How a customer stands now. Raises NotFound, Forbidden without customers.read."""
    actor.require("customers.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return standing_of(uow, uow.get(Customer, key))


def standing_of(uow: UnitOfWork, customer: Customer) -> Standing:
    """The same in the caller's transaction."""
    theirs = (Case.tenant_id == uow.tenant_id, Case.customer_key == customer.key)
    total, unfinished = (
        uow.session.scalar(select(func.count()).select_from(Case).where(*theirs, *more)) or 0
        for more in ((), (Case.status.in_(OPEN_STATUSES),))
    )
    keeping = select(Case.number).where(*theirs, Case.kind == "retention", Case.status.in_(OPEN_STATUSES)).limit(1)
    mean = uow.session.scalar(select(func.avg(Survey.score)).join(Case, Case.key == Survey.case_key).where(*theirs))
    last = _last_order(uow, customer)
    checked = max(customer.updated_at, customer.reviewed_at or customer.updated_at)
    parent = uow.session.get(Customer, customer.referred_by_key) if customer.referred_by_key else None
    referred = select(func.count()).where(Customer.tenant_id == uow.tenant_id, Customer.referred_by_key == customer.key)
    return Standing(
        tier=customer.tier,
        open_cases=unfinished,
        cases=total,
        last_order_at=last,
        satisfaction=None if mean is None else float(mean),
        risk=_risk(uow, customer, last),
        retention=uow.session.scalar(keeping),
        stale=uow.now - checked > timedelta(days=int(setting(uow, "customers.review_days"))),
        checked_at=checked,
        referred_by=(parent.key, parent.name) if parent else None,
        referrals=uow.session.scalar(referred) or 0,
    )


def review_after(runtime: Runtime, *, actor: Actor) -> int:
    """After how many days a file wants a look. Raises Forbidden without customers.read."""
    actor.require("customers.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return int(setting(uow, "customers.review_days"))


def refer(uow: UnitOfWork, by: str, to: str) -> None:
    """Write down that one customer, by phone, brought another. Raises NotFound when either has no file."""
    from engine.services.customers.files import find_by_address

    found = [find_by_address(uow, text, text if "@" in text else None) for text in (by, to)]
    if found[0] is None or found[1] is None:
        raise NotFound("There is no file for one of the two customers.")
    found[1].referred_by_key, found[1].updated_at = found[0].key, uow.now


def _last_order(uow: UnitOfWork, customer: Customer) -> datetime | None:
    if not customer.phone:
        return None
    query = select(func.max(Order.placed_at)).where(
        Order.tenant_id == uow.tenant_id, Order.customer_phone == customer.phone
    )
    return uow.session.scalar(query)


def _risk(uow: UnitOfWork, customer: Customer, last: datetime | None) -> Risk | None:
    border = uow.now - timedelta(days=int(setting(uow, "customers.silent_days")))
    unhappy = select(Case.key).where(
        Case.tenant_id == uow.tenant_id, Case.customer_key == customer.key, Case.reopened > 0, Case.created_at > border
    )
    if customer.tier in ("A", "B") and uow.session.scalar(unhappy.limit(1)) is not None:
        return "complained"
    return "silent" if customer.tier in ("A", "B") and last is not None and last < border else None
