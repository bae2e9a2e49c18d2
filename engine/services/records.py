"""The desk's record forms, filled from what was done: consultations, after-sales, complaints, contacts, feedback (K1–K6).

Each is a table of codes and moments; a page draws it, prints it, or writes it as CSV.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.calendars import parse_duration
from engine.errors import NotFound
from engine.model.case import Case, TimelineEntry
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.permissions import DEPARTMENTS, Actor
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.customers.masking import mask_phone
from engine.services.phone import late
from engine.services.settings import setting

MOST = 2000
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Record:
    """A form: its columns by name, and a row of values a line. A value is text, a code, an aware moment, a list of codes or None."""

    kind: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Form:
    columns: tuple[str, ...]
    rows: Callable[[UnitOfWork, datetime, datetime, Actor], list[dict[str, Any]]]


def kinds() -> tuple[str, ...]:
    """The names of the forms, in the order in which the desk numbers them."""
    return tuple(_FORMS)


def record_of(runtime: Runtime, kind: str, since: datetime, until: datetime, *, actor: Actor) -> Record:
    """One form for the cases or contacts that began in `[since, until)`, at most a year and 2000 lines, the oldest first.

    Raises NotFound for a form that is none, Forbidden without cases.read. Phone numbers are masked for who may not see them.
    """
    actor.require("cases.read")
    form = _FORMS.get(kind)
    if form is None:
        raise NotFound(f"There is no record form {kind!r}.")
    until = min(until, since + _LONGEST)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return Record(kind, form.columns, form.rows(uow, since, until, actor))


def _cases(uow: UnitOfWork, since: datetime, until: datetime, *kinds: str) -> list[tuple[Case, Customer | None]]:
    query = select(Case, Customer).outerjoin(Customer, Customer.key == Case.customer_key)
    query = query.where(
        Case.tenant_id == uow.tenant_id, Case.kind.in_(kinds), Case.created_at >= since, Case.created_at < until
    )
    return [(case, customer) for case, customer in uow.session.execute(query.order_by(Case.key).limit(MOST))]


def _basic(case: Case, customer: Customer | None, actor: Actor) -> dict[str, Any]:
    phone = customer.phone if customer else None
    return {
        "number": case.number,
        "at": case.created_at,
        "customer_name": customer.name if customer else None,
        "contact": (phone if actor.may("customers.read_personal") else mask_phone(phone))
        or (customer.email if customer and actor.may("customers.read_personal") else None),
        "channel": case.channel,
        "order_number": case.order_number,
        "description": case.matter or case.description,
        "owner": case.owner,
        "outcome": case.outcome or case.status,
        "closed_at": case.closed_at,
    }


def _consultations(
    before_buying: bool,
) -> Callable[[UnitOfWork, datetime, datetime, Actor], list[dict[str, Any]]]:
    def rows(uow: UnitOfWork, since: datetime, until: datetime, actor: Actor) -> list[dict[str, Any]]:
        found = []
        for case, customer in _cases(uow, since, until, "consultation"):
            business = case.attributes.get("business")
            if (business == "aftersales") != before_buying:
                answer = {name: case.attributes.get(name) for name in ("answer", "article")}
                found.append(_basic(case, customer, actor) | answer | {"business": business})
        return found

    return rows


def _aftersales(uow: UnitOfWork, since: datetime, until: datetime, actor: Actor) -> list[dict[str, Any]]:
    asked = _consultations(before_buying=False)(uow, since, until, actor)
    found = [
        _basic(case, customer, actor) | {"sku": case.sku, "kind": case.kind, "answer": None}
        for case, customer in _cases(uow, since, until, "return_exchange", "order_change")
    ]
    both = [*({**row, "sku": None, "kind": "consultation"} for row in asked), *found]
    return sorted(both, key=lambda row: row["at"])


def _complaints(uow: UnitOfWork, since: datetime, until: datetime, actor: Actor) -> list[dict[str, Any]]:
    """The handling of each complaint: what, why, what was wanted, who was involved, what was promised, and the result."""
    pairs = _cases(uow, since, until, "complaint")
    involved = _departments(uow, [case.key for case, _ in pairs])
    return [
        _basic(case, customer, actor)
        | {
            "cause": case.cause,
            "wanted": case.wanted,
            "level": case.level,
            "departments": involved.get(case.key, []),
            "promised_at": case.promised_at,
            "reopened": case.reopened,
            "handling": _handling(uow, case),
        }
        for case, customer in pairs
    ]


def _departments(uow: UnitOfWork, case_keys: list[int]) -> dict[int, list[str]]:
    """Which departments had a task of each case."""
    from engine.model.case import CaseInstance

    query = (
        select(CaseInstance.case_key, UserTask.candidate_groups)
        .join(UserTask, UserTask.root_key == CaseInstance.instance_key)
        .where(CaseInstance.case_key.in_(case_keys))
    )
    found: dict[int, set[str]] = {}
    for key, groups in uow.session.execute(query):
        found.setdefault(key, set()).update(set(groups or []) & set(DEPARTMENTS))
    return {key: sorted(names) for key, names in found.items()}


def _handling(uow: UnitOfWork, case: Case) -> str:
    """The notes of the case's stages and its decisions, in order."""
    query = select(TimelineEntry).where(
        TimelineEntry.case_key == case.key, TimelineEntry.kind.in_(("step", "decision")), TimelineEntry.text != ""
    )
    rows = uow.session.scalars(query.order_by(TimelineEntry.key).limit(20))
    return "；".join(row.text for row in rows if row.name not in ("case.opened", "case.closed"))


def _contacts(uow: UnitOfWork, since: datetime, until: datetime, actor: Actor) -> list[dict[str, Any]]:
    """Every contact: when, by which way, by whom, what was said, with what result, and how fast a call was taken."""
    query = (
        select(Contact, Case.number, Customer.name)
        .outerjoin(Case, Case.key == Contact.case_key)
        .outerjoin(Customer, Customer.key == Contact.customer_key)
        .where(Contact.tenant_id == uow.tenant_id, Contact.at >= since, Contact.at < until)
    )
    within, rings = parse_duration(setting(uow, "phone.answer")), setting(uow, "phone.rings")
    return [
        {
            "at": contact.at,
            "number": number,
            "customer_name": name,
            "channel": contact.channel,
            "direction": contact.direction,
            "owner": contact.agent,
            "content": contact.content,
            "result": contact.result,
            "answered_after": _seconds(contact),
            "rings": contact.rings,
            "late": late(contact, within, rings) if contact.channel == "phone" else None,
        }
        for contact, number, name in uow.session.execute(query.order_by(Contact.at, Contact.key).limit(MOST))
    ]


def _seconds(contact: Contact) -> int | None:
    if contact.rang_at is None or contact.answered_at is None:
        return None
    return round((contact.answered_at - contact.rang_at).total_seconds())


def _feedback(uow: UnitOfWork, since: datetime, until: datetime, actor: Actor) -> list[dict[str, Any]]:
    names = ("department", "verdict", "verdict_note")
    return [
        _basic(case, customer, actor) | {name: case.attributes.get(name) for name in names}
        for case, customer in _cases(uow, since, until, "suggestion")
    ]


_WHO = ("number", "at", "customer_name", "contact", "channel")
_END = ("owner", "outcome", "closed_at")
_FORMS = {
    "presales": _Form(
        (*_WHO, "business", "description", "answer", "article", *_END), _consultations(before_buying=True)
    ),
    "aftersales": _Form((*_WHO, "kind", "order_number", "sku", "description", "answer", *_END), _aftersales),
    "complaint_handling": _Form(
        (*_WHO, "level", "order_number", "description", "cause", "wanted", "departments", "promised_at", "reopened",
         "handling", *_END), _complaints,
    ),
    "complaint_register": _Form(
        ("number", "customer_name", "at", "departments", "description", "outcome", "closed_at"), _complaints
    ),
    "contacts": _Form(
        ("at", "number", "customer_name", "channel", "direction", "owner", "content", "result", "answered_after", "rings",
         "late"), _contacts,
    ),
    "feedback": _Form((*_WHO, "description", "department", "verdict", "verdict_note", *_END), _feedback),
}  # fmt: skip
