"""The phone: calls as they ring and are answered, by the phone system's word or the agent's, and their registration in one form."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.calendars import parse_duration
from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.contact import Contact
from engine.model.customer import Customer, normal_phone
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import find_case
from engine.services.cases.listing import CaseRow, list_cases
from engine.services.customers.files import CustomerView, find_by_address, search_customers, view
from engine.services.outside import outside
from engine.services.rows import add
from engine.services.settings import setting
from engine.services.starting import Begun, start_with_form

PROCESS = "intake"
EVENTS = ("rang", "answered", "ended", "missed")
SHOWN_FOR = timedelta(minutes=30)
MOST_RINGS = 99


@dataclass(frozen=True, slots=True)
class CallView:
    """A call that has no case yet. `seconds` until it was answered; `late` by the limits of time or rings, None while it rings."""

    key: int
    caller: str
    customer: CustomerView | None
    rang_at: datetime | None
    answered_at: datetime | None
    rings: int | None
    seconds: float | None
    late: bool | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order of a caller, in a line."""

    number: str
    status: str
    placed_at: datetime
    goods: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer's file with what an agent needs while they speak: open cases, and the last orders (None: the shop is silent)."""

    customer: CustomerView
    cases: list[CaseRow]
    orders: list[OrderLine] | None


def call_event(
    runtime: Runtime,
    call_id: str,
    event: str,
    at: datetime,
    caller: str,
    agent: str | None = None,
    rings: int | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> int:
    """Note what the phone system says of a call, and return the contact's key. Saying it again, or out of order, is the same.

    Raises InvalidInput for an event that is none.
    """
    if event not in EVENTS:
        raise InvalidInput("This event is unknown.", {"event": [", ".join(EVENTS)]})

    def work(uow: UnitOfWork) -> int:
        contact = _by_call(uow, call_id) or _new_call(runtime, uow, call_id, caller, at)
        column = {"rang": "rang_at", "answered": "answered_at"}.get(event, "ended_at")
        setattr(contact, column, getattr(contact, column) or at)
        if event == "missed":
            contact.result = "no_answer"
        if event == "answered":
            contact.result = "answered"
        contact.agent = agent or contact.agent
        contact.rings = rings if rings is not None else contact.rings
        return contact.key

    return runtime.transact(work, tenant_id)


def open_calls(runtime: Runtime, *, actor: Actor) -> list[CallView]:
    """Calls of the last half hour that nobody has registered, the oldest first. Raises Forbidden without cases.write."""
    actor.require("cases.write")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        query = select(Contact).where(
            Contact.tenant_id == actor.tenant_id,
            Contact.case_key.is_(None),
            Contact.channel == "phone",
            Contact.direction == "in",
            Contact.at >= uow.now - SHOWN_FOR,
        )
        rows = uow.session.scalars(query.order_by(Contact.at).limit(20))
        return [_call_view(uow, row, actor) for row in rows if row.result != "no_answer"]


def answer_call(runtime: Runtime, key: int, *, actor: Actor) -> CallView:
    """Take a call that rings. Raises Conflict when a colleague has it, NotFound, Forbidden without cases.write."""
    actor.require("cases.write")

    def work(uow: UnitOfWork) -> CallView:
        query = select(Contact).where(Contact.tenant_id == uow.tenant_id, Contact.key == key).with_for_update()
        contact = uow.session.scalars(query).one_or_none()
        if contact is None or contact.case_key is not None or contact.channel != "phone":
            raise NotFound(f"There is no call {key} to answer.")
        if contact.answered_at is not None and contact.agent not in (None, actor.username):
            raise Conflict("A colleague has answered this call.")
        contact.answered_at, contact.agent = contact.answered_at or uow.now, actor.username
        contact.result = "answered"
        return _call_view(uow, contact, actor)

    return runtime.transact(work, actor.tenant_id)


def find_callers(runtime: Runtime, words: str, *, actor: Actor, limit: int = 5) -> list[Caller]:
    """Customers by a part of their phone number, name or address, with open cases and orders. Raises Forbidden."""
    if len(words.strip()) < 2:
        return []
    found = search_customers(runtime, words, actor=actor, limit=limit)
    return [_caller(runtime, customer, actor) for customer in found]


def register_call(
    runtime: Runtime, form_data: dict[str, Any], *, actor: Actor, call_key: int | None = None, rings: int | None = None
) -> Begun:
    """Register a call by the intake's form; the agent keeps the case. `rings` is what they counted, where no phone system tells.

    Raises FormRefused, InvalidInput, NotFound, Forbidden without cases.write.
    """
    if rings is not None and not 0 <= rings <= MOST_RINGS:
        raise InvalidInput("The number of rings is impossible.", {"rings": ["0–99"]})
    begun = start_with_form(runtime, PROCESS, form_data, actor=actor)
    if begun.case_number is not None and (call_key is not None or rings is not None):
        _keep_times(runtime, begun.case_number, call_key, rings, actor)
    return begun


def late(contact: Contact, within: timedelta, most_rings: int) -> bool | None:
    """Whether a call was answered too late: after `within`, or after more rings. None when neither was told."""
    if contact.rings is not None:
        return contact.rings > most_rings
    if contact.rang_at is None or contact.answered_at is None:
        return None
    return contact.answered_at - contact.rang_at > within


def _keep_times(runtime: Runtime, number: str, call_key: int | None, rings: int | None, actor: Actor) -> None:
    """Put the call's moments at the contact that its registration made."""

    def work(uow: UnitOfWork) -> None:
        case = find_case(uow, number)
        query = select(Contact).where(Contact.case_key == case.key, Contact.direction == "in").order_by(Contact.key)
        made = uow.session.scalars(query.limit(1)).one_or_none()
        call = uow.session.get(Contact, call_key) if call_key is not None else None
        if made is None:
            return
        if call is not None and call.tenant_id == uow.tenant_id and call.case_key is None:
            made.at, made.rang_at, made.answered_at = call.at, call.rang_at, call.answered_at
            made.ended_at, made.rings, external = call.ended_at, call.rings, call.external_id
            call.external_id = None
            uow.session.delete(call)
            uow.flush()
            made.external_id = external
        made.rings = rings if rings is not None else made.rings
        made.agent = actor.username

    runtime.transact(work, actor.tenant_id)


def _by_call(uow: UnitOfWork, call_id: str) -> Contact | None:
    query = select(Contact).where(
        Contact.tenant_id == uow.tenant_id, Contact.channel == "phone", Contact.external_id == f"call:{call_id}"[:255]
    )
    return uow.session.scalars(query.limit(1)).one_or_none()


def _new_call(runtime: Runtime, uow: UnitOfWork, call_id: str, caller: str, at: datetime) -> Contact:
    customer = find_by_address(uow, caller, None)
    contact = add(
        runtime,
        uow,
        Contact,
        case_key=None,
        customer_key=customer.key if customer else None,
        direction="in",
        channel="phone",
        at=at,
        content=normal_phone(caller) or caller[:40],
        result="received",
        external_id=f"call:{call_id}"[:255],
    )
    uow.flush()
    return contact


def _call_view(uow: UnitOfWork, row: Contact, actor: Actor) -> CallView:
    customer = uow.session.get(Customer, row.customer_key) if row.customer_key else None
    seconds = (row.answered_at - row.rang_at).total_seconds() if row.answered_at and row.rang_at else None
    within = parse_duration(setting(uow, "phone.answer"))
    return CallView(
        key=row.key,
        caller=row.content,
        customer=view(customer, actor) if customer else None,
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        rings=row.rings,
        seconds=seconds,
        late=late(row, within, setting(uow, "phone.rings")),
        agent=row.agent,
    )


def _caller(runtime: Runtime, customer: CustomerView, actor: Actor) -> Caller:
    cases = list_cases(runtime, actor=actor, status="any_open", customer_key=customer.key, limit=5)
    orders = None
    if actor.may("orders.read"):
        with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
            phone = uow.get(Customer, customer.key).phone
        found = outside(runtime).orders_of(phone, limit=5) if phone else []
        orders = None if found is None else [_order_line(order) for order in found]
    return Caller(customer, cases, orders)


def _order_line(order: Any) -> OrderLine:
    goods = "、".join(line.name for line in order.lines)
    return OrderLine(order.number, order.status, order.placed_at, goods)
