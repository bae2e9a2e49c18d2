"""The desk's record forms, filled from what was done: consultations, after-sales, complaints, contacts, feedback (K1–K6).

Each is a table of codes and moments; a page draws it, prints it, or writes it as CSV.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import Select, and_, or_, select

from engine.calendars import parse_duration
from engine.errors import InvalidInput, NotFound
from engine.model.case import Case, CaseInstance, TimelineEntry
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
_Pair = tuple[Case, Customer | None]
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Record:
    """A form: its columns by name, and a row of values a line. A value is text, a code, an aware moment, a list of codes or None.

    `after` is where the next page begins, None on the last.
    """

    kind: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A part of a span: what lies behind the moment and the key of the last line before, so many lines."""

    since: datetime
    until: datetime
    behind: tuple[datetime, int] | None
    limit: int


@dataclass(frozen=True, slots=True)
class _Form:
    columns: tuple[str, ...]
    find: Callable[[UnitOfWork, _Asked], list[Any]]
    rows: Callable[[UnitOfWork, list[Any], Actor], list[dict[str, Any]]]


def kinds() -> tuple[str, ...]:
    """The names of the forms, in the order in which the desk numbers them."""
    return tuple(_FORMS)


def record_of(
    runtime: Runtime, kind: str, since: datetime, until: datetime, *, actor: Actor, after: str = "", limit: int = MOST
) -> Record:
    """One form for the cases or contacts that began in `[since, until)`, at most a year, the oldest first.

    A page holds at most `limit` and 2000 lines; `after` is the `after` of the page before. Raises NotFound for a form that is
    none, InvalidInput for an `after` that is none, Forbidden without cases.read. Phone numbers are masked for who may not see them.
    """
    actor.require("cases.read")
    form = _FORMS.get(kind)
    if form is None:
        raise NotFound(f"There is no record form {kind!r}.")
    limit = min(limit, MOST)
    asked = _Asked(since, min(until, since + _LONGEST), _place(after), limit + 1)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = form.find(uow, asked)
        more = _cursor(found[limit - 1]) if len(found) > limit else None
        return Record(kind, form.columns, form.rows(uow, found[:limit], actor), more)


def _place(after: str) -> tuple[datetime, int] | None:
    """A cursor's moment and key."""
    if not after:
        return None
    try:
        moment, key = after.rsplit("_", 1)
        at, number = datetime.fromisoformat(moment), int(key)
    except ValueError as error:
        raise InvalidInput("This page does not exist; begin with the first.") from error
    if at.tzinfo is None or not 0 <= number < 2**63:
        raise InvalidInput("This page does not exist; begin with the first.")
    return at, number


def _cursor(found: Any) -> str:
    first = found[0]
    return f"{(first.created_at if isinstance(first, Case) else first.at).isoformat()}_{first.key}"


def _part(query: Select[*Columns], asked: _Asked, at: Any, key: Any) -> Select[*Columns]:
    """The lines of a span behind the last one, in order; the moment's own condition lets the index begin there."""
    query = query.where(at >= asked.since, at < asked.until)
    if asked.behind is not None:
        moment, last = asked.behind
        query = query.where(at >= moment, or_(at > moment, and_(at == moment, key > last)))
    return query.order_by(at, key).limit(asked.limit)


def _cases(
    *kinds: str, keep: Callable[[Case], bool] = lambda case: True
) -> Callable[[UnitOfWork, _Asked], list[_Pair]]:
    """Finds the cases of some kinds that `keep` says yes to."""

    def find(uow: UnitOfWork, asked: _Asked) -> list[_Pair]:
        found: list[_Pair] = []
        while True:
            query = select(Case, Customer).outerjoin(Customer, Customer.key == Case.customer_key)
            query = query.where(Case.tenant_id == uow.tenant_id, Case.kind.in_(kinds))
            part = uow.session.execute(_part(query, asked, Case.created_at, Case.key)).all()
            found += [(case, customer) for case, customer in part if keep(case)]
            if len(part) < asked.limit or len(found) >= asked.limit:
                return found[: asked.limit]
            asked = replace(asked, behind=(part[-1][0].created_at, part[-1][0].key))

    return find


def _is_aftersales(case: Case) -> bool:
    return case.kind != "consultation" or case.attributes.get("business") == "aftersales"


def _is_presales(case: Case) -> bool:
    return case.attributes.get("business") != "aftersales"


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


def _presales(uow: UnitOfWork, pairs: list[_Pair], actor: Actor) -> list[dict[str, Any]]:
    return [
        _basic(case, customer, actor) | {name: case.attributes.get(name) for name in ("answer", "article", "business")}
        for case, customer in pairs
    ]


def _aftersales(uow: UnitOfWork, pairs: list[_Pair], actor: Actor) -> list[dict[str, Any]]:
    return [_basic(case, customer, actor) | _done(case) for case, customer in pairs]


def _done(case: Case) -> dict[str, Any]:
    if case.kind == "consultation":
        return {"sku": None, "kind": case.kind, "answer": case.attributes.get("answer")}
    return {"sku": case.sku, "kind": case.kind, "answer": None}


def _complaints(uow: UnitOfWork, pairs: list[_Pair], actor: Actor) -> list[dict[str, Any]]:
    """The handling of each complaint: what, why, what was wanted, who was involved, what was promised, and the result."""
    keys = [case.key for case, _ in pairs]
    involved, handled = _departments(uow, keys), _handling(uow, keys)
    return [
        _basic(case, customer, actor)
        | {
            "cause": case.cause,
            "wanted": case.wanted,
            "level": case.level,
            "departments": involved.get(case.key, []),
            "promised_at": case.promised_at,
            "reopened": case.reopened,
            "handling": "；".join(handled.get(case.key, [])),
        }
        for case, customer in pairs
    ]


def _departments(uow: UnitOfWork, case_keys: list[int]) -> dict[int, list[str]]:
    """Which departments had a task of each case."""
    query = (
        select(CaseInstance.case_key, UserTask.candidate_groups)
        .join(UserTask, UserTask.root_key == CaseInstance.instance_key)
        .where(CaseInstance.case_key.in_(case_keys))
    )
    found: dict[int, set[str]] = {}
    for key, groups in uow.session.execute(query):
        found.setdefault(key, set()).update(set(groups or []) & set(DEPARTMENTS))
    return {key: sorted(names) for key, names in found.items()}


def _handling(uow: UnitOfWork, case_keys: list[int]) -> dict[int, list[str]]:
    """The notes of each case's stages and its decisions, in order, of its first twenty such entries."""
    query = select(TimelineEntry.case_key, TimelineEntry.name, TimelineEntry.text).where(
        TimelineEntry.case_key.in_(case_keys), TimelineEntry.kind.in_(("step", "decision")), TimelineEntry.text != ""
    )
    entries: dict[int, list[tuple[str, str]]] = {}
    for key, name, text in uow.session.execute(query.order_by(TimelineEntry.key)):
        entries.setdefault(key, []).append((name, text))
    return {
        key: [text for name, text in each[:20] if name not in ("case.opened", "case.closed")]
        for key, each in entries.items()
    }


def _find_contacts(uow: UnitOfWork, asked: _Asked) -> list[Any]:
    query = (
        select(Contact, Case.number, Customer.name)
        .outerjoin(Case, Case.key == Contact.case_key)
        .outerjoin(Customer, Customer.key == Contact.customer_key)
        .where(Contact.tenant_id == uow.tenant_id)
    )
    return list(uow.session.execute(_part(query, asked, Contact.at, Contact.key)))


def _contacts(uow: UnitOfWork, found: list[Any], actor: Actor) -> list[dict[str, Any]]:
    """Every contact: when, by which way, by whom, what was said, with what result, and how fast a call was taken."""
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
        for contact, number, name in found
    ]


def _seconds(contact: Contact) -> int | None:
    if contact.rang_at is None or contact.answered_at is None:
        return None
    return round((contact.answered_at - contact.rang_at).total_seconds())


def _feedback(uow: UnitOfWork, pairs: list[_Pair], actor: Actor) -> list[dict[str, Any]]:
    names = ("department", "verdict", "verdict_note")
    return [
        _basic(case, customer, actor) | {name: case.attributes.get(name) for name in names} for case, customer in pairs
    ]


_WHO = ("number", "at", "customer_name", "contact", "channel")
_END = ("owner", "outcome", "closed_at")
_FORMS = {
    "presales": _Form(
        (*_WHO, "business", "description", "answer", "article", *_END), _cases("consultation", keep=_is_presales),
        _presales,
    ),
    "aftersales": _Form(
        (*_WHO, "kind", "order_number", "sku", "description", "answer", *_END),
        _cases("consultation", "return_exchange", "order_change", keep=_is_aftersales), _aftersales,
    ),
    "complaint_handling": _Form(
        (*_WHO, "level", "order_number", "description", "cause", "wanted", "departments", "promised_at", "reopened",
         "handling", *_END), _cases("complaint"), _complaints,
    ),
    "complaint_register": _Form(
        ("number", "customer_name", "at", "departments", "description", "outcome", "closed_at"), _cases("complaint"),
        _complaints,
    ),
    "contacts": _Form(
        ("at", "number", "customer_name", "channel", "direction", "owner", "content", "result", "answered_after", "rings",
         "late"), _find_contacts, _contacts,
    ),
    "feedback": _Form(
        (*_WHO, "description", "department", "verdict", "verdict_note", *_END), _cases("suggestion"), _feedback
    ),
}  # fmt: skip
