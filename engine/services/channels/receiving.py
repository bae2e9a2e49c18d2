"""Taking in a message, once: to the case that it belongs to, or as a new case with its intake process; all of it or nothing.

A message that opens no case (an absence notice, a newsletter, too many from one sender) is kept all the same, with why, and
a person can make it a case (`listing.adopt`).
"""

import re
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from engine.calendars import parse_duration
from engine.errors import InvalidInput, Unavailable
from engine.model.base import DEFAULT_TENANT
from engine.model.case import Case
from engine.model.channel import APPENDED, FILED, HELD, IGNORED, InboundMessage
from engine.model.customer import Customer
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import attachments
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import link_instance, open_case
from engine.services.cases.timeline import record
from engine.services.channels import identities, threads
from engine.services.channels.incoming import LONGEST_TEXT, Incoming, Received
from engine.services.handlers.cases import TITLE_LENGTH
from engine.services.messages import publish_within
from engine.services.rows import add
from engine.services.settings import setting
from engine.services.turn import Turn

CUSTOMER = "customer"
PROCESS, MESSAGE = "intake", "channel.message"
_ORDER = re.compile(
    r"(?:订单号?|order(?:\s+(?:no\.?|number))?)[\s:：#为是]{0,4}([A-Za-z]{0,4}-?\d[A-Za-z0-9-]{3,30})", re.IGNORECASE
)

Looked = list[tuple[str, bytes, tuple[str, bytes | None]]]


def receive(runtime: Runtime, incoming: Incoming, tenant_id: str = DEFAULT_TENANT) -> Received:
    """Take a message in. The same `source` and `external_id` again answers what became of it the first time.

    Raises Unavailable while no process takes messages; then nothing was kept, and it can be handed over again.
    """
    kept, refused = _look_at(incoming)
    try:
        return runtime.transact(lambda uow: _take(runtime, uow, incoming, kept, refused), tenant_id)
    except IntegrityError:
        # Somebody else took the same message at the same moment.
        with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
            before = _before(uow, incoming)
            if before is None:
                raise
            return _received(uow, before, repeated=True)


def _take(runtime: Runtime, uow: UnitOfWork, incoming: Incoming, kept: Looked, refused: list[str]) -> Received:
    before = _before(uow, incoming)
    if before is not None:
        return _received(uow, before, repeated=True)
    row = _store(runtime, uow, incoming)
    thread = threads.thread_of(uow, incoming)
    reason = _not_taken(uow, incoming, threaded=thread is not None)
    if reason is not None:
        row.state, row.reason = (HELD if reason == "rate" else IGNORED), reason
    elif thread is not None:
        _go_on(runtime, uow, row, incoming, thread)
    else:
        _new_matter(runtime, uow, row, incoming)
    case = uow.session.get(Case, row.case_key) if row.case_key is not None else None
    if case is not None:
        keep_files(runtime, uow, case, kept, refused)
    uow.flush()
    return _received(uow, row)


def _not_taken(uow: UnitOfWork, incoming: Incoming, threaded: bool) -> str | None:
    """Why a message opens no case and joins none: it is our own, automatic without a thread, or one of too many."""
    if incoming.automatic == "ours":
        return "ours"
    if incoming.automatic is not None and not threaded:
        return incoming.automatic
    if not incoming.sender:
        return "no_sender"
    if not threaded and _taken_lately(uow, incoming) >= setting(uow, "intake.most_an_hour"):
        return "rate"
    return None


def _taken_lately(uow: UnitOfWork, incoming: Incoming) -> int:
    since = uow.now - parse_duration("PT1H")
    query = select(func.count()).where(
        InboundMessage.tenant_id == uow.tenant_id,
        InboundMessage.sender == incoming.sender,
        InboundMessage.received_at >= since,
        InboundMessage.state == FILED,
    )
    return uow.session.scalar(query) or 0


def _go_on(runtime: Runtime, uow: UnitOfWork, row: InboundMessage, incoming: Incoming, thread: threads.Thread) -> None:
    """A message in the thread of a case: what the case's process awaits, a case that is taken up again, or just new words."""
    case = thread.case
    if not case.is_open and _is_long_closed(uow, case):
        _file(runtime, uow, row, incoming, parent=case)
        return
    _append(runtime, uow, row, incoming, case, thread.reason, thread.verified)
    if incoming.automatic is not None:
        return  # a machine's words move nothing
    if case.is_open:
        if thread.verified:
            answer_awaited(runtime, uow, case, incoming.said)
    else:
        customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
        if customer is not None:
            _start(runtime, uow, case, customer, incoming, follow_up=True)


def _new_matter(runtime: Runtime, uow: UnitOfWork, row: InboundMessage, incoming: Incoming) -> None:
    customer = identities.customer_of(runtime, uow, incoming)
    row.customer_key = customer.key
    again = threads.same_matter(uow, incoming, customer.key)
    if again is not None:
        _append(runtime, uow, row, incoming, again, "duplicate", verified=True)
    else:
        _file(runtime, uow, row, incoming, customer=customer)


def _append(
    runtime: Runtime, uow: UnitOfWork, row: InboundMessage, incoming: Incoming, case: Case, reason: str, verified: bool
) -> None:
    row.state, row.reason, row.case_key, row.customer_key = APPENDED, reason, case.key, case.customer_key
    row.data = row.data | {"verified": verified}
    _contact(runtime, uow, row, incoming, case, verified)
    if incoming.automatic is None:
        case.unread_at = case.unread_at or uow.now


def _file(
    runtime: Runtime,
    uow: UnitOfWork,
    row: InboundMessage,
    incoming: Incoming,
    customer: Customer | None = None,
    parent: Case | None = None,
) -> None:
    customer = customer or identities.customer_of(runtime, uow, incoming)
    words = incoming.said or incoming.subject
    first = (incoming.subject or words).strip().splitlines()
    case = open_case(
        runtime,
        uow,
        CUSTOMER,
        PROCESS,
        incoming.channel,
        first[0][:TITLE_LENGTH] if first else incoming.channel,
        description=words[:LONGEST_TEXT],
        customer_key=customer.key,
        order_number=incoming.order_number or order_in(f"{incoming.subject}\n{incoming.said}"),
        parent_key=parent.key if parent else None,
        attributes=_attributes(incoming),
    )
    case.unread_at = uow.now
    row.state, row.case_key, row.customer_key = FILED, case.key, customer.key
    row.data = row.data | {"verified": True}
    _contact(runtime, uow, row, incoming, case, verified=True)
    _start(runtime, uow, case, customer, incoming)


def file_as_case(runtime: Runtime, uow: UnitOfWork, row: InboundMessage, incoming: Incoming) -> str:
    """Open a case for a message that was kept without one, and return its number."""
    row.state, row.reason = FILED, "adopted"
    _file(runtime, uow, row, incoming)
    uow.flush()
    return _received(uow, row).case_number or ""


def _start(
    runtime: Runtime, uow: UnitOfWork, case: Case, customer: Customer, incoming: Incoming, follow_up: bool = False
) -> None:
    """Begin the intake of a case. Raises Unavailable while no process takes messages."""
    uow.flush()
    duplicate = threads.possible_duplicate(uow, case)
    values: dict[str, Any] = {
        "incoming": True,
        "case_number": case.number,
        "customer_name": customer.name,
        "contact": customer.phone or customer.email or incoming.sender,
        "channel": incoming.channel,
        "sub_channel": incoming.sub_channel,
        "tier": customer.tier,
        "consent": any(value is True for value in customer.consent.values()),
        "subject": incoming.subject,
        "description": incoming.said[:LONGEST_TEXT] or incoming.subject,
        "order_number": case.order_number,
        "business": incoming.business,
        "request_type": incoming.request_type,
        "received_at": uow.now.isoformat(),
        "acknowledge": _may_acknowledge(uow, incoming) and not follow_up,
        "follow_up": follow_up,
        "possible_duplicate": duplicate.number if duplicate else None,
    }
    turn = Turn(runtime, uow, CUSTOMER)
    started = publish_within(turn, MESSAGE, case.number, values)
    turn.finish()
    if not started.correlated:
        raise Unavailable("No process takes messages now; deploy the intake process.")
    for instance in started.correlated:
        link_instance(uow, case, instance.process_instance_key, instance.process_id)


def answer_awaited(runtime: Runtime, uow: UnitOfWork, case: Case, said: str) -> bool:
    """Tell the process that awaits the customer's reply what they wrote; whether that is a yes, a person reads.

    Returns whether a process awaited it.
    """
    turn = Turn(runtime, uow, CUSTOMER)
    taken = publish_within(turn, "customer.reply", case.number, {"answer": "question", "note": said[:5000]})
    turn.finish()
    return bool(taken.correlated)


def order_in(text: str) -> str | None:
    """The order number that a text names, if it says so."""
    found = _ORDER.search(text)
    return found[1] if found else None


def keep_files(runtime: Runtime, uow: UnitOfWork, case: Case, kept: Looked, refused: list[str]) -> None:
    """Put files that were looked at into the case; one that was refused leaves its name on the timeline, for us to ask for."""
    problems = list(refused)
    for name, content, looked_at in kept:
        try:
            attachments.keep(runtime, uow, case, name, content, looked_at, CUSTOMER, public=True)
        except InvalidInput as error:
            problems.append(f"{name}: {' '.join(error.fields.get('file', [str(error)]))}")
    if problems:
        record(runtime, uow, case, "system", "file", "file.refused", "\n".join(problems)[:2000])


def _look_at(incoming: Incoming) -> tuple[Looked, list[str]]:
    """The files that are what we take, by their content; and a sentence for each that is not."""
    kept: Looked = []
    refused: list[str] = []
    for file in incoming.files:
        name = "".join(c for c in file.name if c.isprintable())[:200] or "file"
        try:
            kept.append((name, file.content, attachments.inspect(file.content)))
        except InvalidInput as error:
            refused.append(f"{name}: {' '.join(error.fields.get('file', [str(error)]))}")
    return kept, refused


def _is_long_closed(uow: UnitOfWork, case: Case) -> bool:
    return case.closed_at is not None and uow.now - case.closed_at > parse_duration(setting(uow, "intake.follow_up"))


def _may_acknowledge(uow: UnitOfWork, incoming: Incoming) -> bool:
    """Not to machines, and not again and again to one sender: two robots that thank each other never end."""
    return not incoming.silent and _taken_lately(uow, incoming) <= setting(uow, "intake.acknowledgements")


def _attributes(incoming: Incoming) -> dict[str, Any]:
    named = {"sub_channel": incoming.sub_channel, "platform": incoming.platform or None, "business": incoming.business}
    return {name: value for name, value in named.items() if value}


def _contact(
    runtime: Runtime, uow: UnitOfWork, row: InboundMessage, incoming: Incoming, case: Case, verified: bool
) -> None:
    words = incoming.said.strip() or incoming.subject or "—"
    if incoming.subject and row.state == FILED and incoming.subject not in words:
        words = f"{incoming.subject}\n\n{words}"
    contact = store_contact(
        runtime,
        uow,
        case,
        CUSTOMER,
        incoming.channel,
        "in",
        words[:LONGEST_TEXT],
        "received",
        public=verified,
        agent=None,
        external_id=row.external_id,
    )
    contact.customer_key = row.customer_key
    if not verified or incoming.automatic:
        note = "contact.automatic" if incoming.automatic else "contact.unverified"
        record(runtime, uow, case, "system", "message", note, f"{incoming.sender_name} <{incoming.sender}>".strip())


def _store(runtime: Runtime, uow: UnitOfWork, incoming: Incoming) -> InboundMessage:
    row = add(
        runtime,
        uow,
        InboundMessage,
        source=incoming.source,
        external_id=incoming.external_id[:255],
        channel=incoming.channel,
        sub_channel=incoming.sub_channel,
        sender=incoming.sender[:320],
        sender_name=incoming.sender_name[:255],
        subject=incoming.subject,
        text=(incoming.text or incoming.said)[:200_000],
        conversation=incoming.conversation,
        sent_at=incoming.sent_at,
        received_at=uow.now,
        automatic=incoming.automatic is not None,
        state=IGNORED,
        data={"references": list(incoming.references), "platform": incoming.platform, "said": incoming.said}
        | incoming.data,
    )
    uow.flush()
    return row


def _before(uow: UnitOfWork, incoming: Incoming) -> InboundMessage | None:
    query = select(InboundMessage).where(
        InboundMessage.tenant_id == uow.tenant_id,
        InboundMessage.source == incoming.source,
        InboundMessage.external_id == incoming.external_id[:255],
    )
    return uow.session.scalars(query).one_or_none()


def _received(uow: UnitOfWork, row: InboundMessage, repeated: bool = False) -> Received:
    case = uow.session.get(Case, row.case_key) if row.case_key is not None else None
    return Received(row.key, row.state, row.reason, case.number if case else None, repeated)
