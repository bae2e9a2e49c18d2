"""Job types of the intake: case.assign, case.set_aside."""

from collections.abc import Mapping
from typing import Any

from engine.model.case import Case
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services import routing
from engine.services.cases.files import find_case, store_changes
from engine.services.cases.timeline import record
from engine.services.handlers.cases import close_within
from engine.services.handlers.once import WHO, case_of, once, text


def assign(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Give the case to a person, first of all to `registered_by`, or offer it to its `queue`.

    Answers `owner` (null: to whoever takes it), `groups`, `assigned_by`.
    """

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        queue = text(job, "queue") or None
        if case.owner is None and text(job, "registered_by"):  # who took the call keeps the customer
            store_changes(runtime, uow, case, {"owner": text(job, "registered_by")}, WHO)
        chosen = routing.choose(uow, case, queue, text(job, "assign"))
        store_changes(runtime, uow, case, {"queue": queue or case.queue, "owner": chosen.owner or case.owner}, WHO)
        return {"owner": chosen.owner, "groups": chosen.groups, "assigned_by": chosen.reason}

    return once(runtime, job, work)


def set_aside(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """End a case that needs no work of its own: `result` spam, no_action or merged (into `merge_into`, which gets its words)."""

    def work(uow: UnitOfWork) -> None:
        case, result = case_of(uow, job), text(job, "result", "no_action")
        if result == "merged":
            _merge(runtime, uow, case, find_case(uow, text(job, "merge_into"), for_update=True))
        close_within(runtime, uow, case, result)

    return once(runtime, job, work)


def _merge(runtime: Runtime, uow: UnitOfWork, case: Case, into: Case) -> None:
    """The other case goes on with this one's words; what answers this one's mails comes to it."""
    case.merged_into_key = into.key
    into.unread_at = into.unread_at or uow.now
    case.unread_at = None
    record(runtime, uow, case, WHO, "step", "case.merged", into.number, data={"into": into.number})
    record(runtime, uow, into, WHO, "step", "case.absorbed", case.description, data={"from": case.number})
