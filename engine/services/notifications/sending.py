"""Sending a message to a customer: always kept for the portal, and sent on the one channel that consent allows.

It happens in three steps, because a mail server must not be asked within a transaction: what is to be sent is stored under the
idempotency key; it is sent; what became of it is stored. A step that is repeated finds what the step before it left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.connectors.messages import Mail, TextMessage
from engine.errors import InvalidInput
from engine.model.base import DEFAULT_TENANT
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.notification import Notification
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import find_case
from engine.services.cases.links import link_for, valid_until
from engine.services.notifications.templates import render, template
from engine.services.outside import outside
from engine.services.rows import add

SENT_CHANNELS = ("sms", "email")
WAITING, OUTBOX, SENT, REFUSED, STORED = "sending", "outbox", "sent", "refused", "stored"


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent: the stored row's key, and what the sender needs."""

    key: int
    channel: str
    recipient: str
    subject: str
    body: str
    idempotency_key: str


def notify_customer(
    runtime: Runtime,
    case_number: str,
    template_name: str,
    values: Mapping[str, Any],
    idempotency_key: str,
    tenant_id: str = DEFAULT_TENANT,
) -> str:
    """Write to a case's customer and return the channel that was used besides the portal: sms, email or none.

    The same key sends one message. Raises NotFound for an unknown case or template, Unavailable when the sender is.
    """
    until = valid_until(runtime)

    def work(uow: UnitOfWork) -> Sending | None:
        case = find_case(uow, case_number)
        linked = {"link": link_for(runtime, case, until)} | dict(values)
        return prepare(runtime, uow, case, template_name, linked, idempotency_key)

    sending = runtime.transact(work, tenant_id)
    if sending is None:
        return "none"
    deliver(runtime, sending, tenant_id)
    return sending.channel


def prepare(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    template_name: str,
    values: Mapping[str, Any],
    idempotency_key: str,
) -> Sending | None:
    """Store the message for the portal and, by consent, what is to be sent; None when nothing is left to send."""
    customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
    words = template(runtime, template_name).words(customer.language if customer else "zh")
    channel = _channel(customer)
    if _stored(uow, f"{idempotency_key}:portal") is None:
        _store(runtime, uow, case, customer, template_name, values, f"{idempotency_key}:portal", "portal")
        shown = _rendered(runtime, case, customer, words.subject, values)
        store_contact(runtime, uow, case, "system", channel or "portal", "out", shown, "sent", public=True, agent=None)
    if customer is None or channel is None:
        return None
    row = _stored(uow, f"{idempotency_key}:{channel}") or _store(
        runtime, uow, case, customer, template_name, values, f"{idempotency_key}:{channel}", channel
    )
    if row.state != WAITING:
        return None
    return Sending(row.key, channel, row.recipient or "", row.subject, row.body, row.idempotency_key)


def deliver(runtime: Runtime, sending: Sending, tenant_id: str = DEFAULT_TENANT) -> None:
    """Send it and store what became of it. A receiver who is refused for good is stored as such and is no failure of ours.

    Raises Unavailable when a later try may work; the row stays as it is until then.
    """
    receipt, problem = None, None
    try:
        receipt = _send(runtime, sending)
    except InvalidInput as error:
        problem = str(error)

    def work(uow: UnitOfWork) -> None:
        row = uow.get(Notification, sending.key)
        row.state, row.receipt, row.problem = REFUSED if problem else SENT, receipt, problem
        row.sent_at = None if problem else uow.now

    runtime.transact(work, tenant_id)


def _send(runtime: Runtime, sending: Sending) -> str:
    connectors = outside(runtime)
    if sending.channel == "email" and connectors.mail:
        mail = Mail(sending.recipient, sending.subject, sending.body, sending.idempotency_key)
        return connectors.mail.send(mail)
    if sending.channel == "sms" and connectors.text:
        return connectors.text.send(TextMessage(sending.recipient, sending.body, sending.idempotency_key))
    raise InvalidInput(f"No sender is set up for {sending.channel}.")


def _channel(customer: Customer | None) -> str | None:
    """The preferred channel if it is one that we can send on and may use, else the first that is."""
    if customer is None:
        return None
    wished = [customer.preferred_channel, *SENT_CHANNELS]
    return next((name for name in wished if name in SENT_CHANNELS and customer.may_be_reached_by(name)), None)


def _store(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    customer: Customer | None,
    template_name: str,
    values: Mapping[str, Any],
    key: str,
    channel: str,
) -> Notification:
    language = customer.language if customer else "zh"
    words = template(runtime, template_name).words(language)
    body = words.sms if channel == "sms" else words.text
    recipient = (
        None if customer is None or channel == "portal" else customer.phone if channel == "sms" else customer.email
    )
    return add(
        runtime,
        uow,
        Notification,
        case_key=case.key,
        customer_key=case.customer_key,
        channel=channel,
        recipient=recipient,
        template=template_name,
        language=language,
        subject=_rendered(runtime, case, customer, words.subject, values).replace("\n", " "),
        body=_rendered(runtime, case, customer, body, values),
        state=_first_state(runtime, channel),
        idempotency_key=key,
        created_at=uow.now,
    )


def _first_state(runtime: Runtime, channel: str) -> str:
    if channel == "portal":
        return STORED
    connectors = outside(runtime)
    return WAITING if (connectors.mail if channel == "email" else connectors.text) else OUTBOX


def _rendered(runtime: Runtime, case: Case, customer: Customer | None, text: str, values: Mapping[str, Any]) -> str:
    known = {
        "number": case.number,
        "title": case.title,
        "order_number": case.order_number,
        "promised_at": case.promised_at,
        "customer_name": customer.name if customer else "客户",
    }
    language = customer.language if customer else "zh"
    return render(text, known | dict(values), runtime.settings.time_zone, language)


def _stored(uow: UnitOfWork, key: str) -> Notification | None:
    query = select(Notification).where(Notification.tenant_id == uow.tenant_id, Notification.idempotency_key == key)
    return uow.session.scalars(query).one_or_none()
