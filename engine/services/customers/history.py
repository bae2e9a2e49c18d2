"""Everything about one customer on one page: the file, the orders, the cases, the contacts and the answers to surveys."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engine.connectors.orders import OrderRecord
from engine.model.case import OPEN_STATUSES, Case
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.notification import Survey
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.customers.files import CustomerView, view
from engine.services.outside import outside


@dataclass(frozen=True, slots=True)
class CaseLine:
    number: str
    kind: str
    title: str
    status: str
    outcome: str | None
    owner: str | None
    reopened: int
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactLine:
    at: datetime
    direction: str
    channel: str
    agent: str | None
    content: str
    result: str


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """The single view. `orders` is None when the shop did not answer; `satisfaction` is the mean score, 1 to 5."""

    customer: CustomerView
    orders: list[OrderRecord] | None
    cases: list[CaseLine]
    contacts: list[ContactLine]
    open_cases: int
    satisfaction: float | None


def history(runtime: Runtime, key: int, *, actor: Actor, limit: int = 50) -> CustomerHistory:
    """The customer's file with everything that hangs on it, the newest first, at most `limit` of each.

    Raises NotFound, Forbidden without customers.read.
    """
    actor.require("customers.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        customer = uow.get(Customer, key)
        phone = customer.phone
        cases, contacts = _cases(uow, key, limit), _contacts(uow, key, limit)
        score = select(func.avg(Survey.score)).join(Case, Case.key == Survey.case_key)
        mean = uow.session.scalar(score.where(Case.customer_key == key))
        shown = view(customer, actor)
    # The shop may be slow: it is asked when no transaction is open.
    orders = outside(runtime).orders_of(phone, limit) if phone and actor.may("orders.read") else []
    open_cases = sum(case.status in OPEN_STATUSES for case in cases)
    return CustomerHistory(shown, orders, cases, contacts, open_cases, None if mean is None else float(mean))


def _cases(uow: UnitOfWork, customer_key: int, limit: int) -> list[CaseLine]:
    query = select(Case).where(Case.tenant_id == uow.tenant_id, Case.customer_key == customer_key)
    names = CaseLine.__dataclass_fields__
    rows = uow.session.scalars(query.order_by(Case.created_at.desc()).limit(limit))
    return [CaseLine(**{name: getattr(row, name) for name in names}) for row in rows]


def _contacts(uow: UnitOfWork, customer_key: int, limit: int) -> list[ContactLine]:
    query = select(Contact).where(Contact.tenant_id == uow.tenant_id, Contact.customer_key == customer_key)
    names = ContactLine.__dataclass_fields__
    rows = uow.session.scalars(query.order_by(Contact.at.desc()).limit(limit))
    return [ContactLine(**{name: getattr(row, name) for name in names}) for row in rows]
