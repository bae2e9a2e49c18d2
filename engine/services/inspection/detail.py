"""One process instance in full: its path on the diagram, variables, history, jobs, timers, incidents, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select

from engine.deployment.model import SUBPROCESSES
from engine.execution import can_activate
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.decision import DecisionInstance
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance, ElementState
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.job import OWN, TIMER, Job, JobAttempt, JobState
from engine.model.permissions import Actor
from engine.model.subscription import Subscription
from engine.model.variable import Variable, VariableChange
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.inspection.listing import Listed, _rows
from engine.services.progress import Progress, Step, progress_of, step_of
from engine.services.queries.query import get
from engine.services.queries.resources import PROCESS_INSTANCE

LONGEST = 500  # rows of one kind; a loop may have thousands
_instance, _job = table_of(ProcessInstance), table_of(Job)
_element, _incident = table_of(ElementInstance), table_of(Incident)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to one element. `by` is who ended it, or began it while it lasts; None is the engine itself. `holds`: it is a
    subprocess, with steps inside."""

    key: int
    step: Step
    type: str
    state: str
    loop_counter: int | None
    started_at: datetime
    ended_at: datetime | None
    by: str | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Where variables live: the process itself, or an element that is active; with their values now."""

    key: int
    step: Step | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a variable got, at a moment, by somebody; `current` says that it still has it."""

    scope: Step | None
    name: str
    value: Any
    at: datetime
    by: str | None
    current: bool


@dataclass(frozen=True, slots=True)
class Work:
    """A job and its tries that failed."""

    key: int
    type: str
    step: Step
    state: str
    worker: str | None
    retries: int
    taken: int
    run_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    attempts: list[Row[Any]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A timer with its moment, or a message or signal by its name."""

    key: int
    kind: str
    step: Step
    due_at: datetime | None
    name: str
    correlation_key: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """All of it. Histories hold the last 500 of their kind, the newest first, and of visits, jobs and incidents those that are
    open however old they are; `places` are where a token can be put by hand."""

    row: Listed
    suspended_at: datetime | None
    suspended_by: str | None
    started_by: str | None
    progress: Progress
    visits: list[Visit]
    scopes: list[Scope]
    changes: list[Change]
    jobs: list[Work]
    waits: list[Waiting]
    incidents: list[Row[Any]]
    decisions: list[Row[Any]]
    acts: list[Row[Any]]
    called: list[Listed]
    places: list[Step]


def inspect(runtime: Runtime, key: int, *, actor: Actor) -> Inspection:
    """Raises NotFound, Forbidden without instances.read."""
    actor.require("instances.read")
    item = get(runtime, PROCESS_INSTANCE, key, actor.tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        columns = [column for column in _instance.columns if column.name != "data"]
        row = uow.connection.execute(select(*columns).where(_instance.c.key == key)).one()
        model = definitions.process(runtime, uow, row.process_definition_key).model
        visits = _open_and_last(uow, _element, key, _element.c.state == ElementState.ACTIVE)
        active = {each.key: each for each in visits if each.state == ElementState.ACTIVE}
        (listed,) = _rows(runtime, uow, [key], {key: item})
        return Inspection(
            row=listed,
            suspended_at=row.suspended_at,
            suspended_by=row.suspended_by,
            started_by=row.started_by,
            progress=progress_of(runtime, uow, row),
            visits=[_visit(model, each) for each in visits if each.key != key],
            scopes=_scopes(uow, model, key, active),
            changes=_changes(uow, model, key, {each.key: each for each in visits}),
            jobs=_jobs(uow, model, key),
            waits=_waits(uow, model, key),
            incidents=_last(uow, _incident, key, _incident.c.state == IncidentState.ACTIVE),
            decisions=_last(uow, table_of(DecisionInstance), key),
            acts=_last(uow, table_of(AuditEntry), key),
            called=_called(runtime, uow, key, actor),
            places=[step_of(model, each.id) for each in model.elements.values() if can_activate(model, each)],
        )


def diagram_of(runtime: Runtime, key: int, *, actor: Actor) -> bytes:
    """The BPMN file of the version that an instance runs. Raises NotFound, Forbidden without instances.read."""
    actor.require("instances.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = uow.get(ProcessInstance, key)
        definition = definitions.of_key(uow, ProcessDefinition, row.process_definition_key)
        return definitions.content(uow, definition.resource_key)


def _open_and_last(
    uow: UnitOfWork, table: Table, key: int, is_open: ColumnElement[bool], *conditions: ColumnElement[bool]
) -> list[Row[Any]]:
    last, still = _last(uow, table, key, *conditions), _last(uow, table, key, is_open, *conditions)
    return sorted({row.key: row for row in [*last, *still]}.values(), key=lambda row: row.key, reverse=True)


def _last(uow: UnitOfWork, table: Table, key: int, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    query = select(table).where(table.c.process_instance_key == key, table.c.tenant_id == uow.tenant_id, *conditions)
    return list(uow.connection.execute(query.order_by(table.c.key.desc()).limit(LONGEST)))


def _visit(model: Any, row: Row[Any]) -> Visit:
    return Visit(
        row.key,
        step_of(model, row.element_id),
        row.type,
        row.state,
        row.loop_counter,
        row.started_at,
        row.ended_at,
        row.ended_by if row.ended_at is not None else row.started_by,
        row.element_id in model.elements and model.elements[row.element_id].type in SUBPROCESSES,
    )


def _scopes(uow: UnitOfWork, model: Any, key: int, active: dict[int, Row[Any]]) -> list[Scope]:
    table = table_of(Variable)
    found: dict[int, dict[str, Any]] = {key: {}}
    query = select(table.c.scope_key, table.c.name, table.c.value).where(table.c.process_instance_key == key)
    for scope, name, value in uow.connection.execute(query.order_by(table.c.scope_key, table.c.name)):
        if scope == key or scope in active:
            found.setdefault(scope, {})[name] = value
    return [
        Scope(scope, None if scope == key else step_of(model, active[scope].element_id), values)
        for scope, values in found.items()
    ]


def _changes(uow: UnitOfWork, model: Any, key: int, visits: dict[int, Row[Any]]) -> list[Change]:
    def scope(scope_key: int) -> Step | None:
        visit = visits.get(scope_key)
        return step_of(model, visit.element_id) if visit is not None and scope_key != key else None

    old, now = _last(uow, table_of(VariableChange), key), _last(uow, table_of(Variable), key)
    found = [Change(scope(r.scope_key), r.name, r.value, r.at, r.by, False) for r in old]
    found += [Change(scope(r.scope_key), r.name, r.value, r.updated_at, r.updated_by, True) for r in now]
    return sorted(found, key=lambda change: (change.at, change.current), reverse=True)[:LONGEST]


def _jobs(uow: UnitOfWork, model: Any, key: int) -> list[Work]:
    attempts: dict[int, list[Row[Any]]] = {}
    for attempt in _last(uow, table_of(JobAttempt), key):
        attempts.setdefault(attempt.job_key, []).append(attempt)
    return [
        Work(
            row.key,
            row.type,
            step_of(model, row.element_id or ""),
            row.state,
            row.worker,
            row.retries,
            row.lease,
            row.run_at if row.held_run_at is None else row.held_run_at,
            row.created_at,
            row.ended_at,
            attempts.get(row.key, []),
        )
        for row in _open_and_last(
            uow, _job, key, _job.c.state.in_((JobState.CREATED, JobState.FAILED)), _job.c.type.not_like(f"{OWN}%")
        )
    ]


def _waits(uow: UnitOfWork, model: Any, key: int) -> list[Waiting]:
    timers = select(_job).where(
        _job.c.process_instance_key == key, _job.c.type == TIMER, _job.c.state == JobState.CREATED
    )
    table = table_of(Subscription)
    others = select(table).where(table.c.process_instance_key == key).order_by(table.c.key).limit(LONGEST)
    found = [
        Waiting(row.key, "timer", step_of(model, row.element_id), row.due_at, "", "")
        for row in uow.connection.execute(timers.order_by(_job.c.due_at).limit(LONGEST))
    ]
    return found + [
        Waiting(row.key, row.kind, step_of(model, row.element_id), None, row.name, row.correlation_key)
        for row in uow.connection.execute(others)
    ]


def _called(runtime: Runtime, uow: UnitOfWork, key: int, actor: Actor) -> list[Listed]:
    query = select(_instance.c.key).where(_instance.c.parent_key == key).order_by(_instance.c.key).limit(LONGEST)
    keys = list(uow.connection.execute(query).scalars())
    return _rows(runtime, uow, keys, {each: get_within(uow, each) for each in keys})


def get_within(uow: UnitOfWork, key: int) -> dict[str, Any]:
    """What a list asks of an instance, read in this transaction."""
    row = uow.connection.execute(
        select(_instance.c.state, _instance.c.suspended_at).where(_instance.c.key == key)
    ).one()
    stopped = select(_incident.c.key).where(
        _incident.c.process_instance_key == key, _incident.c.state == IncidentState.ACTIVE
    )
    state = "SUSPENDED" if row.suspended_at is not None else row.state
    return {"state": state, "hasIncident": uow.connection.execute(stopped).first() is not None}


__all__ = ["Change", "Inspection", "Scope", "Visit", "Waiting", "Work", "diagram_of", "inspect"]
