"""A case itself: opening, finding, changing, noting, and which process instances work on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.model.case import CHANGEABLE, OPEN_STATUSES, Case, CaseInstance
from engine.model.instance import ProcessInstance
from engine.model.permissions import Actor
from engine.model.variable import Variable
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.mentions import mentioned
from engine.services.cases.numbers import allot
from engine.services.cases.timeline import record
from engine.services.notices import leave_notice
from engine.services.people.actors import find_user
from engine.services.rows import add

# What a person may change by hand; the rest follows from the process.
BY_HAND = frozenset(CHANGEABLE) & {
    "title",
    "description",
    "matter",
    "cause",
    "cause_code",
    "wanted",
    "sku",
    "order_number",
    "promised_at",
    "queue",
    "priority",
    "channel",
}


def open_case(
    runtime: Runtime, uow: UnitOfWork, actor: str, kind: str, channel: str, title: str, **values: Any
) -> Case:
    """Register a case with its number; `values` are columns. A customer who is known keeps the agent who has them."""
    unknown = sorted(values.keys() - {*CHANGEABLE, "customer_key", "attributes", "parent_key"})
    if unknown:
        raise InvalidInput(f"A case has no field {', '.join(unknown)}.")
    number = allot(uow, kind, runtime.settings.time_zone)
    moments = {"created_at": uow.now, "updated_at": uow.now, "created_by": actor}
    case = add(runtime, uow, Case, number=number, kind=kind, channel=channel, title=title[:255], **moments, **values)
    uow.flush()
    record(runtime, uow, case, actor, "step", "case.opened", title, public=True)
    return case


def find_case(uow: UnitOfWork, number: str, for_update: bool = False) -> Case:
    """The case with this number. Raises NotFound."""
    query = select(Case).where(Case.tenant_id == uow.tenant_id, Case.number == number)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    case = uow.session.scalars(query).one_or_none()
    if case is None:
        raise NotFound(f"There is no case {number}.")
    return case


def readable_case(uow: UnitOfWork, number: str, actor: Actor) -> Case:
    """The case, when this actor may read it: staff with cases.read, or the customer whose it is.

    Raises NotFound, also to a customer for the case of another, so that numbers cannot be probed; Forbidden.
    """
    case = find_case(uow, number)
    if actor.may("cases.read"):
        return case
    if actor.customer_key is None:
        raise Forbidden(f"{actor.username} lacks the permission cases.read.")
    if case.customer_key != actor.customer_key or actor.only_case not in (None, number):
        raise NotFound(f"There is no case {number}.")
    return case


def change_case(
    runtime: Runtime, number: str, changes: dict[str, Any], *, actor: Actor, revision: int | None = None
) -> int:
    """Change what a person may change, with a timeline entry, and return the new revision.

    Raises Conflict when somebody changed it since `revision`, InvalidInput, NotFound, Forbidden without cases.write.
    """
    actor.require("cases.write")
    unknown = sorted(changes.keys() - BY_HAND)
    if unknown:
        raise InvalidInput(f"A case's {', '.join(unknown)} cannot be changed by hand.")

    def work(uow: UnitOfWork) -> int:
        case = find_case(uow, number, for_update=True)
        if revision is not None and case.revision != revision:
            raise Conflict(f"Somebody else changed case {number} meanwhile; look at it again.")
        store_changes(runtime, uow, case, changes, actor.username)
        uow.flush()
        return case.revision

    return runtime.transact(work, actor.tenant_id)


def store_changes(runtime: Runtime, uow: UnitOfWork, case: Case, changes: dict[str, Any], actor: str) -> None:
    """Set columns and write what really changed into the timeline."""
    if isinstance(changes.get("promised_at"), str):
        changes = changes | {"promised_at": moment(changes["promised_at"])}
    changed = case.change(changes, uow.now)
    if changed:
        record(runtime, uow, case, actor, "change", "case.changed", changes=changed)


def assign_case(runtime: Runtime, number: str, owner: str, *, actor: Actor) -> None:
    """Give a case to an agent who follows it to its end. Raises NotFound, Forbidden without tasks.assign."""
    actor.require("tasks.assign")

    def work(uow: UnitOfWork) -> None:
        if find_user(uow, owner) is None:
            raise NotFound(f"There is no user {owner}.")
        store_changes(runtime, uow, find_case(uow, number, for_update=True), {"owner": owner}, actor.username)

    runtime.transact(work, actor.tenant_id)


def add_note(runtime: Runtime, number: str, text: str, *, actor: Actor) -> int:
    """Write an internal note, which no customer sees, and return its key. Who is mentioned in it (`@name`) is told.

    Raises InvalidInput, NotFound, Forbidden.
    """
    return runtime.transact(lambda uow: store_note(runtime, uow, number, text, actor), actor.tenant_id)


def store_note(runtime: Runtime, uow: UnitOfWork, number: str, text: str, actor: Actor) -> int:
    """`add_note` in the caller's transaction."""
    actor.require("cases.write")
    if not text.strip():
        raise InvalidInput("The note is empty.", {"text": ["请填写内容 / Write something."]})
    case = find_case(uow, number)
    told = [name for name in mentioned(uow, text) if name != actor.username]
    data = {"mentions": told} if told else {}
    entry = record(runtime, uow, case, actor.username, "note", "note.added", text.strip(), data=data)
    values = {"from": actor.display_name or actor.username, "note": text.strip()}
    for name in told:
        leave_notice(runtime, uow, case, name, "mention", values, f"mention:{entry.key}")
    return entry.key


def mark_read(runtime: Runtime, number: str, *, actor: Actor) -> None:
    """Say that what the customer said was read. Raises NotFound, Forbidden without cases.write."""
    actor.require("cases.write")

    def work(uow: UnitOfWork) -> None:
        find_case(uow, number).unread_at = None

    runtime.transact(work, actor.tenant_id)


def link_instance(uow: UnitOfWork, case: Case, instance_key: int, process_id: str | None = None) -> None:
    """Say that a root process instance works on a case; saying it again changes nothing."""
    if uow.session.get(CaseInstance, instance_key) is None:
        uow.add(CaseInstance(instance_key=instance_key, case_key=case.key, tenant_id=uow.tenant_id,
                             process_id=process_id, linked_at=uow.now))  # fmt: skip
        case.updated_at = uow.now  # it counts otherwise in figures by process
        uow.flush()


def case_of_instance(uow: UnitOfWork, instance_key: int, root_key: int | None = None) -> Case | None:
    """The case that a process instance works on: by its root's link, or by its or its root's variable `case_number`."""
    if root_key is None:
        root_key = uow.session.scalar(select(ProcessInstance.root_key).where(ProcessInstance.key == instance_key))
    link = uow.session.get(CaseInstance, root_key or instance_key)
    if link is not None:
        return uow.session.get(Case, link.case_key)
    keys = [instance_key, root_key or instance_key]
    named = select(Variable.value).where(
        Variable.tenant_id == uow.tenant_id, Variable.name == "case_number", Variable.process_instance_key.in_(keys)
    )
    for number in uow.session.scalars(named):
        if isinstance(number, str):
            query = select(Case).where(Case.tenant_id == uow.tenant_id, Case.number == number)
            return uow.session.scalars(query).one_or_none()
    return None


def open_case_of(uow: UnitOfWork, customer_key: int, order_number: str | None = None) -> Case | None:
    """A customer's open case, the newest; of this order when one is named."""
    query = select(Case).where(Case.tenant_id == uow.tenant_id, Case.customer_key == customer_key)
    query = query.where(Case.status.in_(OPEN_STATUSES))
    if order_number:
        query = query.where(Case.order_number == order_number)
    return uow.session.scalars(query.order_by(Case.created_at.desc()).limit(1)).one_or_none()


def moment(text: str) -> datetime:
    """An aware moment from ISO 8601. Raises InvalidInput without an offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a date and time.") from error
    if found.tzinfo is None:
        raise InvalidInput(f"{text!r} has no time zone.")
    return found
