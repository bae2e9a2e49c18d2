"""Whether a machine wrote a mail: an absence notice, a list, a mail of our own that came back; and what a bounce reports."""

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from engine.connectors.mail.charsets import header_of

_SUBJECT = re.compile(
    r"^\s*(自动回复|自動回覆|自动答复|外出回复|Auto(matic)?[ -]?(reply|response)|Out of (the )?office)", re.IGNORECASE
)
_DAEMONS = ("mailer-daemon", "postmaster")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A returned mail: for which Message-ID, why, and whether for good; a delay is none."""

    message_id: str | None
    recipients: tuple[str, ...]
    diagnostic: str
    permanent: bool


def kind_of_automatic(message: Message) -> str | None:
    """auto_reply, bulk, or None for a mail that a person wrote (RFC 3834, and what older systems say instead)."""
    submitted = str(message.get("Auto-Submitted") or "no").strip().lower()
    if not submitted.startswith("no"):
        return "auto_reply"
    if any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-AutoReply-From")):
        return "auto_reply"
    precedence = str(message.get("Precedence") or "").strip().lower()
    if precedence == "auto_reply" or _SUBJECT.match(header_of(message, "Subject")):
        return "auto_reply"
    listed = any(name in message for name in ("List-Id", "List-Unsubscribe", "Feedback-ID"))
    return "bulk" if precedence in ("bulk", "junk", "list") or listed else None


def wants_no_answer(message: Message) -> bool:
    """Whether an acknowledgement of ours is not wanted: nobody is there to read it, or it would begin a loop."""
    suppressed = str(message.get("X-Auto-Response-Suppress") or "").lower()
    no_path = str(message.get("Return-Path") or "").strip() == "<>"
    return kind_of_automatic(message) is not None or no_path or any(word in suppressed for word in ("all", "autoreply"))


def bounce_of(message: Message) -> Bounce | None:
    """What a delivery report says; None for any other mail. Heuristics are asked only of what mail systems send."""
    report = message.get_content_type() == "multipart/report" and message.get_param("report-type") == "delivery-status"
    sender = parseaddr(str(message.get("From") or ""))[1].lower().partition("@")[0]
    if not report and sender not in _DAEMONS and str(message.get("Return-Path") or "").strip() != "<>":
        return None
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # detectors of many systems, over whatever arrives: one that breaks finds nothing
        temporary, permanent = frozenset(), frozenset()
    if not (report or temporary or permanent):
        return None
    recipients = tuple(sorted(one.decode("ascii", "replace") for one in permanent or temporary))
    return Bounce(_returned_id(message), recipients, _diagnostic(message), bool(permanent))


def _returned_id(message: Message) -> str | None:
    """The Message-ID of the mail that came back, from its copy or its headers."""
    for part in message.walk():
        if part is not message and part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Message) and inner["Message-ID"]:
                return str(inner["Message-ID"]).strip()
        if part.get_content_type() in ("text/rfc822-headers", "text/plain"):
            payload = part.get_payload(decode=True)
            words = payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""
            found = re.search(r"^Message-ID:\s*(<[^<>\s]{3,250}>)", words, re.IGNORECASE | re.MULTILINE)
            if found:
                return found[1]
    return None


def _diagnostic(message: Message) -> str:
    """Why, in the words of the system that returned it."""
    for part in message.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        for block in blocks if isinstance(blocks, list) else []:
            words = str(block.get("Diagnostic-Code") or block.get("Status") or "") if isinstance(block, Message) else ""
            if words and isinstance(block, Message) and block.get("Action"):
                return " ".join(words.split())[:500]
    return " ".join(str(message.get("Subject") or "").split())[:200]
