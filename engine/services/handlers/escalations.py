"""Job types of the escalation: escalation.note, task.reassign, evidence.build."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engine.model.case import OPEN_STATUSES, Case
from engine.model.people import User, UserRole
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services.absences import away_now
from engine.services.cases.evidence import evidence_of
from engine.services.cases.files import store_changes
from engine.services.cases.timeline import record
from engine.services.handlers.once import WHO, case_of, once, text
from engine.services.notifications import notify_staff
from engine.services.people.actors import users_with_role

RAISE = 20
HIGHEST = 100


def add_note(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Somebody asked again while an escalation is open: note why, and raise the case's priority. Answers `priority`."""

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        words = " · ".join(part for part in (text(job, "reason"), text(job, "note")) if part)
        record(runtime, uow, case, WHO, "escalation", "escalation.asked_again", words)
        store_changes(runtime, uow, case, {"priority": min(HIGHEST, case.priority + RAISE)}, WHO)
        return {"priority": case.priority}

    return once(runtime, job, work)


def reassign(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Give the case to the least loaded person of the header `group`, with a notice to that group and to who had it.

    With the header `keep` one of that group who has it keeps it. Answers `owner`: the new one, null when nobody has that role.
    """

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case, group = case_of(uow, job), job.headers.get("group", "supervisor")
        before, peers = case.owner, users_with_role(uow, group)
        kept = job.headers.get("keep") == "true" and before in peers
        after = before if kept else least_loaded(uow, group)
        store_changes(runtime, uow, case, {"owner": after or before}, WHO)
        people = [*peers, *([before] if before else [])]
        name = job.headers.get("template", "urgent_contact_missed")
        notify_staff(runtime, uow, case, people, name, {"before": before, "after": after}, job.idempotency_key)
        return {"owner": after}

    return once(runtime, job, work)


def build_evidence(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Gather the case for a third party. Answers `evidence`: contacts, decisions, documents and figures, as plain values."""

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        record(runtime, uow, case, WHO, "escalation", "evidence.built", text(job, "third_party"))
        return {"evidence": evidence_of(uow, case, text(job, "third_party"))}

    return once(runtime, job, work)


def least_loaded(uow: UnitOfWork, role: str) -> str | None:
    """Of a role's active people, those online first and those who are away last, who owns the fewest open cases."""
    load = (
        select(func.count())
        .where(Case.tenant_id == uow.tenant_id, Case.owner == User.username, Case.status.in_(OPEN_STATUSES))
        .scalar_subquery()
    )
    query = select(User.username).join(UserRole, UserRole.user_key == User.key)
    query = query.where(User.tenant_id == uow.tenant_id, User.active, UserRole.role == role)
    away = User.username.in_(away_now(uow))
    return uow.session.scalar(query.order_by(away, User.online.desc(), load, User.username).limit(1))
