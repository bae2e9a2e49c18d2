"""A shared mailbox over IMAP: new letters by UID, marked as taken once they are kept, and never deleted."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Literal
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from engine.errors import InvalidInput, Unavailable

PORTS = {"imaps": 993, "imap": 143, "imap+starttls": 143}
TAKEN = "$KefuflowTaken"


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where a shared mailbox is. `timeout` is in seconds; `trusted_ca` is a PEM file for a private certificate."""

    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"
    security: Literal["none", "starttls", "tls"] = "tls"
    timeout: float = 20.0
    trusted_ca: str | None = None

    @property
    def name(self) -> str:
        """What the mailbox is called, without its password."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"[:255]

    def __repr__(self) -> str:  # a log must not show the password
        return f"ImapServer({self.name}, {self.security})"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of the mailbox: its UID, size in bytes, and its bytes, which are None when it is larger than asked for."""

    uid: int
    size: int
    content: bytes | None
    headers: bytes


def imap_server(url: str) -> ImapServer:
    """`imaps://user:password@host[:port]/folder`; imap+starttls:// and, on one's own machine, imap:// too. Raises InvalidInput."""
    found = urlsplit(url)
    if found.scheme not in PORTS or not found.hostname or not found.username:
        raise InvalidInput("A mailbox is named as imaps://user:password@host/INBOX.")
    security: dict[str, Literal["none", "starttls", "tls"]] = {
        "imaps": "tls",
        "imap": "none",
        "imap+starttls": "starttls",
    }
    return ImapServer(
        host=found.hostname,
        port=found.port or PORTS[found.scheme],
        username=unquote(found.username),
        password=unquote(found.password or ""),
        folder=unquote(found.path.lstrip("/")) or "INBOX",
        security=security[found.scheme],
    )


class SharedMailbox:
    """An open mailbox. Use `SharedMailbox.open(server)` as a context; every failure of the server is Unavailable."""

    def __init__(self, box: BaseMailBox, uid_validity: int) -> None:
        self._box, self.uid_validity = box, uid_validity

    @staticmethod
    @contextmanager
    def open(server: ImapServer) -> Iterator["SharedMailbox"]:
        """Connect, sign in and select the folder. Raises Unavailable; the words carry no password."""
        box = None
        try:
            box = _connect(server)
            box.login(server.username, server.password, server.folder)
            status = box.folder.status(server.folder, ["UIDVALIDITY"])
            yield SharedMailbox(box, int(status["UIDVALIDITY"]))
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            words = str(error).replace(server.password, "…") if server.password else str(error)
            raise Unavailable(f"The mailbox {server.name} does not answer as it should: {words[:300]}") from error
        finally:
            if box is not None:
                _leave(box)

    def new_uids(self, after: int, most: int) -> list[int]:
        """UIDs above `after`, in order, at most so many."""
        # `n:*` always names the last mail, also when its UID is below n.
        found = sorted(int(uid) for uid in self._box.uids(f"UID {after + 1}:*"))
        return [uid for uid in found if uid > after][:most]

    def unseen_uids(self) -> list[int]:
        """UIDs of what nobody has read, in order."""
        return sorted(int(uid) for uid in self._box.uids("UNSEEN"))

    def newest_uid(self) -> int:
        """The highest UID now; 0 in an empty mailbox."""
        return max((int(uid) for uid in self._box.uids("UID *")), default=0)

    def fetch(self, uid: int, most_bytes: int) -> Letter | None:
        """One mail, unread as it was; None when somebody has removed it. A larger one comes with its headers alone."""
        heads = list(self._box.fetch(uid_list=str(uid), mark_seen=False, headers_only=True))
        if not heads:
            return None
        size, headers = heads[0].size_rfc822, _bytes(heads[0].obj)
        if size > most_bytes:
            return Letter(uid, size, None, headers)
        whole = list(self._box.fetch(uid_list=str(uid), mark_seen=False))
        return Letter(uid, size, _bytes(whole[0].obj), headers) if whole else None

    def mark_taken(self, uids: list[int]) -> None:
        """Show people at the mailbox that these are cases now. A server without keywords of ours marks them as seen alone."""
        if not uids:
            return
        named = [str(uid) for uid in uids]
        self._box.flag(named, ["\\Seen"], True)
        try:
            self._box.flag(named, [TAKEN], True)
        except ImapToolsError:
            return


def _connect(server: ImapServer) -> BaseMailBox:
    if server.security == "none":
        return MailBoxUnencrypted(server.host, server.port, timeout=server.timeout)
    context = ssl.create_default_context(cafile=server.trusted_ca)
    if server.security == "starttls":
        return MailBoxStartTls(server.host, server.port, timeout=server.timeout, ssl_context=context)
    return MailBox(server.host, server.port, timeout=server.timeout, ssl_context=context)


def _leave(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        return  # it is gone already


def _bytes(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (UnicodeError, LookupError, KeyError, AttributeError, ValueError):
        return str(message).encode("utf-8", "surrogateescape")
