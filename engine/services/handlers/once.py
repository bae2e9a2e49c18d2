"""Doing a job's work once: its effect and its answer are stored in one transaction, under the job's idempotency key."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import InvalidInput, NotFound
from engine.model.case import Case
from engine.model.effect import Effect
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, JobFailed, Runtime
from engine.services.cases.files import find_case, link_instance

Work = Callable[[UnitOfWork], Mapping[str, Any] | None]
WHO = "system"


def once(runtime: Runtime, job: JobContext, work: Work) -> dict[str, Any]:
    """Run `work` in a transaction unless this job has done it; the answer is the same either way.

    What the diagram asked for and cannot be (InvalidInput, NotFound) is an incident at once: trying again changes nothing.
    """

    def do(uow: UnitOfWork) -> dict[str, Any]:
        before = uow.session.get(Effect, (uow.tenant_id, job.idempotency_key))
        if before is not None:
            return before.result
        result = dict(work(uow) or {})
        uow.add(Effect(tenant_id=uow.tenant_id, idempotency_key=job.idempotency_key, job_type=job.type,
                       result=result, at=uow.now))  # fmt: skip
        return result

    try:
        return runtime.transact(do, job.tenant_id)
    except (InvalidInput, NotFound) as error:
        raise JobFailed(str(error), permanent=True) from error


def case_of(uow: UnitOfWork, job: JobContext) -> Case:
    """The case that the job's variable `case_number` names, locked and linked to the job's instance.

    Raises NotFound for another number, InvalidInput without one.
    """
    number = job.variables.get("case_number")
    if not isinstance(number, str) or not number:
        raise InvalidInput(f"The job {job.type} needs the variable case_number.")
    case = find_case(uow, number, for_update=True)
    link(uow, job, case)
    return case


def link(uow: UnitOfWork, job: JobContext, case: Case) -> None:
    """Say that the job's root instance works on this case."""
    root = job.root_instance_key or job.process_instance_key
    if root is not None:
        link_instance(uow, case, root, job.process_id)


def text(job: JobContext, name: str, default: str = "") -> str:
    """A variable as text; nothing and null are the default."""
    value = job.variables.get(name)
    return default if value is None else str(value).strip()
