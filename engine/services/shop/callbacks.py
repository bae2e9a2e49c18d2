"""What a payment service, a warehouse or a courier tells us by itself: a signed request, checked, and said to the process that waits."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import select

from engine.errors import InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.case import Case
from engine.model.order import PaymentDue, Refund
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.timeline import record
from engine.services.channels.webhook import checked_body
from engine.services.notifications import notify_staff
from engine.services.outside import outside
from engine.services.people.actors import users_with_role
from engine.services.shop.waiting import Taken, publish_to_case

EVENTS = ("refund.settled", "refund.failed", "due.paid", "due.expired", "goods.received")


class _Callback(Schema):
    class Meta:
        unknown = EXCLUDE

    event = fields.String(required=True, validate=validate.OneOf(EVENTS))
    reference = fields.String(required=True, validate=validate.Length(1, 64))


def take_callback(runtime: Runtime, body: bytes, headers: Mapping[str, str], tenant_id: str = DEFAULT_TENANT) -> Taken:
    """Take in one signed callback: `event` and `reference`, the refund's, the sum's, or the return's number.

    Sent again it is ignored, as is one that nothing waits for. Raises Forbidden for a signature that is not ours, InvalidInput
    with fields, NotFound for a reference that is none.
    """
    try:
        found: dict[str, Any] = _Callback().load(checked_body(runtime, body, headers))
    except ValidationError as error:
        named = error.messages if isinstance(error.messages, dict) else {}
        raise InvalidInput("The callback does not fit.", {str(k): [str(v)] for k, v in named.items()}) from error
    what, _, state = found["event"].partition(".")
    reference = str(found["reference"])
    if what == "goods":
        return publish_to_case(runtime, tenant_id, reference, "warehouse.received", {}, "warehouse.received")
    payments, number = outside(runtime).payments, _case_number(runtime, tenant_id, what, reference)
    if what == "refund":
        payments.settle(reference, "settled" if state == "settled" else "failed")
        return publish_to_case(runtime, tenant_id, number, "payment.settled", {"payment_state": state}, first=reference)
    if state != "paid":
        payments.mark_due(reference, "expired")
        return "ignored"
    if payments.mark_due(reference, "paid") == "expired":
        _tell_late(runtime, tenant_id, reference)
        return "taken"
    paid = {"payment_state": "paid"}
    return publish_to_case(runtime, tenant_id, number, "payment.received", paid, "payment.received")


def _tell_late(runtime: Runtime, tenant_id: str, reference: str) -> None:
    """Money that came when the exchange had become a refund already is finance's to give back."""

    def work(uow: UnitOfWork) -> None:
        query = select(PaymentDue, Case).join(
            Case, (Case.tenant_id == PaymentDue.tenant_id) & (Case.number == PaymentDue.case_number)
        )
        query = query.where(PaymentDue.tenant_id == tenant_id, PaymentDue.reference == reference)
        for due, case in uow.session.execute(query).all():
            record(runtime, uow, case, "system", "step", "payment.late", f"¥{due.amount}", public=True)
            told = {"payment_reference": reference, "amount": float(due.amount)}
            people = users_with_role(uow, "finance")
            notify_staff(runtime, uow, case, people, "difference_late", told, f"late-{due.key}")

    runtime.transact(work, tenant_id)


def _case_number(runtime: Runtime, tenant_id: str, what: str, reference: str) -> str:
    table = Refund if what == "refund" else PaymentDue
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        number = uow.session.scalar(
            select(table.case_number).where(table.tenant_id == tenant_id, table.reference == reference)
        )
    if number is None:
        raise NotFound(f"There is nothing by the reference {reference}.")
    return str(number)
