"""Reading the shared mailbox into cases: in the order of its UIDs, each mail once, and none lost.

A mail is kept in a transaction of its own, and only then is the place in the mailbox moved on and the mail marked as taken. A
process that dies in between reads the mail again, and its Message-ID shows that it is here. Nothing is deleted there.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from engine.connectors.mail import ImapServer, Letter, MailReceived, SharedMailbox, read_mail
from engine.errors import Unavailable
from engine.model.base import DEFAULT_TENANT
from engine.model.channel import REFUSED, InboundMessage, Mailbox
from engine.model.notification import Notification
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.channels.bounces import take_bounce
from engine.services.channels.incoming import Incoming, Received, SentFile
from engine.services.channels.receiving import receive
from engine.services.outside import mailbox_of
from engine.services.rows import add
from engine.services.settings import setting

log = logging.getLogger("kefuflow.mail")

SOURCE = "mail"
AT_ONCE = 50
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class MailboxView:
    """Where the mailbox stands; `problem` is why it could not be read at the last try."""

    name: str
    last_uid: int
    polled_at: str | None
    problem: str | None


def poll(runtime: Runtime, server: ImapServer | None = None, tenant_id: str = DEFAULT_TENANT) -> int:
    """Take in what is new in the shared mailbox and return how many mails that were; 0 where none is set up or another reads it.

    Never raises for what the mail server does: the mailbox's row says what was wrong.
    """
    server = server or mailbox_of(runtime.settings)
    if server is None or not _claim(runtime, server.name, tenant_id):
        return 0
    taken, problem = 0, None
    try:
        with SharedMailbox.open(server) as box:
            taken = _read(runtime, server, box, tenant_id)
    except Unavailable as error:
        problem = str(error)
        log.warning("%s", error)
    finally:
        _release(runtime, server.name, problem, tenant_id)
    return taken


def take_letter(runtime: Runtime, letter: Letter, own: frozenset[str], tenant_id: str = DEFAULT_TENANT) -> Received:
    """Keep one mail: a case, words to a case, a bounce, or a mail that is only kept. Raises Unavailable."""
    if letter.content is None:
        return _keep_refused(runtime, read_mail(letter.headers), "too_large", tenant_id)
    mail = read_mail(letter.content)
    if mail.bounce is not None:
        return _keep_bounce(runtime, mail, tenant_id)
    try:
        return receive(runtime, _incoming(runtime, mail, own, tenant_id), tenant_id)
    except Unavailable:
        raise
    except Exception:
        # One mail that we cannot take must not keep those behind it from being read; a person sees it in the list.
        log.exception("A mail could not be taken in.")
        return _keep_refused(runtime, mail, "failed", tenant_id)


def mailboxes(runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> list[MailboxView]:
    """The mailboxes that were read, for the page of what came in."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        rows = uow.session.scalars(select(Mailbox).where(Mailbox.tenant_id == tenant_id).order_by(Mailbox.name))
        return [
            MailboxView(row.name, row.last_uid, row.polled_at.isoformat() if row.polled_at else None, row.problem)
            for row in rows
        ]


def _read(runtime: Runtime, server: ImapServer, box: SharedMailbox, tenant_id: str) -> int:
    """From where we stood; in a mailbox that is new to us, or numbered anew, what nobody has read yet."""
    after, own = _place(runtime, server.name, box.uid_validity, tenant_id), own_addresses(runtime, server)

    def take(uids: list[int]) -> int:
        fresh = 0
        for uid in uids:
            letter = box.fetch(uid, _most_bytes(runtime, tenant_id))
            if letter is not None and not take_letter(runtime, letter, own, tenant_id).repeated:
                fresh += 1
            if after is not None:
                _move_on(runtime, server.name, box.uid_validity, uid, tenant_id)
        box.mark_taken(uids)
        return fresh

    if after is None:
        newest = box.newest_uid()
        taken = take(box.unseen_uids())
        _move_on(runtime, server.name, box.uid_validity, newest, tenant_id)
        return taken
    taken, place = 0, after
    while uids := box.new_uids(place, AT_ONCE):
        taken, place = taken + take(uids), uids[-1]
    return taken


def own_addresses(runtime: Runtime, server: ImapServer | None) -> frozenset[str]:
    """Addresses of ours: what comes from them is our own mail that came back."""
    named = [parseaddr(runtime.settings.smtp_from)[1].lower()]
    if server is not None and "@" in server.username:
        named.append(server.username.lower())
    return frozenset(address for address in named if address)


def _incoming(runtime: Runtime, mail: MailReceived, own: frozenset[str], tenant_id: str) -> Incoming:
    references = [*mail.references, *([mail.in_reply_to] if mail.in_reply_to else [])]
    ours = mail.sender in own or _is_ours(runtime, mail, tenant_id)
    return Incoming(
        source=SOURCE,
        external_id=mail.message_id,
        channel="email",
        sender=mail.sender,
        sender_name=mail.sender_name,
        said=mail.said,
        text=mail.text,
        subject=mail.subject,
        references=references,
        sent_at=mail.sent_at,
        automatic="ours" if ours else mail.automatic,
        silent=mail.silent,
        suspect=mail.suspect,
        files=[SentFile(file.name, file.content) for file in mail.files],
    )


def _is_ours(runtime: Runtime, mail: MailReceived, tenant_id: str) -> bool:
    """Whether we sent this very mail, by its Message-ID or the key that it carries."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        same = [Notification.receipt == mail.message_id]
        if mail.ours:
            same.append(Notification.idempotency_key == mail.ours)
        query = select(Notification.key).where(Notification.tenant_id == tenant_id, or_(*same)).limit(1)
        return uow.session.scalar(query) is not None


def _keep_bounce(runtime: Runtime, mail: MailReceived, tenant_id: str) -> Received:
    def work(uow: UnitOfWork) -> Received:
        row, repeated = _row(runtime, uow, mail)
        if not repeated and mail.bounce is not None:
            take_bounce(runtime, uow, row, mail.bounce)
        return Received(row.key, row.state, row.reason, None, repeated)

    return _again_if_taken(runtime, work, tenant_id)


def _keep_refused(runtime: Runtime, mail: MailReceived, reason: str, tenant_id: str) -> Received:
    def work(uow: UnitOfWork) -> Received:
        row, repeated = _row(runtime, uow, mail)
        if not repeated:
            row.state, row.reason = REFUSED, reason
        return Received(row.key, row.state, row.reason, None, repeated)

    return _again_if_taken(runtime, work, tenant_id)


def _again_if_taken(runtime: Runtime, work: Callable[[UnitOfWork], Received], tenant_id: str) -> Received:
    try:
        return runtime.transact(work, tenant_id)
    except IntegrityError:
        return runtime.transact(work, tenant_id)  # it is there now


def _row(runtime: Runtime, uow: UnitOfWork, mail: MailReceived) -> tuple[InboundMessage, bool]:
    query = select(InboundMessage).where(
        InboundMessage.tenant_id == uow.tenant_id,
        InboundMessage.source == SOURCE,
        InboundMessage.external_id == mail.message_id,
    )
    before = uow.session.scalars(query).one_or_none()
    if before is not None:
        return before, True
    row = add(
        runtime,
        uow,
        InboundMessage,
        source=SOURCE,
        external_id=mail.message_id,
        channel="email",
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.text,
        sent_at=mail.sent_at,
        received_at=uow.now,
        automatic=mail.bounce is not None,
        state=REFUSED,
        data={"said": mail.said, "references": list(mail.references)},
    )
    uow.flush()
    return row, False


def _claim(runtime: Runtime, name: str, tenant_id: str) -> bool:
    """Whether this process may read the mailbox now; nobody else does until the lease ends."""

    def work(uow: UnitOfWork) -> bool:
        if uow.session.get(Mailbox, (tenant_id, name)) is None:
            uow.add(Mailbox(tenant_id=tenant_id, name=name, last_uid=0))
            uow.flush()
        free = or_(Mailbox.held_until.is_(None), Mailbox.held_until <= uow.now)
        statement = (
            update(Mailbox)
            .where(Mailbox.tenant_id == tenant_id, Mailbox.name == name, free)
            .values(held_until=uow.now + LEASE)
            .execution_options(synchronize_session=False)
        )
        return bool(uow.connection.execute(statement).rowcount)

    try:
        return runtime.transact(work, tenant_id)
    except IntegrityError:
        return False  # another process made the row at the same moment, and reads


def _release(runtime: Runtime, name: str, problem: str | None, tenant_id: str) -> None:
    def work(uow: UnitOfWork) -> None:
        row = uow.get(Mailbox, (tenant_id, name))
        row.held_until, row.polled_at, row.problem = None, uow.now, problem

    runtime.transact(work, tenant_id)


def _place(runtime: Runtime, name: str, validity: int, tenant_id: str) -> int | None:
    """After which UID to go on; None in a mailbox that is new to us, or whose server has numbered its mails anew."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        row = uow.get(Mailbox, (tenant_id, name))
        return row.last_uid if row.uid_validity == validity else None


def _move_on(runtime: Runtime, name: str, validity: int, uid: int, tenant_id: str) -> None:
    def work(uow: UnitOfWork) -> None:
        row = uow.get(Mailbox, (tenant_id, name))
        if row.uid_validity != validity:
            row.uid_validity, row.last_uid = validity, 0
        row.last_uid, row.held_until = max(row.last_uid, uid), uow.now + LEASE

    runtime.transact(work, tenant_id)


def _most_bytes(runtime: Runtime, tenant_id: str) -> int:
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return int(setting(uow, "mail.most_bytes"))
