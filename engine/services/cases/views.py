"""A case with all that its page shows, as plain values."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.incident import Incident, IncidentState
from engine.model.permissions import Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import readable_case
from engine.services.cases.following import followers_of
from engine.services.cases.related import RelatedCase, related_to
from engine.services.cases.timeline import EntryView, entries
from engine.services.customers.files import CustomerView
from engine.services.customers.files import view as customer_view


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A step that waits for a person. `readable`: the reader may open it, `workable`: do it."""

    key: int
    name: str
    element_id: str
    assignee: str | None
    candidate_groups: list[str]
    due_at: datetime | None
    created_at: datetime
    readable: bool
    workable: bool


@dataclass(frozen=True, slots=True)
class LinkedInstance:
    key: int
    process_id: str | None
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case. Times are aware UTC; `incidents` counts what stopped its processes."""

    key: int
    number: str
    kind: str
    status: str
    outcome: str | None
    level: str | None
    major: bool
    channel: str
    queue: str | None
    order_number: str | None
    order_known: bool
    title: str
    description: str
    matter: str | None
    cause: str | None
    cause_code: str | None
    wanted: str | None
    sku: str | None
    promised_at: datetime | None
    owner: str | None
    priority: int
    reopened: int
    escalated_at: datetime | None
    unread_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    attributes: dict[str, Any]
    revision: int
    parent_number: str | None
    customer: CustomerView | None
    clocks: list[Any]
    instances: list[LinkedInstance]
    tasks: list[OpenTask]
    incidents: int
    timeline: list[EntryView]
    merged_into: str | None
    followers: list[tuple[str, bool]]
    related: list[RelatedCase]


_DIRECT = [
    field.name
    for field in fields(CaseView)
    if field.name
    not in (
        "parent_number",
        "customer",
        "clocks",
        "instances",
        "tasks",
        "incidents",
        "timeline",
        "merged_into",
        "followers",
        "related",
    )
]


def get_case(
    runtime: Runtime, number: str, *, actor: Actor, entries_shown: int = 200, kinds: tuple[str, ...] = ()
) -> CaseView:
    """A case with its customer, clocks, instances, open tasks and newest timeline entries (of these kinds, or all).

    `followers` are user names, and whether they had the case first.

    Raises NotFound, Forbidden without cases.read.
    """
    from engine.services.sla.clocks import clocks_of

    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
        instances = list(uow.session.scalars(select(CaseInstance).where(CaseInstance.case_key == case.key)))
        roots = [instance.instance_key for instance in instances]
        return CaseView(
            **{name: getattr(case, name) for name in _DIRECT},
            parent_number=_number(uow, case.parent_key),
            customer=customer_view(customer, actor) if customer else None,
            clocks=clocks_of(runtime, uow, case.key),
            instances=[LinkedInstance(row.instance_key, row.process_id, row.linked_at) for row in instances],
            tasks=_open_tasks(uow, roots, actor),
            incidents=_incidents(uow, roots),
            timeline=entries(uow, case.key, kinds, limit=entries_shown),
            merged_into=_number(uow, case.merged_into_key),
            followers=followers_of(uow, case.key),
            related=related_to(uow, case),
        )


def _number(uow: UnitOfWork, key: int | None) -> str | None:
    found = uow.session.get(Case, key) if key else None
    return found.number if found else None


def _open_tasks(uow: UnitOfWork, roots: list[int], actor: Actor) -> list[OpenTask]:
    query = select(UserTask).where(UserTask.root_key.in_(roots), UserTask.state == TaskState.CREATED)
    return [
        OpenTask(
            key=task.key,
            name=task.name,
            element_id=task.element_id,
            assignee=task.assignee,
            candidate_groups=task.candidate_groups,
            due_at=task.due_at,
            created_at=task.created_at,
            readable=task.is_readable_by(actor),
            workable=task.is_workable_by(actor),
        )
        for task in uow.session.scalars(query.order_by(UserTask.created_at))
    ]


def _incidents(uow: UnitOfWork, roots: list[int]) -> int:
    query = select(Incident.key).where(Incident.root_key.in_(roots), Incident.state == IncidentState.ACTIVE)
    return len(uow.session.scalars(query).all())
