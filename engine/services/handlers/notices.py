"""Job types that tell somebody: customer.notify, customer.survey, survey.remind, lead.notify. The header `template` names the words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.calendars import parse_duration
from engine.errors import InvalidInput, NotFound
from engine.model.customer import Customer
from engine.model.notification import Survey
from engine.model.order import PaymentDue
from engine.persistence import UnitOfWork
from engine.runtime import Handler, JobContext, JobFailed, Runtime
from engine.services import notifications
from engine.services.cases.files import find_case
from engine.services.cases.links import payment_link, survey_link, valid_until
from engine.services.handlers.once import WHO, case_of, once, text
from engine.services.notifications.staff import leads_of
from engine.services.people.actors import users_with_role
from engine.services.rows import add
from engine.services.settings import setting
from engine.services.sla import CaseClocks
from engine.services.sla.feel import newest


def notify_customer(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Write to the case's customer; every simple variable may stand in the template. Answers `notified`: the channel.

    The header `meets` names a clock of the case that is met by it, if it runs; the header `link`, when it is `payment`, makes the
    link that of the page where the sum `reference` is paid.
    """
    _link(runtime, job)
    try:
        values = _values(runtime, job)
        channel = notifications.notify_customer(
            runtime, text(job, "case_number"), _template(job), values, job.idempotency_key, job.tenant_id
        )
    except (NotFound, InvalidInput) as error:
        raise JobFailed(str(error), permanent=True) from error
    if clock := job.headers.get("meets"):
        runtime.transact(lambda uow: _meet(runtime, uow, job, clock), job.tenant_id)
    return {"notified": channel}


def _meet(runtime: Runtime, uow: UnitOfWork, job: JobContext, clock: str) -> None:
    case = case_of(uow, job)
    if newest(uow, case.key, clock) is not None:
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            clocks.meet(clock)


def telling(handler: Handler) -> Handler:
    """The handler, and then, where the header `tell` names a template, a message to the customer with what came out.

    The variable `tell`, when it is false, keeps it from being sent.
    """

    def work_and_tell(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
        result = dict(handler(runtime, job) or {})
        template = job.headers.get("tell")
        if template and job.variables.get("tell") is not False:
            headers = {**job.headers, "template": template}
            notify_customer(runtime, replace(job, headers=headers, variables={**job.variables, **result}))
        return result

    return work_and_tell


def send_survey(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Send the case's customer a survey with a signed link that is good for `expires`. Answers `survey_sent` and `survey_key`."""

    def work(uow: UnitOfWork) -> tuple[int, notifications.Sending | None]:
        case = case_of(uow, job)
        query = select(Survey).where(Survey.tenant_id == uow.tenant_id, Survey.idempotency_key == job.idempotency_key)
        survey = uow.session.scalars(query).one_or_none() or add(
            runtime, uow, Survey, case_key=case.key, idempotency_key=job.idempotency_key, sent_at=uow.now
        )
        expires = job.variables.get("expires")
        until = uow.now + (parse_duration(expires) if isinstance(expires, str) else timedelta(days=7))
        values = _simple(job) | {"link": survey_link(runtime, case, survey.key, until), "until": until}
        return survey.key, notifications.prepare(runtime, uow, case, _template(job), values, job.idempotency_key)

    try:
        key, sending = runtime.transact(work, job.tenant_id)
    except (NotFound, InvalidInput) as error:
        raise JobFailed(str(error), permanent=True) from error
    if sending is not None:
        notifications.deliver(runtime, sending, job.tenant_id)
    return {"survey_sent": True, "survey_key": str(key)}


def remind_of_survey(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Remind the case's customer of the survey `survey_key`, whose link is good `until` then: once, while they have not answered and
    want to be asked. Answers `reminded`: whether they were."""

    def work(uow: UnitOfWork) -> tuple[bool, notifications.Sending | None]:
        case, until = case_of(uow, job), datetime.fromisoformat(text(job, "until"))
        survey = uow.get(Survey, int(text(job, "survey_key")))
        customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
        unwanted = customer is not None and customer.consent.get("callback") is False
        if survey.case_key != case.key or survey.answered_at is not None or unwanted or until <= uow.now:
            return False, None
        values = _simple(job) | {"link": survey_link(runtime, case, survey.key, until), "until": until}
        return True, notifications.prepare(runtime, uow, case, _template(job), values, job.idempotency_key)

    try:
        reminded, sending = runtime.transact(work, job.tenant_id)
    except (NotFound, InvalidInput, ValueError) as error:
        raise JobFailed(str(error), permanent=True) from error
    if sending is not None:
        notifications.deliver(runtime, sending, job.tenant_id)
    return {"reminded": reminded}


def notify_lead(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Leave a notice for the lead of the case's owner (`to`: another group's people). Answers `told`: their names."""

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case, to = case_of(uow, job), job.headers.get("to")
        people = users_with_role(uow, to) if to else leads_of(uow, case)
        told = notifications.notify_staff(runtime, uow, case, people, _template(job), _simple(job), job.idempotency_key)
        return {"told": told}

    return once(runtime, job, work)


def _link(runtime: Runtime, job: JobContext) -> None:
    """A process that only writes to a customer works on the case too."""
    try:
        runtime.transact(lambda uow: case_of(uow, job), job.tenant_id)
    except (InvalidInput, NotFound) as error:
        raise JobFailed(str(error), permanent=True) from error


def _values(runtime: Runtime, job: JobContext) -> dict[str, Any]:
    with runtime.unit_of_work(read_only=True, tenant_id=job.tenant_id) as uow:
        values = {"return_address": setting(uow, "return.address")} | _simple(job)
        return values | ({"link": _payment_page(runtime, uow, job)} if job.headers.get("link") == "payment" else {})


def _payment_page(runtime: Runtime, uow: UnitOfWork, job: JobContext) -> str:
    """The page of the sum that was asked for under `reference`, or just now."""
    asked = job.variables.get("payment_due")
    reference = str(asked.get("reference")) if isinstance(asked, Mapping) else text(job, "reference")
    due = uow.session.scalars(
        select(PaymentDue).where(PaymentDue.tenant_id == uow.tenant_id, PaymentDue.reference == reference)
    ).one_or_none()
    if due is None:
        raise NotFound(f"There is no sum by the reference {reference}.")
    until = due.until or valid_until(runtime)
    return payment_link(runtime, find_case(uow, text(job, "case_number")), due.idempotency_key, until)


def _simple(job: JobContext) -> dict[str, Any]:
    """The variables that words can show; null is nothing, so that a missing value leaves its line out."""
    shown = {name: value for name, value in job.variables.items() if isinstance(value, str | int | float)}
    return {name: value for name, value in shown.items() if not isinstance(value, bool)}


def _template(job: JobContext) -> str:
    name = job.headers.get("template") or text(job, "template")
    if not name:
        raise InvalidInput(f"The job {job.type} needs the header template.")
    return name
