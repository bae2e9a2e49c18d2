"""Mail, text messages and chat messages that leave the house: the records, and what a sender must do."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail. `idempotency_key` makes its Message-ID, so that a repeated sending is seen as the same mail."""

    to: str
    subject: str
    text: str
    idempotency_key: str
    reply_to: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One text message to a phone number."""

    to: str
    text: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """An answer on a platform: `kind` is live_chat, comment or direct_message; `in_reply_to` the message that it answers."""

    platform: str
    kind: str
    conversation: str
    to: str
    text: str
    idempotency_key: str
    in_reply_to: str | None = None


class MailSender(Protocol):
    def send(self, mail: Mail) -> str:
        """Hand the mail to the next server and return its Message-ID.

        Raises Unavailable when a later try may work, InvalidInput when the receiver is refused for good.
        """
        ...


class TextSender(Protocol):
    def send(self, message: TextMessage) -> str:
        """Hand the message to the operator and return the operator's id. Raises Unavailable, InvalidInput."""
        ...


class ChatSender(Protocol):
    def send(self, message: ChatMessage) -> str:
        """Hand the message to the platform and return the platform's id. Raises Unavailable, InvalidInput."""
        ...
