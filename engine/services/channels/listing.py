"""What came in, for those who look after it: also what opened no case, which a person can make one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.errors import Conflict, NotFound
from engine.model.case import Case
from engine.model.channel import HELD, IGNORED, REFUSED, InboundMessage
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.channels.incoming import Incoming
from engine.services.channels.receiving import file_as_case

ADOPTABLE = (IGNORED, HELD, REFUSED)


@dataclass(frozen=True, slots=True)
class InboundView:
    """A message that came in. `text` is all of it; `can_be_a_case` says that a person may make it one."""

    key: int
    source: str
    channel: str
    sub_channel: str | None
    sender: str
    sender_name: str
    subject: str
    text: str
    received_at: datetime
    state: str
    reason: str | None
    case_number: str | None
    can_be_a_case: bool


def list_inbound(
    runtime: Runtime, *, actor: Actor, state: str | None = None, before: int | None = None, limit: int = 50
) -> list[InboundView]:
    """Messages that came in, the newest first. Raises Forbidden without outbox.read."""
    actor.require("outbox.read")
    query = select(InboundMessage, Case.number).outerjoin(Case, Case.key == InboundMessage.case_key)
    query = query.where(InboundMessage.tenant_id == actor.tenant_id)
    if state:
        query = query.where(InboundMessage.state == state)
    if before is not None:
        query = query.where(InboundMessage.key < before)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.session.execute(query.order_by(InboundMessage.key.desc()).limit(limit))
        return [_view(row, number) for row, number in rows]


def adopt(runtime: Runtime, key: int, *, actor: Actor) -> str:
    """Make a case of a message that opened none, and return its number. Raises Conflict when it has one, NotFound, Forbidden."""
    actor.require("cases.write", "outbox.read")

    def work(uow: UnitOfWork) -> str:
        query = select(InboundMessage).where(InboundMessage.tenant_id == uow.tenant_id, InboundMessage.key == key)
        row = uow.session.scalars(query.with_for_update()).one_or_none()
        if row is None:
            raise NotFound(f"There is no message {key}.")
        if row.case_key is not None or row.state not in ADOPTABLE or not row.sender:
            raise Conflict("This message belongs to a case already, or names no sender.")
        return file_as_case(runtime, uow, row, incoming_of(row))

    return runtime.transact(work, actor.tenant_id)


def incoming_of(row: InboundMessage) -> Incoming:
    """The message as it came in, without its files; nobody is acknowledged for what a machine may have written."""
    return Incoming(
        source=row.source,
        external_id=row.external_id,
        channel=row.channel,
        sub_channel=row.sub_channel,
        sender=row.sender,
        sender_name=row.sender_name,
        said=str(row.data.get("said") or row.text),
        text=row.text,
        subject=row.subject,
        platform=str(row.data.get("platform") or ""),
        conversation=row.conversation,
        silent=True,
    )


def _view(row: InboundMessage, number: str | None) -> InboundView:
    names = [name for name in InboundView.__dataclass_fields__ if name not in ("case_number", "can_be_a_case")]
    adoptable = row.state in ADOPTABLE and row.case_key is None and bool(row.sender)
    return InboundView(**{name: getattr(row, name) for name in names}, case_number=number, can_be_a_case=adoptable)
