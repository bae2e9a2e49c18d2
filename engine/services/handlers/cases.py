"""Job types about the case itself: case.open, case.update, case.close, complaint.repeats."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from engine.calendars import parse_duration
from engine.errors import InvalidInput, Unavailable
from engine.model.case import Case
from engine.model.customer import Customer
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services.cases import files
from engine.services.cases.timeline import record
from engine.services.customers.files import match_customer
from engine.services.handlers.clocks import start_clocks
from engine.services.handlers.once import WHO, case_of, link, once, text
from engine.services.outside import outside
from engine.services.people.actors import find_user
from engine.services.sla import CaseClocks

# What a process calls it, and the case's column.
FROM_VARIABLES = {
    "matter": "matter",
    "cause": "cause",
    "cause_code": "cause_code",
    "wanted_remedy": "wanted",
    "sku": "sku",
    "order_number": "order_number",
    "promised_at": "promised_at",
}
NO_ANSWER_NEEDED = ("withdrawn", "no_reply", "cancelled", "closed_no_shipment", "spam", "merged", "no_action")
TITLE_LENGTH = 60
INTAKE = "intake"
RECORDED = ("answer", "article", "verdict", "verdict_note", "business", "department")  # what the record forms show


def open_case(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Allot a number, find the customer, look the order up, start the clocks. Answers `case_number`, `order_known`, `customer_tier`.

    A case that was registered before the process (by the portal) is taken over under its number; one that was closed is
    opened again.
    """
    order_known = _is_known(runtime, text(job, "order_number"))

    def work(uow: UnitOfWork) -> dict[str, Any]:
        kind = job.headers.get("kind") or text(job, "kind", "complaint")
        case = take_case(runtime, uow, job, kind)
        if case.kind == INTAKE and kind != INTAKE:  # what came in turns out to be this
            files.store_changes(runtime, uow, case, {"kind": kind}, WHO)
        values = {name: job.variables[name] for name in ("level", "major") if job.variables.get(name) is not None}
        files.store_changes(runtime, uow, case, values | {"order_known": order_known}, WHO)
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            start_clocks(clocks, job.variables.get("clocks"))
        customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
        tier = customer.tier if customer else None
        return {"case_number": case.number, "order_known": order_known, "customer_tier": tier}

    return once(runtime, job, work)


def update_case(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Bring the case up to what the process knows, and write the header `stage` and the variable `note` down."""

    def work(uow: UnitOfWork) -> None:
        case = case_of(uow, job)
        stage = job.headers.get("stage", "")
        changes = _stage(case, stage, uow)
        if changes:
            record(runtime, uow, case, WHO, "change", "case.changed", changes=changes)
        files.store_changes(runtime, uow, case, columns_from(job.variables), WHO)
        if stage:
            data = {"stage": stage}
            record(runtime, uow, case, WHO, "step", f"stage.{stage}", text(job, "note"), data=data, public=True)

    return once(runtime, job, work)


def close_case(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """End the case with the variable `result`. Clocks are met, or cancelled where no answer is needed any more."""

    def work(uow: UnitOfWork) -> None:
        case, result = case_of(uow, job), text(job, "result", "resolved")
        said = {name: text(job, name) for name in RECORDED if text(job, name)}
        if said:
            case.attributes = case.attributes | said
        close_within(runtime, uow, case, result)

    return once(runtime, job, work)


def close_within(runtime: Runtime, uow: UnitOfWork, case: Case, result: str) -> None:
    """End a case in the caller's transaction: its clocks, then itself, with its timeline entry."""
    with CaseClocks(runtime, uow, case, WHO) as clocks:
        if result in NO_ANSWER_NEEDED:
            clocks.cancel_all(result)
        else:
            clocks.meet_all(result)
    changes = case.close(result, uow.now)
    if changes:
        record(runtime, uow, case, WHO, "step", "case.closed", result, changes=changes, public=True)


def count_repeats(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """How many complaints there were about the same article for the same cause within `window`, this one included."""

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        files.store_changes(runtime, uow, case, columns_from(job.variables), WHO)
        if not case.sku or not case.cause_code:
            return {"repeats": 1}
        window = job.variables.get("window")
        since = uow.now - (parse_duration(window) if isinstance(window, str) else timedelta(days=30))
        uow.flush()
        query = select(func.count()).where(
            Case.tenant_id == uow.tenant_id,
            Case.kind == case.kind,
            Case.sku == case.sku,
            Case.cause_code == case.cause_code,
            Case.created_at >= since,
        )
        return {"repeats": uow.session.scalar(query) or 1}

    return once(runtime, job, work)


def columns_from(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The case's columns that a process's variables or a form's data name, without what is null."""
    named = {column: variables.get(name) for name, column in FROM_VARIABLES.items()}
    return {column: value for column, value in named.items() if isinstance(value, str) and value.strip()}


def take_case(runtime: Runtime, uow: UnitOfWork, job: JobContext, kind: str) -> Case:
    """The case that the job names, opened again if it was closed, or a new one; linked to the job's instance."""
    if text(job, "case_number"):
        case = case_of(uow, job)
        if not case.is_open:
            record(runtime, uow, case, WHO, "change", "case.reopened", changes=case.reopen(uow.now), public=True)
        files.store_changes(runtime, uow, case, columns_from(job.variables), WHO)
    else:
        case = _new_case(runtime, uow, job, kind)
        link(uow, job, case)
    return case


def _new_case(runtime: Runtime, uow: UnitOfWork, job: JobContext, kind: str) -> Case:
    customer = _customer(runtime, uow, job)
    owner = find_user(uow, customer.owner) if customer and customer.owner else None
    parent = files.find_case(uow, text(job, "parent_case")) if text(job, "parent_case") else None
    matter = text(job, "matter") or text(job, "description")
    return files.open_case(
        runtime,
        uow,
        WHO,
        kind,
        text(job, "channel", "portal"),
        matter.splitlines()[0][:TITLE_LENGTH] if matter else job.process_id or "",
        description=matter,
        customer_key=customer.key if customer else None,
        owner=owner.username if owner and owner.active else None,
        parent_key=parent.key if parent else None,
        **columns_from(job.variables) | _promise(job),
    )


def _promise(job: JobContext) -> dict[str, Any]:
    promised = job.variables.get("promised_at")
    return {"promised_at": files.moment(promised)} if isinstance(promised, str) and promised else {}


def _customer(runtime: Runtime, uow: UnitOfWork, job: JobContext) -> Customer | None:
    """The customer by the variable `contact`, an e-mail address or a phone number; None when it is neither."""
    contact = text(job, "contact")
    email, phone = (contact, text(job, "phone")) if "@" in contact else (text(job, "email"), contact)
    values: dict[str, Any] = {"name": text(job, "customer_name"), "email": email, "phone": phone}
    try:
        customer, made = match_customer(runtime, uow, values)
    except InvalidInput:
        return None
    if made and text(job, "tier"):
        customer.tier = text(job, "tier")
    if job.variables.get("consent") is True:
        customer.consent = customer.consent | {"email" if "@" in contact else "sms": True}
    return customer


def _is_known(runtime: Runtime, number: str) -> bool:
    """Whether the shop knows the order. While it does not answer, the case is registered all the same."""
    try:
        return outside(runtime).order(number) is not None
    except Unavailable:
        return False


def _stage(case: Case, stage: str, uow: UnitOfWork) -> list[dict[str, Any]]:
    """What a stage of the process means for the case's status."""
    if stage == "reopened":
        return case.reopen(uow.now)
    if stage == "escalated":
        case.escalated_at = case.escalated_at or uow.now
        return case.change({"status": "escalated"}, uow.now)
    if stage in ("de_escalated", "mediated") and case.escalated_at is not None:
        case.escalated_at = None
        return case.change({"status": "open"}, uow.now) if case.is_open else []
    if stage in ("waiting_customer", "open") and case.is_open and case.escalated_at is None:
        return case.change({"status": stage}, uow.now)
    return []
