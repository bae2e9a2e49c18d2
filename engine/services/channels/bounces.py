"""A mail of ours that came back: the message says so, its case is unread, and whoever looks after the case is told."""

from sqlalchemy import select

from engine.connectors.mail.automatic import Bounce
from engine.model.case import Case
from engine.model.channel import BOUNCE, InboundMessage
from engine.model.notification import Notification
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.timeline import record
from engine.services.notifications.staff import leads_of, notify_staff

BOUNCED = "bounced"


def take_bounce(runtime: Runtime, uow: UnitOfWork, row: InboundMessage, bounce: Bounce) -> None:
    """Note a delivery report in the transaction that keeps it.

    Only the Message-ID that came back names a message of ours: an address alone, which anybody can write, does not. A report of
    a mere delay changes nothing.
    """
    row.state, row.reason = BOUNCE, "permanent" if bounce.permanent else "delayed"
    row.data = row.data | {"diagnostic": bounce.diagnostic, "recipients": list(bounce.recipients)}
    sent = _sent(uow, bounce.message_id)
    if sent is None:
        row.reason = "unknown"
        return
    row.case_key, row.customer_key = sent.case_key, sent.customer_key
    if not bounce.permanent:
        return
    sent.state, sent.problem = BOUNCED, bounce.diagnostic
    case = uow.session.get(Case, sent.case_key) if sent.case_key is not None else None
    if case is None:
        return
    case.unread_at = case.unread_at or uow.now
    words = f"{sent.recipient}: {bounce.diagnostic}"
    record(runtime, uow, case, "system", "message", "message.bounced", words, data={"message": sent.key})
    people = [case.owner] if case.owner else leads_of(uow, case)
    notify_staff(runtime, uow, case, people, "message_bounced", {"reason": bounce.diagnostic}, f"bounce-{row.key}")


def _sent(uow: UnitOfWork, message_id: str | None) -> Notification | None:
    if not message_id:
        return None
    query = select(Notification).where(
        Notification.tenant_id == uow.tenant_id, Notification.receipt == message_id, Notification.channel == "email"
    )
    return uow.session.scalars(query.limit(1)).one_or_none()
