"""What a payment service, a warehouse or a courier tells us by itself: a signed request, checked, and said to the process that waits."""

from collections.abc import Mapping
from typing import Any, Literal

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
from engine.services.messages import publish_within
from engine.services.outside import outside
from engine.services.turn import Turn

EVENTS = ("refund.settled", "refund.failed", "due.paid", "due.expired", "goods.received")
Taken = Literal["taken", "ignored"]


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
        return _publish(runtime, tenant_id, reference, "warehouse.received", {}, "warehouse.received")
    payments, number = outside(runtime).payments, _case_number(runtime, tenant_id, what, reference)
    if what == "refund":
        payments.settle(reference, "settled" if state == "settled" else "failed")
        return _publish(runtime, tenant_id, number, "payment.settled", {"payment_state": state}, first=reference)
    payments.mark_due(reference, "paid" if state == "paid" else "expired")
    return _publish(runtime, tenant_id, number, "payment.received", {}) if state == "paid" else "ignored"


def _publish(
    runtime: Runtime,
    tenant_id: str,
    number: str,
    message: str,
    values: dict[str, Any],
    entry: str = "",
    first: str = "",
) -> Taken:
    """Say it to the process of a case, whose return may go by a number of its own; to what waits under the key `first`, if any does."""

    def work(uow: UnitOfWork) -> Taken:
        case = uow.session.scalars(select(Case).where(Case.tenant_id == tenant_id, Case.number == number)).one_or_none()
        keys = [number] if case is None else [number, case.attributes.get("aftersale_number") or number]
        turn = Turn(runtime, uow)
        if not first or not publish_within(turn, message, first, values).correlated:
            taken = [
                each for key in dict.fromkeys(keys) for each in publish_within(turn, message, key, values).correlated
            ]
            if not taken:
                return "ignored"
        turn.finish()
        if entry and case is not None:
            record(runtime, uow, case, "system", "step", entry, public=True)
        return "taken"

    answer: Taken = runtime.transact(work, tenant_id)
    return answer


def _case_number(runtime: Runtime, tenant_id: str, what: str, reference: str) -> str:
    table = Refund if what == "refund" else PaymentDue
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        number = uow.session.scalar(
            select(table.case_number).where(table.tenant_id == tenant_id, table.reference == reference)
        )
    if number is None:
        raise NotFound(f"There is nothing by the reference {reference}.")
    return str(number)
