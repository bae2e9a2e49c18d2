"""Sending a message to a customer: always kept for the portal, and sent the way the customer wrote to us about the case, else
on the one channel that consent allows.

It happens in three steps, because a mail server must not be asked within a transaction: what is to be sent is stored under the
idempotency key; it is sent; what became of it is stored. A step that is repeated finds what the step before it left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.connectors.messages import ChatMessage, Mail, TextMessage
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
from engine.services.notifications.routes import Route, route_of
from engine.services.notifications.templates import Words, render, template
from engine.services.outside import outside
from engine.services.rows import add

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
    data: dict[str, Any] = field(default_factory=dict)


def notify_customer(
    runtime: Runtime,
    case_number: str,
    template_name: str,
    values: Mapping[str, Any],
    idempotency_key: str,
    tenant_id: str = DEFAULT_TENANT,
) -> str:
    """Write to a case's customer and return the channel that was used besides the portal: sms, email, chat or none.

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
    """Store the message for the portal and what is to be sent; None when nothing is left to send."""
    customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
    words = template(runtime, template_name).words(customer.language if customer else "zh")
    route = route_of(uow, case, customer, template_name)
    message = _Message(runtime, uow, case, customer, template_name, words, values)
    if stored(uow, f"{idempotency_key}:portal") is None:
        message.store(f"{idempotency_key}:portal", None)
        shown = message.rendered(words.subject)
        channel = route.shown if route else "portal"
        store_contact(runtime, uow, case, "system", channel, "out", shown, "sent", public=True, agent=None)
    if route is None:
        return None
    key = f"{idempotency_key}:{route.channel}"
    row = stored(uow, key) or message.store(key, route)
    return sending_of(row) if row.state == WAITING else None


def sending_of(row: Notification) -> Sending:
    """What a stored row says is to be sent."""
    return Sending(row.key, row.channel, row.recipient or "", row.subject, row.body, row.idempotency_key, row.data)


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
        row.sent_at, row.next_try_at = None if problem else uow.now, None

    runtime.transact(work, tenant_id)


def _send(runtime: Runtime, sending: Sending) -> str:
    connectors, data = outside(runtime), sending.data
    if sending.channel == "email" and connectors.mail:
        headers = {name: str(text) for name, text in data.get("headers", {}).items()}
        mail = Mail(sending.recipient, sending.subject, sending.body, sending.idempotency_key, headers=headers)
        return connectors.mail.send(mail)
    if sending.channel == "sms" and connectors.text:
        return connectors.text.send(TextMessage(sending.recipient, sending.body, sending.idempotency_key))
    if sending.channel == "chat" and connectors.chat:
        thread = {name: str(data.get(name) or "") for name in ("platform", "kind", "conversation")}
        answered = data.get("in_reply_to")
        message = ChatMessage(to=sending.recipient, text=sending.body, idempotency_key=sending.idempotency_key,
                              in_reply_to=str(answered) if answered else None, **thread)  # fmt: skip
        return connectors.chat.send(message)
    raise InvalidInput(f"No sender is set up for {sending.channel}.")


def first_state(runtime: Runtime, channel: str) -> str:
    """The state of a new message: to be sent, or waiting in the outbox until a sender is set up."""
    return WAITING if outside(runtime).sender(channel) else OUTBOX


@dataclass(frozen=True, slots=True)
class _Message:
    """A template's words for one case and its customer."""

    runtime: Runtime
    uow: UnitOfWork
    case: Case
    customer: Customer | None
    template_name: str
    words: Words
    values: Mapping[str, Any]

    def store(self, key: str, route: Route | None) -> Notification:
        """The row for a route, None for the portal's."""
        short = route is not None and (route.channel == "sms" or route.is_public)
        subject = self.rendered(self.words.subject).replace("\n", " ")
        return add(
            self.runtime,
            self.uow,
            Notification,
            case_key=self.case.key,
            customer_key=self.case.customer_key,
            channel=route.channel if route else "portal",
            recipient=route.recipient if route else None,
            template=self.template_name,
            language=self._language,
            subject=route.subject(subject, self.case.number) if route else subject,
            body=self.rendered(self.words.sms if short else self.words.text),
            state=first_state(self.runtime, route.channel) if route else STORED,
            idempotency_key=key,
            created_at=self.uow.now,
            data=route.data(automatic=True) if route else {},
        )

    def rendered(self, text: str) -> str:
        known = {
            "number": self.case.number,
            "title": self.case.title,
            "order_number": self.case.order_number,
            "promised_at": self.case.promised_at,
            "customer_name": self.customer.name if self.customer else "客户",
        }
        return render(text, known | dict(self.values), self.runtime.settings.time_zone, self._language)

    @property
    def _language(self) -> str:
        return self.customer.language if self.customer else "zh"


def stored(uow: UnitOfWork, key: str) -> Notification | None:
    query = select(Notification).where(Notification.tenant_id == uow.tenant_id, Notification.idempotency_key == key)
    return uow.session.scalars(query).one_or_none()
