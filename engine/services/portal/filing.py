"""Filing a complaint or asking for a return: the form is checked, the case registered, its process started, at once or not at all."""

from dataclasses import dataclass
from typing import Any

from engine.errors import NotFound, Unavailable
from engine.forms import Form, validate
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.deployment import FormDefinition
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import link_instance, open_case
from engine.services.cases.links import link_for, valid_until
from engine.services.customers.files import match_customer
from engine.services.handlers.cases import TITLE_LENGTH, columns_from
from engine.services.messages import publish_within
from engine.services.outside import outside
from engine.services.people.actors import find_user
from engine.services.turn import Turn
from engine.services.work.submitting import FormRefused

CHANNEL = "online"
COMPLAINT, RETURN = "complaint", "return_exchange"
_FORMS = {COMPLAINT: "complaint_portal", RETURN: "aftersale_portal"}
_MESSAGES = {COMPLAINT: "complaint.filed", RETURN: "aftersale.requested"}


@dataclass(frozen=True, slots=True)
class Filed:
    """The new case's number, and the signed link under which its customer follows it."""

    number: str
    link: str
    customer_key: int


def portal_form(runtime: Runtime, kind: str, *, actor: Actor) -> Form:
    """The form to file a complaint or ask for a return (`return_exchange`). Raises NotFound while none is deployed."""
    if kind not in _FORMS:
        raise NotFound(f"Nothing can be filed as {kind!r}.")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = definitions.latest(uow, FormDefinition, _FORMS[kind])
        return definitions.form(runtime, uow, row.key)


def file_complaint(runtime: Runtime, form_data: dict[str, Any], *, actor: Actor) -> Filed:
    """Register a complaint as its portal form says and start its process.

    An order number that the shop does not know is kept as it was given. `actor` is the customer, or anybody with portal.use.
    Raises FormRefused, Forbidden, Unavailable while no process takes complaints.
    """
    return _file(runtime, COMPLAINT, form_data, actor)


def request_return(runtime: Runtime, form_data: dict[str, Any], *, actor: Actor) -> Filed:
    """Ask for a return, exchange or repair, like `file_complaint`; what the article cost is looked up in the order."""
    return _file(runtime, RETURN, form_data, actor)


def _file(runtime: Runtime, kind: str, form_data: dict[str, Any], actor: Actor) -> Filed:
    actor.require("portal.use")
    values = _checked(runtime, kind, form_data, actor)
    values["order_known"], amount = _look_up(runtime, values)
    if kind == RETURN:
        values["amount"] = amount
    until = valid_until(runtime)

    def work(uow: UnitOfWork) -> Filed:
        customer = _customer(runtime, uow, values, actor)
        case = _register(runtime, uow, kind, values, customer)
        turn = Turn(runtime, uow, actor.username)
        started = publish_within(turn, _MESSAGES[kind], case.number, _variables(values, case, customer))
        turn.finish()
        if not started.correlated:
            raise Unavailable("Nothing can be filed now; please call us.")
        for instance in started.correlated:
            link_instance(uow, case, instance.process_instance_key, instance.process_id)
        return Filed(case.number, link_for(runtime, case, until), customer.key)

    return runtime.transact(work, actor.tenant_id)


def _checked(runtime: Runtime, kind: str, form_data: dict[str, Any], actor: Actor) -> dict[str, Any]:
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
        words.splitlines()[0][:TITLE_LENGTH] if words else kind,
        description=words,
        customer_key=customer.key,
        owner=owner.username if owner and owner.active else None,
        **columns,
    )
    case.unread_at = uow.now
    store_contact(runtime, uow, case, "customer", CHANNEL, "in", words, "received", public=True, agent=None)
    return case


def _variables(values: dict[str, Any], case: Case, customer: Customer) -> dict[str, Any]:
    """What the process is told. The name is the one that was typed: the file's is not for a stranger to read back."""
    told = {name: value for name, value in values.items() if name != "order_known"}
    return told | {"case_number": case.number, "channel": CHANNEL, "tier": customer.tier}
