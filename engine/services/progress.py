"""Where a case's processes stand: each instance's path on its diagram, what it waits for, and the deadlines ahead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from engine.deployment.model import TASKS
from engine.errors import NotFound
from engine.model.base import table_of
from engine.model.case import CaseInstance
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance, ElementState, TakenFlow
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job, JobState
from engine.model.permissions import Actor
from engine.model.subscription import Subscription, SubscriptionKind
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.cases.files import readable_case

_instance, _element, _flow = table_of(ProcessInstance), table_of(ElementInstance), table_of(TakenFlow)
_job, _incident, _subscription = table_of(Job), table_of(Incident), table_of(Subscription)


@dataclass(frozen=True, slots=True)
class Step:
    """An element of a diagram by its names."""

    element_id: str
    name: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A timer that waits: what happens at `at` unless the step it hangs on (`on`, None for one of its own) is done before."""

    step: Step
    at: datetime
    interrupting: bool
    on: Step | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """One instance of a case: the ids of what is active, was passed and stands still, for drawing it on its diagram.

    `depth` is how many calls above it; `completed` holds elements and sequence flows; `awaited` the names of messages.
    """

    key: int
    process_id: str
    name: str
    name_en: str | None
    version: int
    depth: int
    state: str
    active: list[str]
    completed: list[str]
    incidents: list[str]
    waiting: list[Step]
    awaited: list[str]
    deadlines: list[Deadline]


def progress(runtime: Runtime, number: str, *, actor: Actor) -> list[Progress]:
    """Every instance that works or worked on a case, callers before what they called. Raises NotFound, Forbidden."""
    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = _instances(uow, readable_case(uow, number, actor).key)
        return [progress_of(runtime, uow, row) for row in _in_order(rows, None)]


def diagram(runtime: Runtime, number: str, instance_key: int, *, actor: Actor) -> bytes:
    """The BPMN file of the version that an instance of this case runs. Raises NotFound, Forbidden."""
    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        row = next((row for row in _instances(uow, case.key) if row.key == instance_key), None)
        if row is None:
            raise NotFound(f"No instance {instance_key} works on case {number}.")
        definition = definitions.of_key(uow, ProcessDefinition, row.process_definition_key)
        return definitions.content(uow, definition.resource_key)


def _instances(uow: UnitOfWork, case_key: int) -> list[Row[Any]]:
    # In two steps: SQLite would look through all instances for those of the case.
    linked = select(CaseInstance.instance_key).where(CaseInstance.case_key == case_key)
    roots = list(uow.connection.execute(linked).scalars())
    columns = [column for column in _instance.columns if column.name != "data"]
    query = select(*columns).where(_instance.c.root_key.in_(roots), _instance.c.tenant_id == uow.tenant_id)
    return list(uow.connection.execute(query.order_by(_instance.c.key)))


def _in_order(rows: list[Row[Any]], parent: int | None) -> Iterator[Row[Any]]:
    for row in rows:
        if row.parent_key == parent:
            yield row
            yield from _in_order(rows, row.key)


def progress_of(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> Progress:
    """Where one instance stands, by its row."""
    model = definitions.process(runtime, uow, row.process_definition_key).model
    elements = _of(uow, select(_element.c.element_id, _element.c.state), _element, row.key)
    own = [(each.element_id, each.state) for each in elements if each.element_id != row.process_id]
    flows = _of(uow, select(_flow.c.flow_id), _flow, row.key)
    active = _unique(element_id for element_id, state in own if state == ElementState.ACTIVE)
    passed = _unique(element_id for element_id, state in own if state == ElementState.COMPLETED)
    return Progress(
        key=row.key,
        process_id=row.process_id,
        name=model.name or model.id,
        name_en=model.properties.get("name.en"),
        version=row.version,
        depth=row.depth,
        state=row.state,
        active=active,
        completed=passed + _unique(flow.flow_id for flow in flows),
        incidents=_incidents(uow, row.key),
        waiting=[step_of(model, element_id) for element_id in active if waits_there(model, element_id)],
        awaited=_awaited(uow, row.key),
        deadlines=_deadlines(uow, model, row.key),
    )


def _of(uow: UnitOfWork, query: Any, table: Any, instance_key: int) -> list[Row[Any]]:
    return list(uow.connection.execute(query.where(table.c.process_instance_key == instance_key).order_by(table.c.key)))


def _unique(names: Any) -> list[str]:
    return list(dict.fromkeys(names))


def _incidents(uow: UnitOfWork, instance_key: int) -> list[str]:
    query = select(_incident.c.element_id).where(_incident.c.state == IncidentState.ACTIVE)
    return _unique(row.element_id for row in _of(uow, query, _incident, instance_key) if row.element_id)


def _awaited(uow: UnitOfWork, instance_key: int) -> list[str]:
    query = select(_subscription.c.name).where(_subscription.c.kind == SubscriptionKind.MESSAGE)
    return _unique(row.name for row in _of(uow, query, _subscription, instance_key))


def _deadlines(uow: UnitOfWork, model: Any, instance_key: int) -> list[Deadline]:
    query = select(_job.c.element_id, _job.c.due_at).where(
        _job.c.type == TIMER, _job.c.state == JobState.CREATED, _job.c.due_at.is_not(None)
    )
    found = [row for row in _of(uow, query, _job, instance_key) if row.element_id]
    return [
        Deadline(
            step_of(model, row.element_id), row.due_at, _interrupts(model, row.element_id), _host(model, row.element_id)
        )
        for row in sorted(found, key=lambda row: row.due_at)
    ]


def step_of(model: Any, element_id: str) -> Step:
    element = model.elements.get(element_id)
    if element is None:
        return Step(element_id, element_id, None)
    return Step(element_id, element.name or element_id, element.properties.get("name.en"))


def waits_there(model: Any, element_id: str) -> bool:
    """Whether an instance that is at this element is there for people to see: at a task, a wait, an end."""
    element = model.elements.get(element_id)
    return element is not None and (element.type in TASKS or element.type in ("intermediateCatchEvent", "endEvent"))


def _host(model: Any, element_id: str) -> Step | None:
    element = model.elements.get(element_id)
    return step_of(model, element.attached_to) if element is not None and element.attached_to else None


def _interrupts(model: Any, element_id: str) -> bool:
    element = model.elements.get(element_id)
    return element is not None and element.interrupting
