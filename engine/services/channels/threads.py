"""Which case a message belongs to: the one that it answers, the one of its conversation, or one about the same thing."""

import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher

from sqlalchemy import select

from engine.calendars import parse_duration
from engine.model.case import OPEN_STATUSES, Case
from engine.model.channel import InboundMessage
from engine.model.notification import Notification
from engine.persistence import UnitOfWork
from engine.services.channels.identities import is_theirs
from engine.services.channels.incoming import Incoming
from engine.services.settings import setting

_TOKEN = re.compile(r"\[([A-Z]{2}\d{8}-\d{4,})\]")
_COMPARED = 500  # characters; two long letters that begin alike are alike
_ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class Thread:
    """A case and why a message is of it; `verified` says that its customer wrote the message."""

    case: Case
    reason: str
    verified: bool


def thread_of(uow: UnitOfWork, incoming: Incoming) -> Thread | None:
    """The case whose thread this message goes on with, None for a new matter.

    What answers a Message-ID of ours belongs to its case: the id cannot be guessed. The number in a subject can, so it counts
    only when the customer themselves wrote.
    """
    case = _answered(uow, incoming) or _conversation(uow, incoming)
    while case is not None and case.merged_into_key is not None:
        case = uow.session.get(Case, case.merged_into_key)
    if case is not None:
        return Thread(case, "thread", is_theirs(uow, incoming, case.customer_key))
    numbered = _numbered(uow, incoming)
    if numbered is not None and is_theirs(uow, incoming, numbered.customer_key):
        return Thread(numbered, "number", True)
    return None


def same_matter(uow: UnitOfWork, incoming: Incoming, customer_key: int) -> Case | None:
    """An open case of the customer that says the same, within the window: the message was sent again."""
    since = uow.now - window(uow)
    query = select(Case).where(
        Case.tenant_id == uow.tenant_id,
        Case.customer_key == customer_key,
        Case.status.in_(OPEN_STATUSES),
        Case.created_at >= since,
    )
    said = _plain(incoming.said)
    rows = uow.session.scalars(query.order_by(Case.key.desc()).limit(20))
    return next((case for case in rows if said and _alike(said, _plain(case.description))), None)


def possible_duplicate(uow: UnitOfWork, case: Case) -> Case | None:
    """Another open case of the same customer, one about the same order first: shown to whoever registers this one."""
    query = select(Case).where(
        Case.tenant_id == uow.tenant_id,
        Case.customer_key == case.customer_key,
        Case.key != case.key,
        Case.status.in_(OPEN_STATUSES),
    )
    others = list(uow.session.scalars(query.order_by(Case.key.desc()).limit(20)))
    same_order = [other for other in others if case.order_number and other.order_number == case.order_number]
    recent = [other for other in others if other.created_at >= uow.now - window(uow)]
    return next(iter([*same_order, *recent]), None)


def window(uow: UnitOfWork) -> timedelta:
    return parse_duration(setting(uow, "intake.duplicate_window"))


def _answered(uow: UnitOfWork, incoming: Incoming) -> Case | None:
    """By the ids that it refers to, the nearest first: our messages, and the customer's own before."""
    for reference in reversed(incoming.references):
        sent = select(Notification.case_key).where(
            Notification.tenant_id == uow.tenant_id, Notification.receipt == reference
        )
        received = select(InboundMessage.case_key).where(
            InboundMessage.tenant_id == uow.tenant_id, InboundMessage.external_id == reference
        )
        for query in (sent, received):
            key = next((key for key in uow.session.scalars(query) if key is not None), None)
            if key is not None:
                return uow.session.get(Case, key)
    return None


def _conversation(uow: UnitOfWork, incoming: Incoming) -> Case | None:
    """The open case of a platform's conversation; a closed matter is over, and the next word begins another."""
    if not incoming.conversation:
        return None
    query = (
        select(Case)
        .join(InboundMessage, InboundMessage.case_key == Case.key)
        .where(
            InboundMessage.tenant_id == uow.tenant_id,
            InboundMessage.conversation == incoming.conversation,
            InboundMessage.source == incoming.source,
            Case.status.in_(OPEN_STATUSES),
        )
    )
    return uow.session.scalars(query.order_by(InboundMessage.key.desc()).limit(1)).one_or_none()


def _numbered(uow: UnitOfWork, incoming: Incoming) -> Case | None:
    found = _TOKEN.search(incoming.subject)
    if found is None:
        return None
    query = select(Case).where(Case.tenant_id == uow.tenant_id, Case.number == found[1])
    return uow.session.scalars(query).one_or_none()


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()[:_COMPARED]


def _alike(one: str, two: str) -> bool:
    if one == two:
        return True
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    # The quick bounds first: the whole comparison is quadratic.
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE
