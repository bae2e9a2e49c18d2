"""A customer's tier from what they bought, and who is about to leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.order import Order, Payment
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.settings import setting

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ChurnRisk:
    """A customer who may leave, and why: `silent` (no order for long) or `complained` (an unhappy case since)."""

    customer_key: int
    name: str
    tier: str
    last_order_at: datetime | None
    reason: str


def tier_for(spent: Decimal, limit_a: Decimal, limit_b: Decimal) -> str:
    """A from one amount a year on, B from another, C below."""
    return "A" if spent >= limit_a else "B" if spent >= limit_b else "C"


def retier(runtime: Runtime, *, actor: Actor) -> int:
    """Give every customer the tier of the last year's payments, unless a person set it; returns how many changed.

    Raises Forbidden without customers.write.
    """
    actor.require("customers.write")

    def work(uow: UnitOfWork) -> int:
        limit_a, limit_b = (Decimal(str(setting(uow, f"customers.tier_{name}_spent"))) for name in ("a", "b"))
        spent = _spent_since(uow, uow.now - YEAR)
        query = select(Customer).where(Customer.tenant_id == uow.tenant_id, Customer.tier_fixed.is_(False))
        changed = 0
        for customer in uow.session.scalars(query):
            tier = tier_for(spent.get(customer.phone or "", Decimal(0)), limit_a, limit_b)
            changed += tier != customer.tier
            customer.tier = tier
        return changed

    return runtime.transact(work, actor.tenant_id)


def churn_risks(runtime: Runtime, *, actor: Actor, limit: int = 100) -> list[ChurnRisk]:
    """Customers of tier A and B who have not ordered for long, or had to complain twice. Raises Forbidden."""
    actor.require("customers.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        border = uow.now - timedelta(days=int(setting(uow, "customers.silent_days")))
        last = (
            select(Order.customer_phone, func.max(Order.placed_at).label("at"))
            .where(Order.tenant_id == uow.tenant_id)
            .group_by(Order.customer_phone)
            .subquery()
        )
        unhappy = select(Case.customer_key).where(
            Case.tenant_id == uow.tenant_id, Case.reopened > 0, Case.created_at > border
        )
        query = (
            select(Customer, last.c.at, Customer.key.in_(unhappy))
            .join(last, last.c.customer_phone == Customer.phone)
            .where(Customer.tenant_id == uow.tenant_id, Customer.tier.in_(("A", "B")))
            .where((last.c.at < border) | Customer.key.in_(unhappy))
            .order_by(Customer.tier, last.c.at)
        )
        return [
            ChurnRisk(customer.key, customer.name, customer.tier, at, "complained" if complained else "silent")
            for customer, at, complained in uow.session.execute(query.limit(limit))
        ]


def _spent_since(uow: UnitOfWork, since: datetime) -> dict[str, Decimal]:
    query = (
        select(Order.customer_phone, func.sum(Payment.amount))
        .join(Payment, Payment.order_key == Order.key)
        .where(Order.tenant_id == uow.tenant_id, Payment.paid_at > since)
        .group_by(Order.customer_phone)
    )
    return dict(uow.session.execute(query).all())
