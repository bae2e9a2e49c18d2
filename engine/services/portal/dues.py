"""A sum that a customer owes, as its page shows it; whether it is paid is asked of the payment service, and the process is told."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, InvalidInput, NotFound, Unavailable
from engine.model.case import Case
from engine.model.order import PaymentDue
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.links import payment_link
from engine.services.cases.timeline import record
from engine.services.notifications import notify_staff
from engine.services.outside import outside
from engine.services.people.actors import users_with_role
from engine.services.portal.surveys import is_for
from engine.services.settings import setting
from engine.services.shop.waiting import publish_to_case

HOW = {"zh": "payment.how", "en": "payment.how_en"}


@dataclass(frozen=True, slots=True)
class DueView:
    """`state`: pending, paid or expired; `url`: the payment service's page, None where there is none, and `how_to_pay` says how,
    in the customer's language."""

    case_number: str
    order_number: str
    reference: str
    amount: Decimal
    currency: str
    reason: str
    about: dict[str, Any]
    state: str
    url: str | None
    until: datetime | None
    claimed_reference: str | None
    how_to_pay: str


def open_due(runtime: Runtime, key: str, *, actor: Actor) -> DueView:
    """The sum that a link named, as it stands now at the payment service; paid, the process that waits goes on.

    A service that does not answer leaves it as it stood. Raises NotFound for another customer's.
    """
    found = _view(runtime, key, actor)
    if found.state != "pending":
        return found
    with suppress(Unavailable):
        if outside(runtime).payments.due_state(found.reference) == "paid":
            state = {"payment_state": "paid"}
            name = "payment.received"
            publish_to_case(runtime, actor.tenant_id, found.case_number, name, state, name)
    return _view(runtime, key, actor)


def claim_due(runtime: Runtime, key: str, reference: str, *, actor: Actor) -> DueView:
    """The customer says that they paid it, and gives the number of the payment: the payment service is asked, else finance is told.

    Said again under the same number, nothing happens. Raises InvalidInput without a number, Conflict when it is asked for no more,
    NotFound for another customer's.
    """
    written = " ".join(reference.split())
    if not 4 <= len(written) <= 64:
        raise InvalidInput("The number of a payment has 4 to 64 signs.", {"reference": ["4 to 64 signs"]})
    found = open_due(runtime, key, actor=actor)
    if found.state == "paid":
        return found
    if found.state == "expired":
        raise Conflict(f"The sum {found.reference} is asked for no more.")

    def work(uow: UnitOfWork) -> None:
        due, case = _rows(uow, key, actor, for_update=True)
        if due.claimed_reference == written or due.state != "pending":
            return
        due.claimed_reference, due.claimed_at = written, uow.now
        record(runtime, uow, case, "customer", "step", "payment.claimed", written, public=True)
        told = {"payment_reference": due.reference, "amount": float(due.amount), "claimed": written}
        people = users_with_role(uow, "finance")
        notify_staff(runtime, uow, case, people, "difference_claimed", told, f"claim-{due.key}-{written}")

    runtime.transact(work, actor.tenant_id)
    return _view(runtime, key, actor)


def page_of_due(runtime: Runtime, uow: UnitOfWork, case: Case) -> str | None:
    """The address where the customer of a case pays what is asked for now, None when nothing is."""
    query = select(PaymentDue).where(
        PaymentDue.tenant_id == uow.tenant_id,
        PaymentDue.case_number == case.number,
        PaymentDue.state == "pending",
        PaymentDue.until > uow.now,
    )
    due = uow.session.scalars(query.order_by(PaymentDue.key.desc()).limit(1)).one_or_none()
    return payment_link(runtime, case, due.idempotency_key, due.until) if due is not None and due.until else None


def _view(runtime: Runtime, key: str, actor: Actor) -> DueView:
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        due, case = _rows(uow, key, actor)
        return DueView(case.number, due.order_number, due.reference, due.amount, due.currency, due.reason, dict(due.about),
                       due.state, due.url, due.until, due.claimed_reference,
                       str(setting(uow, HOW.get(actor.locale, HOW["zh"]))))  # fmt: skip


def _rows(uow: UnitOfWork, key: str, actor: Actor, for_update: bool = False) -> tuple[PaymentDue, Case]:
    query = select(PaymentDue, Case).join(
        Case, (Case.tenant_id == PaymentDue.tenant_id) & (Case.number == PaymentDue.case_number)
    )
    query = query.where(PaymentDue.tenant_id == uow.tenant_id, PaymentDue.idempotency_key == key)
    if for_update:
        query = query.with_for_update(of=PaymentDue).execution_options(populate_existing=True)
    found = uow.session.execute(query).one_or_none()
    if found is None or not is_for(found[1], actor):
        raise NotFound("There is no such sum for this customer.")
    return found[0], found[1]
