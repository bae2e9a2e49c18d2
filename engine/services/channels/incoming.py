"""A message from outside as every channel hands it over, whatever brought it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LIVE_CHAT, COMMENT, DIRECT_MESSAGE = "live_chat", "comment", "direct_message"
SUB_CHANNELS = (LIVE_CHAT, COMMENT, DIRECT_MESSAGE)
# A platform's kinds of message, and the channel of the case.
CHANNEL_OF = {LIVE_CHAT: "online", COMMENT: "social", DIRECT_MESSAGE: "social"}
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a message; its content is looked at before it is kept."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. `source` and `external_id` name it for ever; `said` is what is new in it, `text` all of it.

    `references` are ids of messages that it answers, the nearest last; `conversation` is a platform's thread.
    `automatic` is auto_reply, bulk, ours or None for what a person wrote; `silent` says that no acknowledgement is wanted.
    """

    source: str
    external_id: str
    channel: str
    sender: str
    sender_name: str
    said: str
    text: str = ""
    subject: str = ""
    sub_channel: str | None = None
    platform: str = ""
    conversation: str | None = None
    references: Sequence[str] = ()
    sent_at: datetime | None = None
    phone: str | None = None
    email: str | None = None
    order_number: str | None = None
    business: str | None = None
    request_type: str | None = None  # what the sender takes it for; whoever registers it decides
    automatic: str | None = None
    silent: bool = False
    suspect: bool = False  # the receiving server says that the sender is not who they say
    files: Sequence[SentFile] = ()
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message. `repeated` says that it had been taken before, and nothing was done now."""

    key: int
    state: str
    reason: str | None
    case_number: str | None
    repeated: bool = False
