"""What was sent and what waits to be sent, for those who look after it, and a customer's own messages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.errors import Conflict, NotFound, Unavailable
from engine.model.case import Case
from engine.model.notification import Notification
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.customers.masking import mask_email, mask_phone
from engine.services.notifications.routes import SENT_CHANNELS
from engine.services.notifications.sending import OUTBOX, REFUSED, WAITING, Sending, deliver, sending_of
from engine.services.outside import outside


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message. The recipient is masked for who may not see personal data."""

    key: int
    case_number: str | None
    channel: str
    recipient: str | None
    template: str
    subject: str
    body: str
    state: str
    problem: str | None
    receipt: str | None
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


def list_messages(
    runtime: Runtime, *, actor: Actor, state: str | None = None, before: int | None = None, limit: int = 50
) -> list[MessageView]:
    """Messages that leave or left the house, the newest first. Raises Forbidden without outbox.read."""
    actor.require("outbox.read")
    query = select(Notification, Case.number).outerjoin(Case, Case.key == Notification.case_key)
    query = query.where(Notification.tenant_id == actor.tenant_id, Notification.channel.in_(SENT_CHANNELS))
    if state:
        query = query.where(Notification.state == state)
    if before is not None:
        query = query.where(Notification.key < before)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = uow.session.execute(query.order_by(Notification.key.desc()).limit(limit))
        return [_view(row, number, actor) for row, number in found]


def messages_for_customer(runtime: Runtime, number: str, *, actor: Actor) -> list[MessageView]:
    """The portal's messages of a case, the newest first. Raises NotFound, Forbidden."""
    from engine.services.cases.files import readable_case

    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        query = select(Notification).where(Notification.case_key == case.key, Notification.channel == "portal")
        return [_view(row, number, actor) for row in uow.session.scalars(query.order_by(Notification.key.desc()))]


def sent_about(runtime: Runtime, number: str, *, actor: Actor, limit: int = 50) -> list[MessageView]:
    """What left the house about a case and what became of it, the newest first. Raises NotFound, Forbidden."""
    from engine.services.cases.files import readable_case

    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        query = select(Notification).where(Notification.case_key == case.key, Notification.channel.in_(SENT_CHANNELS))
        rows = uow.session.scalars(query.order_by(Notification.key.desc()).limit(limit))
        return [_view(row, number, actor) for row in rows]


def mark_message_read(runtime: Runtime, number: str, key: int, *, actor: Actor) -> None:
    """Say that the customer has read a portal message. Raises NotFound for another's."""

    def work(uow: UnitOfWork) -> None:
        row = uow.get(Notification, key)
        if row.channel != "portal" or actor.customer_key is None or row.customer_key != actor.customer_key:
            raise NotFound(f"There is no message {key} for this customer.")
        row.read_at = row.read_at or uow.now

    runtime.transact(work, actor.tenant_id)


def resend(runtime: Runtime, key: int, *, actor: Actor) -> str:
    """Send what waits in the outbox or was refused, and return its state. The receiver sees the same Message-ID.

    Raises Conflict for what was sent already, Unavailable when no sender is set up or it does not answer; NotFound, Forbidden.
    """
    actor.require("outbox.read")

    def work(uow: UnitOfWork) -> Sending:
        row = uow.get(Notification, key)
        if row.state not in (OUTBOX, REFUSED, WAITING):
            raise Conflict("This message was sent already.")
        if not outside(runtime).sender(row.channel):
            raise Unavailable(f"No sender is set up for {row.channel}.")
        row.state = WAITING
        return sending_of(row)

    deliver(runtime, runtime.transact(work, actor.tenant_id), actor.tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return uow.get(Notification, key).state


def _view(row: Notification, number: str | None, actor: Actor) -> MessageView:
    values = {name: getattr(row, name) for name in MessageView.__dataclass_fields__ if name != "case_number"}
    if not actor.may("customers.read_personal"):
        masks = {"email": mask_email, "sms": mask_phone}
        values["recipient"] = masks[row.channel](row.recipient) if row.channel in masks else None
    return MessageView(case_number=number, **values)
