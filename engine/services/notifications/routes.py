"""Which way a message to a customer goes: back where they wrote to us about this case, else where consent allows."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.model.case import Case
from engine.model.channel import APPENDED, FILED, InboundMessage
from engine.model.customer import Customer
from engine.persistence import UnitOfWork

SENT_CHANNELS = ("sms", "email", "chat")
BY_CONSENT = ("sms", "email")
# Everybody reads an answer to a comment, so that only what names nobody and links nowhere is said there by itself.
SAID_IN_PUBLIC = frozenset({"request_received"})
_LOOKED_AT = 20
_MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Route:
    """A channel and a recipient; `answers` is the message of theirs that this answers, None where consent alone leads."""

    channel: str
    recipient: str
    shown: str  # the channel as people call it
    answers: InboundMessage | None = None
    thread: dict[str, Any] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        return self.answers is not None and self.answers.sub_channel == "comment"

    def subject(self, own: str, number: str) -> str:
        """In a thread of mails its subject, so that clients keep them together; always with the case's number."""
        before = self.answers.subject.strip() if self.answers is not None and self.channel == "email" else ""
        if not before:
            return own if number in own else f"{own} [{number}]"
        first = before if before.lower().startswith(("re:", "回复:", "回复：", "答复:")) else f"Re: {before}"
        return first if f"[{number}]" in first else f"{first} [{number}]"

    def data(self, automatic: bool) -> dict[str, Any]:
        """What the sender needs besides the words."""
        if self.channel == "email":
            headers = dict(self.thread)
            # RFC 3834: a person's words are not automatic, and an answer to a mail by us is marked as such.
            headers["Auto-Submitted"] = ("auto-replied" if self.answers else "auto-generated") if automatic else "no"
            return {"headers": headers}
        return dict(self.thread)


def route_of(uow: UnitOfWork, case: Case, customer: Customer | None, template_name: str | None = None) -> Route | None:
    """The way to the customer of a case, None when there is only the portal.

    Who writes to us about a matter may be answered there; it needs no consent. `template_name` is None for a person's own words.
    """
    answered = _last_verified(uow, case)
    if answered is not None:
        route = _back(answered)
        may_say = not route.is_public or template_name is None or template_name in SAID_IN_PUBLIC
        if may_say:
            return route
    return _by_consent(customer)


def _last_verified(uow: UnitOfWork, case: Case) -> InboundMessage | None:
    """The customer's last message; one from a stranger about the case leads nowhere, or they would get its answers."""
    query = select(InboundMessage).where(
        InboundMessage.case_key == case.key, InboundMessage.state.in_((FILED, APPENDED)), ~InboundMessage.automatic
    )
    rows = uow.session.scalars(query.order_by(InboundMessage.key.desc()).limit(_LOOKED_AT))
    answerable = (row for row in rows if row.data.get("verified") and row.source in ("mail", "chat"))
    return next(answerable, None)


def _back(row: InboundMessage) -> Route:
    if row.source == "mail":
        known = [str(reference) for reference in row.data.get("references", [])][-_MOST_REFERENCES:]
        real = not row.external_id.endswith("@no-message-id.invalid>")
        references = [*known, row.external_id] if real else known
        thread = {"In-Reply-To": row.external_id} if real else {}
        if references:
            thread["References"] = " ".join(references)
        return Route("email", row.sender, "email", row, thread)
    answered: dict[str, Any] = {
        "platform": row.data.get("platform"),
        "kind": row.sub_channel,
        "conversation": row.data.get("conversation_id"),
        "in_reply_to": row.data.get("platform_id"),
    }
    return Route("chat", row.sender, row.channel, row, answered)


def _by_consent(customer: Customer | None) -> Route | None:
    """The preferred channel if it is one that we can send on and may use, else the first that is."""
    if customer is None:
        return None
    wished = [customer.preferred_channel, *BY_CONSENT]
    channel = next((name for name in wished if name in BY_CONSENT and customer.may_be_reached_by(name)), None)
    if channel is None:
        return None
    return Route(channel, (customer.phone if channel == "sms" else customer.email) or "", channel)
