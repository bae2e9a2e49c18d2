"""A mail's bytes as plain values: who, what, in which thread, with which files, and whether a person wrote it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from engine.connectors.mail.automatic import Bounce, bounce_of, kind_of_automatic, wants_no_answer
from engine.connectors.mail.charsets import decoded, header_of, header_text
from engine.connectors.mail.html_text import text_of_html
from engine.connectors.mail.quoting import new_part

MOST_PARTS = 200
MOST_FILES = 20
MOST_TEXT = 200_000
MOST_REFERENCES = 50


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail: its name as the sender gave it, and its bytes. Nobody has looked at them yet."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailReceived:
    """A mail. `said` is `text` without what it quotes; `automatic` is auto_reply, bulk or None; times are aware UTC."""

    message_id: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    subject: str
    text: str
    said: str
    in_reply_to: str | None
    references: tuple[str, ...]
    sent_at: datetime | None
    automatic: str | None
    silent: bool  # an acknowledgement is not wanted
    ours: str | None  # the idempotency key of a mail that we sent ourselves
    bounce: Bounce | None
    suspect: bool = False  # our own server says that the sender's domain disowns this mail (DMARC)
    files: tuple[MailFile, ...] = field(default=())


def read_mail(raw: bytes) -> MailReceived:
    """Read a mail, however broken it is; what cannot be read is left out. Never raises for its content."""
    message = message_from_bytes(raw)
    names = getaddresses([header_of(message, "From")]) or [("", "")]
    # With Reply-To the customer says where an answer should go; who wrote is still From.
    text, files = _content(message)
    return MailReceived(
        message_id=_message_id(message, raw),
        sender=names[0][1].strip().lower()[:320],
        sender_name=(names[0][0] or names[0][1].partition("@")[0]).strip()[:255],
        to=tuple(address.lower() for _, address in getaddresses([header_of(message, "To")]) if address),
        subject=header_of(message, "Subject")[:500],
        text=text,
        said=new_part(text),
        in_reply_to=next(iter(_ids(message.get("In-Reply-To"))), None),
        references=tuple(_ids(message.get("References"))[-MOST_REFERENCES:]),
        sent_at=_date(message),
        automatic=kind_of_automatic(message),
        silent=wants_no_answer(message),
        ours=str(message.get("X-Idempotency-Key") or "").strip()[:255] or None,
        bounce=bounce_of(message),
        suspect="dmarc=fail" in str(message.get("Authentication-Results") or "").lower().replace(" ", ""),
        files=files,
    )


def _message_id(message: Message, raw: bytes) -> str:
    """Its Message-ID, or one made of its content: a mail without one is the same mail when it is read again."""
    found = _ids(message.get("Message-ID"))
    return found[0] if found else f"<{sha256(raw).hexdigest()[:40]}@no-message-id.invalid>"


def _ids(value: object) -> list[str]:
    words = header_text(value).replace("><", "> <").split()
    return [word[:255] for word in words if word.startswith("<") and word.endswith(">") and len(word) > 3]


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message.get("Date")))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _content(message: Message) -> tuple[str, tuple[MailFile, ...]]:
    """The text (HTML only where there is no plain text), and the files."""
    plain: list[str] = []
    rich: list[str] = []
    files: list[MailFile] = []
    returned = False
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            break
        if part.get_content_type() == "message/rfc822":
            returned = True  # what follows belongs to the mail inside
        if part.is_multipart() or returned:
            continue
        name = header_text(part.get_filename())
        if (
            name
            or part.get_content_disposition() == "attachment"
            or part.get_content_maintype() not in ("text", "multipart")
        ):
            files += _file(part, name) if len(files) < MOST_FILES else []
        elif part.get_content_type() == "text/html":
            rich.append(text_of_html(_text(part)))
        else:
            plain.append(_text(part))
    words = "\n\n".join(text.strip() for text in plain if text.strip())
    words = words or "\n\n".join(text.strip() for text in rich if text.strip())
    return words.replace("\r\n", "\n").replace("\r", "\n")[:MOST_TEXT], tuple(files)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return decoded(content, part.get_content_charset()) if isinstance(content, bytes) else ""


def _file(part: Message, name: str) -> list[MailFile]:
    content = part.get_payload(decode=True)
    return [MailFile(name or "file", content)] if isinstance(content, bytes) and content else []
