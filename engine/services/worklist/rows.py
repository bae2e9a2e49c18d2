"""One line of a task list: the task with its case, customer and clocks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.permissions import Actor
from engine.model.sla import SlaClockRow
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list. `urgency`: overdue, soon, unread or rest. `sla_breach_at` is the case's next breach, or one that
    passed; `follow_up_at`: put aside until then; `readable`: the reader may open it."""

    key: int
    name: str
    name_en: str | None
    element_id: str
    process_id: str
    assignee: str | None
    candidate_groups: list[str]
    priority: int
    due_at: datetime | None
    created_at: datetime
    revision: int
    urgency: str
    unread: bool
    case_number: str | None
    case_title: str | None
    case_kind: str | None
    case_level: str | None
    channel: str | None
    order_number: str | None
    escalated: bool
    reopened: int
    customer_key: int | None
    customer_name: str | None
    customer_tier: str | None
    sla_breach_at: datetime | None
    follow_up_at: datetime | None
    readable: bool


def rows_of(uow: UnitOfWork, keys: list[int], actor: Actor, urgency: dict[int, str]) -> list[TaskRow]:
    """The rows of these tasks, in this order, read in two queries."""
    query = (
        select(UserTask, Case, Customer)
        .outerjoin(CaseInstance, CaseInstance.instance_key == UserTask.root_key)
        .outerjoin(Case, Case.key == CaseInstance.case_key)
        .outerjoin(Customer, Customer.key == Case.customer_key)
        .where(UserTask.key.in_(keys))
    )
    found = {task.key: (task, case, customer) for task, case, customer in uow.session.execute(query)}
    breaches = _breaches(uow, [case.key for _, case, _ in found.values() if case])
    return [_row(*found[key], actor, urgency.get(key, "rest"), breaches) for key in keys if key in found]


def _row(
    task: UserTask,
    case: Case | None,
    customer: Customer | None,
    actor: Actor,
    urgency: str,
    breaches: dict[int, datetime],
) -> TaskRow:
    return TaskRow(
        key=task.key,
        name=task.name,
        name_en=task.properties.get("name.en"),
        element_id=task.element_id,
        process_id=task.process_id,
        assignee=task.assignee,
        candidate_groups=list(task.candidate_groups),
        priority=task.priority,
        due_at=task.due_at,
        created_at=task.created_at,
        revision=task.revision,
        urgency=urgency,
        unread=bool(case and case.unread_at),
        case_number=case.number if case else None,
        case_title=case.title if case else None,
        case_kind=case.kind if case else None,
        case_level=case.level if case else None,
        channel=case.channel if case else None,
        order_number=case.order_number if case else None,
        escalated=bool(case and case.escalated_at),
        reopened=case.reopened if case else 0,
        customer_key=customer.key if customer else None,
        customer_name=customer.name if customer else None,
        customer_tier=customer.tier if customer else None,
        sla_breach_at=breaches.get(case.key) if case else None,
        follow_up_at=task.follow_up_at,
        readable=task.is_readable_by(actor),
    )


def _breaches(uow: UnitOfWork, case_keys: list[int]) -> dict[int, datetime]:
    """Each case's earliest breach of a clock that runs."""
    query = select(SlaClockRow.case_key, func.min(SlaClockRow.breach_at)).where(
        SlaClockRow.case_key.in_(case_keys), SlaClockRow.breach_at.is_not(None)
    )
    found = uow.session.execute(query.group_by(SlaClockRow.case_key))
    return {key: moment for key, moment in found if moment is not None}
