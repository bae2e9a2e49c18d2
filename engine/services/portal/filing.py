"""Filing a complaint or asking for a return: the form is checked, the case registered, its process started, at once or not at all."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.errors import InvalidInput, NotFound, Unavailable
from engine.forms import Form, validate
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.deployment import FormDefinition
from engine.model.permissions import Actor
from engine.model.subscription import StartSubscription
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, uploads
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import link_instance, open_case
from engine.services.cases.links import link_for, valid_until
from engine.services.customers.files import match_customer
from engine.services.handlers.cases import TITLE_LENGTH, columns_from
from engine.services.messages import publish_within
from engine.services.outside import outside
from engine.services.people.actors import find_user
from engine.services.portal.orders import own_order
from engine.services.turn import Turn
from engine.services.work.submitting import FormRefused

CHANNEL = "online"
CHANGE_MESSAGE = "order_change.requested"
COMPLAINT, RETURN, REQUEST = "complaint", "return_exchange", "intake"
_FORMS = {COMPLAINT: "complaint_portal", RETURN: "aftersale_portal", REQUEST: "request_portal"}
_MESSAGES = {COMPLAINT: "complaint.filed", RETURN: "aftersale.requested", REQUEST: "channel.message"}


@dataclass(frozen=True, slots=True)
class Filed:
    """The new case's number, and the signed link under which its customer follows it."""

    number: str
    link: str
    customer_key: int


@dataclass(frozen=True, slots=True)
class Photos:
    """Files that were uploaded before (`uploads.keep`), and who kept them."""

    keys: list[int] = field(default_factory=list)
    keeper: Actor | None = None


NO_PHOTOS = Photos()


def portal_form(runtime: Runtime, kind: str, *, actor: Actor) -> Form:
    """The form of a complaint, a return (`return_exchange`) or anything else (`intake`). Raises NotFound while none is deployed."""
    if kind not in _FORMS:
        raise NotFound(f"Nothing can be filed as {kind!r}.")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = definitions.latest(uow, FormDefinition, _FORMS[kind])
        return definitions.form(runtime, uow, row.key)


def file_complaint(runtime: Runtime, form_data: dict[str, Any], *, actor: Actor, photos: Photos = NO_PHOTOS) -> Filed:
    """Register a complaint as its portal form says, put the photos into it, and start its process: all or nothing.

    An order number that the shop does not know is kept as it was given. `actor` is the customer, or anybody with portal.use.
    Raises FormRefused, Forbidden, Unavailable while no process takes complaints.
    """
    return _file(runtime, COMPLAINT, form_data, actor, photos)


def request_return(runtime: Runtime, form_data: dict[str, Any], *, actor: Actor, photos: Photos = NO_PHOTOS) -> Filed:
    """Ask for a return, exchange or repair, like `file_complaint`; what the article cost is looked up in the order."""
    return _file(runtime, RETURN, form_data, actor, photos)


def send_request(runtime: Runtime, form_data: dict[str, Any], *, actor: Actor, photos: Photos = NO_PHOTOS) -> Filed:
    """Ask something or suggest something, like `file_complaint`; the intake finds who answers."""
    return _file(runtime, REQUEST, form_data, actor, photos)


def may_change_orders(runtime: Runtime, *, actor: Actor) -> bool:
    """Whether a process takes order changes now."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        listening = select(StartSubscription.key).where(
            StartSubscription.tenant_id == uow.tenant_id, StartSubscription.name == CHANGE_MESSAGE
        )
        return uow.session.scalars(listening.limit(1)).first() is not None


def change_order(
    runtime: Runtime, number: str, change: str, new_address: str = "", words: str = "", *, actor: Actor
) -> Filed:
    """Ask for another address of one's own order (`address`) or to cancel it (`cancel`); a person or the shop decides.

    Raises InvalidInput with fields, NotFound for another's order, Unavailable while no process takes it.
    """
    own_order(runtime, number, actor=actor)
    fields: dict[str, list[str]] = {}
    if change not in ("address", "cancel"):
        fields["change"] = ["请选择改地址还是取消 / Choose: another address, or cancel."]
    if change == "address" and not new_address.strip():
        fields["new_address"] = ["请填写新地址 / Write the new address."]
    if fields:
        raise InvalidInput("This change is not described.", fields)
    until = valid_until(runtime)
    told: dict[str, Any] = {"order_number": number, "change": change, "new_address": new_address.strip()[:500] or None}
    told |= {"description": words.strip()[:2000], "order_known": True}

    def work(uow: UnitOfWork) -> Filed:
        customer = _customer(runtime, uow, told, actor)
        case = _register(runtime, uow, "order_change", told, customer)
        who = {"customer_name": customer.name, "contact": customer.phone or customer.email, "consent": True}
        turn = Turn(runtime, uow, actor.username)
        started = publish_within(turn, CHANGE_MESSAGE, case.number, _variables(told | who, case, customer))
        turn.finish()
        if not started.correlated:
            raise Unavailable("Nobody takes order changes now; please call us.")
        for instance in started.correlated:
            link_instance(uow, case, instance.process_instance_key, instance.process_id)
        return Filed(case.number, link_for(runtime, case, until), customer.key)

    return runtime.transact(work, actor.tenant_id)


def _file(runtime: Runtime, kind: str, form_data: dict[str, Any], actor: Actor, photos: Photos) -> Filed:
    actor.require("portal.use")
    values = checked(runtime, kind, form_data, actor)
    values["order_known"], amount = _look_up(runtime, values)
    if kind == RETURN:
        values["amount"] = amount
    if kind == REQUEST:
        values |= {"subject": _first_line(values), "received_at": runtime.now().isoformat(), "acknowledge": True}
    until = valid_until(runtime)

    def work(uow: UnitOfWork) -> Filed:
        customer = _customer(runtime, uow, values, actor)
        case = _register(runtime, uow, kind, values, customer)
        if photos.keys and photos.keeper:
            uploads.place(runtime, uow, case, photos.keys, photos.keeper, f"customer:{customer.key}")
        turn = Turn(runtime, uow, actor.username)
        started = publish_within(turn, _MESSAGES[kind], case.number, _variables(values, case, customer))
        turn.finish()
        if not started.correlated:
            raise Unavailable("Nothing can be filed now; please call us.")
        for instance in started.correlated:
            link_instance(uow, case, instance.process_instance_key, instance.process_id)
        return Filed(case.number, link_for(runtime, case, until), customer.key)

    return runtime.transact(work, actor.tenant_id)


def checked(runtime: Runtime, kind: str, form_data: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The form's values as they are kept. Raises FormRefused."""
    form = portal_form(runtime, kind, actor=actor)
    found = validate(form, form_data, {}, now=runtime.now(), zone=actor.time_zone)
    if found.errors:
        raise FormRefused(found.errors, actor.locale)
    return found.values


def _look_up(runtime: Runtime, values: dict[str, Any]) -> tuple[bool, float]:
    """Whether the shop knows the order, and what the article cost; while it does not answer, neither is known."""
    number = str(values.get("order_number") or "").strip()
    try:
        order = outside(runtime).order(number)
    except Unavailable:
        order = None
    if order is None:
        return False, 0.0
    lines = [line for line in order.lines if line.sku == values.get("sku")] or list(order.lines)
    return True, float(sum(line.amount for line in lines))


def _customer(runtime: Runtime, uow: UnitOfWork, values: dict[str, Any], actor: Actor) -> Customer:
    """Who came by a link or signed in is known; another is found by the contact that they gave."""
    if actor.customer_key is not None:
        return uow.get(Customer, actor.customer_key)
    contact = str(values.get("contact", ""))
    address = {"email": contact} if "@" in contact else {"phone": contact}
    customer, made = match_customer(runtime, uow, {"name": values.get("customer_name", ""), **address})
    if made:
        customer.language = actor.locale
    if made and values.get("consent") is True:
        # Only a new file takes consent from a stranger; for a known one anybody could give it in their name.
        customer.consent = {"email" if "@" in contact else "sms": True}
        customer.preferred_channel = "email" if "@" in contact else "sms"
    return customer


def _register(runtime: Runtime, uow: UnitOfWork, kind: str, values: dict[str, Any], customer: Customer) -> Case:
    words = str(values.get("matter") or values.get("description") or "")
    owner = find_user(uow, customer.owner) if customer.owner else None
    columns = columns_from(values) | {"order_known": values["order_known"]}
    case = open_case(
        runtime,
        uow,
        "customer",
        kind,
        CHANNEL,
        _first_line(values) or kind,
        description=words,
        customer_key=customer.key,
        owner=owner.username if owner and owner.active else None,
        **columns,
    )
    case.unread_at = uow.now
    store_contact(runtime, uow, case, "customer", CHANNEL, "in", words, "received", public=True, agent=None)
    return case


def _first_line(values: dict[str, Any]) -> str:
    words = str(values.get("matter") or values.get("description") or "").strip()
    return words.splitlines()[0][:TITLE_LENGTH] if words else ""


def _variables(values: dict[str, Any], case: Case, customer: Customer) -> dict[str, Any]:
    """What the process is told. The name is the one that was typed: the file's is not for a stranger to read back."""
    told = {name: value for name, value in values.items() if name != "order_known"}
    return told | {"case_number": case.number, "channel": CHANNEL, "tier": customer.tier}
