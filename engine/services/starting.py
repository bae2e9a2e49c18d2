"""Starting a process from the desk: which ones may be started, their start form, and the case that is registered with it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.forms import FieldError, Form, validate
from engine.model.base import table_of
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.deployment import FormDefinition, ProcessDefinition
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, task_forms, uploads
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import link_instance, open_case
from engine.services.cases.numbers import PREFIXES
from engine.services.cases.related import RelatedCase, related_to
from engine.services.customers.files import match_customer
from engine.services.handlers.cases import TITLE_LENGTH, columns_from
from engine.services.instances import start_within
from engine.services.people.actors import find_user
from engine.services.people.users import colleagues_within
from engine.services.turn import Turn
from engine.services.work.outside_checks import ask_all, checked_outside
from engine.services.work.submitting import FormRefused

COLLEAGUES = "colleagues"  # the `valuesKey` of a start form's choice of a colleague
_process = table_of(ProcessDefinition)


@dataclass(frozen=True, slots=True)
class Startable:
    """A process that a person starts by filling in a form; `about` says what for (its properties `about`, `about.en`)."""

    process_id: str
    name: str
    name_en: str | None
    about: str | None = None
    about_en: str | None = None


@dataclass(frozen=True, slots=True)
class StartForm:
    """The newest version of a process, its start form, and the data that the form is opened on."""

    process: Startable
    form: Form
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a start made; `case_number` is None for a process that works on no case."""

    instance_key: int
    case_number: str | None


class SameMatter(Conflict):
    """Open cases look like the same matter, and whoever registers another has not been told of them; nothing is registered."""

    def __init__(self, cases: list[RelatedCase]) -> None:
        super().__init__(f"Perhaps the same matter: {', '.join(case.number for case in cases)}.")
        self.cases = cases


def startable(runtime: Runtime, *, actor: Actor) -> list[Startable]:
    """The processes with a start form, by name, those that this person may start: a process whose property `start.groups`
    names groups (separated by commas) is for these alone. Raises Forbidden without cases.write."""
    actor.require("cases.write")
    newer = _process.alias("newer")
    last = (
        select(func.max(newer.c.version))
        .where(
            newer.c.process_id == _process.c.process_id,
            newer.c.tenant_id == _process.c.tenant_id,
            newer.c.deleted_at.is_(None),
        )
        .scalar_subquery()
    )
    query = select(_process.c.key).where(
        _process.c.tenant_id == actor.tenant_id, _process.c.version == last, _process.c.start_form_id.is_not(None)
    )
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        keys = uow.connection.execute(query.order_by(_process.c.name)).scalars().all()
        return [_startable(runtime, uow, key) for key in keys if _may_start(runtime, uow, key, actor)]


def start_form(runtime: Runtime, process_id: str, *, actor: Actor) -> StartForm:
    """The form that starts a process. Raises NotFound for a process without one, Forbidden without cases.write and for
    those whom the process does not name."""
    actor.require("cases.write")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _start_form(runtime, uow, process_id, actor)


def start_with_form(
    runtime: Runtime,
    process_id: str,
    form_data: dict[str, Any],
    *,
    actor: Actor,
    aware_of: Collection[str] | None = None,
) -> Begun:
    """Check the form, register the case where the process works on one, and start it, at once or not at all.

    `started_by` is a variable of the process besides the form's. Files that the form names are put into the case. `aware_of`: the
    open cases that the person was told of (None: nobody is there to be told).
    Raises FormRefused, NotFound, Forbidden without cases.write, SameMatter where they were not told of one.
    """
    actor.require("cases.write")
    asked = _ask_outside(runtime, process_id, form_data, actor)

    def work(uow: UnitOfWork) -> Begun:
        opened = _start_form(runtime, uow, process_id, actor)
        found = validate(opened.form, form_data, opened.data, now=uow.now, zone=actor.time_zone)
        errors = [*found.errors, *asked]
        if errors:
            raise FormRefused(errors, actor.locale)
        case = _register(runtime, uow, process_id, found.values, actor) if process_id in PREFIXES else None
        if case is not None and aware_of is not None:
            _check_same_matter(uow, case, aware_of)
        told = found.values | {"started_by": actor.username} | ({"case_number": case.number} if case else {})
        turn = Turn(runtime, uow, actor.username)
        live = start_within(turn, process_id, told)
        turn.finish()
        if case is not None:
            link_instance(uow, case, live.info.key, process_id)
            uploads.place(runtime, uow, case, task_forms.file_ids(opened.form, found.values), actor)
        return Begun(live.info.key, case.number if case is not None else None)

    return runtime.transact(work, actor.tenant_id)


def _ask_outside(runtime: Runtime, process_id: str, form_data: dict[str, Any], actor: Actor) -> list[FieldError]:
    """What the systems outside have against the form: asked before the transaction, which is not to wait for them."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        opened = _start_form(runtime, uow, process_id, actor)
        if not checked_outside(opened.form):
            return []
        typed = validate(opened.form, form_data, opened.data, now=uow.now, zone=actor.time_zone).values
    return ask_all(runtime, actor.tenant_id, opened.form, typed, opened.data)


def _check_same_matter(uow: UnitOfWork, case: Case, aware_of: Collection[str]) -> None:
    uow.flush()
    same = [each for each in related_to(uow, case) if each.relation == "duplicate"]
    if {each.number for each in same} - set(aware_of):
        raise SameMatter(same)


def _may_start(runtime: Runtime, uow: UnitOfWork, key: int, actor: Actor) -> bool:
    named = str(definitions.process(runtime, uow, key).model.properties.get("start.groups") or "")
    groups = {name.strip() for name in named.split(",") if name.strip()}
    return not groups or bool(groups & actor.groups) or actor.may("processes.deploy")


def _start_form(runtime: Runtime, uow: UnitOfWork, process_id: str, actor: Actor) -> StartForm:
    process = definitions.latest(uow, ProcessDefinition, process_id)
    if process.start_form_id is None:
        raise NotFound(f"The process {process_id} has no start form.")
    if not _may_start(runtime, uow, process.key, actor):
        raise Forbidden(f"{actor.username} may not start {process_id}.")
    row = definitions.latest(uow, FormDefinition, process.start_form_id)
    form = definitions.form(runtime, uow, row.key)
    return StartForm(_startable(runtime, uow, process.key), form, _choices(uow, form, actor))


def _choices(uow: UnitOfWork, form: Form, actor: Actor) -> dict[str, Any]:
    """What a form's choices are made of: `colleagues`, the others who work on tasks, each as a name that says who it is."""
    if not any(component.get("valuesKey") == COLLEAGUES for component in form.walk()):
        return {}
    return {COLLEAGUES: [f"{each.display_name}（{each.username}）" for each in colleagues_within(uow, actor)]}


def _startable(runtime: Runtime, uow: UnitOfWork, key: int) -> Startable:
    model = definitions.process(runtime, uow, key).model
    about, about_en = model.properties.get("about"), model.properties.get("about.en")
    return Startable(model.id, model.name or model.id, model.properties.get("name.en"), about, about_en)


def _register(runtime: Runtime, uow: UnitOfWork, kind: str, values: dict[str, Any], actor: Actor) -> Case:
    """The case with its number at once, so that whoever registers it can read it out to the customer."""
    words = str(values.get("matter") or values.get("description") or "")
    channel = str(values.get("channel") or "phone")
    customer = _customer(runtime, uow, values)
    owner = find_user(uow, customer.owner) if customer and customer.owner else None
    case = open_case(
        runtime,
        uow,
        actor.username,
        kind,
        channel,
        words.splitlines()[0][:TITLE_LENGTH] if words else kind,
        description=words,
        customer_key=customer.key if customer else None,
        owner=owner.username if owner and owner.active else None,
        **columns_from(values),
    )
    if words:
        store_contact(runtime, uow, case, actor.username, channel, "in", words, "answered")
    return case


def _customer(runtime: Runtime, uow: UnitOfWork, values: dict[str, Any]) -> Customer | None:
    """The customer by the field `contact`, an e-mail address or a phone number; None when it is neither."""
    contact = str(values.get("contact") or "").strip()
    address = {"email": contact} if "@" in contact else {"phone": contact}
    try:
        customer, made = match_customer(runtime, uow, {"name": str(values.get("customer_name") or ""), **address})
    except InvalidInput:
        return None
    if made and values.get("tier"):
        customer.tier = str(values["tier"])
    if values.get("consent") is True:
        customer.consent = customer.consent | {"email" if "@" in contact else "sms": True}
    return customer
