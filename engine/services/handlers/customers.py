"""Job types about customers' files: customers.find_stale, customers.reviewed, customers.find_at_risk, customer.refer; and
staff.notify, which tells one person of the desk."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.errors import InvalidInput, NotFound
from engine.model.customer import Customer
from engine.model.permissions import SYSTEM
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, JobFailed, Runtime
from engine.services import customers
from engine.services.customers.files import match_customer
from engine.services.customers.standing import refer, standing_of
from engine.services.handlers.once import once, text
from engine.services.notices import leave_notice

MOST = 20  # files a week: what is given to people at once they must be able to do
REASONS = {"silent": "久未下单 / no order for long", "complained": "投诉多次未解决 / complaints not settled"}


def find_stale(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """The files that nobody has changed or reviewed for `customers.review_days`, the oldest first. Answers `customers`."""
    days = customers.review_after(runtime, actor=SYSTEM)
    found = customers.stale_customers(runtime, timedelta(days=days), actor=SYSTEM, limit=MOST)
    return {"customers": [_described(each) | {"checked_at": each.updated_at.date().isoformat()} for each in found]}


def reviewed(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Note that the files of the variable `customers` were reviewed."""
    keys = [int(each["key"]) for each in job.variables.get("customers") or [] if isinstance(each, dict)]

    def work(uow: UnitOfWork) -> None:
        for key in keys:
            customer = uow.session.get(Customer, key)
            if customer is not None:
                customer.reviewed_at = uow.now

    return once(runtime, job, work)


def find_at_risk(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """The customers who may leave and whom no open case keeps yet. Answers `customers`."""
    risks = {risk.customer_key: risk.reason for risk in customers.churn_risks(runtime, actor=SYSTEM, limit=5 * MOST)}
    found: list[dict[str, Any]] = []
    with runtime.unit_of_work(read_only=True, tenant_id=job.tenant_id) as uow:
        for key, reason in risks.items():
            customer = uow.session.get(Customer, key)
            if customer is not None and standing_of(uow, customer).retention is None and len(found) < MOST:
                found.append(_described(customer) | {"reason": REASONS.get(reason, reason)})
    return {"customers": found}


def refer_customer(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Link the file of who was brought (made when there is none) with who brought them."""
    contact = text(job, "referred_contact")
    address = {"email": contact} if "@" in contact else {"phone": contact}

    def work(uow: UnitOfWork) -> dict[str, Any]:
        new, made = match_customer(runtime, uow, {"name": text(job, "referred_name"), **address})
        if made:
            new.consent = new.consent | {"email" if "@" in contact else "phone": True}
        uow.flush()
        refer(uow, text(job, "referrer"), contact)
        return {"referred_key": str(new.key)}

    try:
        return once(runtime, job, work)
    except (NotFound, InvalidInput) as error:
        raise JobFailed(str(error), permanent=True) from error


def notify_person(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Leave the notice of the header `notice` for the person of the variable `username`; simple variables fill its words."""
    kind = job.headers.get("notice", "")
    values = {name: str(value) for name, value in job.variables.items() if isinstance(value, str)}

    def work(uow: UnitOfWork) -> dict[str, Any]:
        return {"told": leave_notice(runtime, uow, None, text(job, "username"), kind, values, job.idempotency_key)}

    return once(runtime, job, work)


def _described(customer: Any) -> dict[str, Any]:
    contact = customer.phone or customer.email or ""
    return {"key": str(customer.key), "customer_name": customer.name, "contact": contact, "tier": customer.tier}
