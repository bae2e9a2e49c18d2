"""Where a process's instances wait, and where they are late: live counts and waiting times of each step of one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select

from engine.deployment.model import Element, ProcessModel
from engine.errors import NotFound
from engine.execution.node import api_type
from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance, ElementState
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.permissions import Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.figures.period import Period
from engine.services.figures.samples import percentile

if TYPE_CHECKING:
    from engine.services.figures.step_days import Visits

_process, _element, _task = table_of(ProcessDefinition), table_of(ElementInstance), table_of(UserTask)
_incident = table_of(Incident)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `active` and `incidents` (the open ones) are now; the rest is of visits that ended within the period:
    seconds waited, tasks done late.

    `due` counts the user tasks that had a deadline, `late` those of them that passed it, the open ones included.
    """

    element_id: str
    name: str
    name_en: str | None
    active: int
    ended: int
    mean: float | None
    p50: float | None
    p90: float | None
    due: int
    late: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Heat:
    """One version's steps, the longest waits first."""

    process_id: str
    name: str
    name_en: str | None
    version: int
    key: int
    versions: list[int]
    running: int
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A process of which there is a heat map, with its newest version."""

    process_id: str
    name: str
    name_en: str | None
    version: int


def processes(runtime: Runtime, *, actor: Actor) -> list[Mapped]:
    """Every deployed process, by name. Raises Forbidden without figures.read."""
    actor.require("figures.read")
    newest = select(_process.c.process_id, func.max(_process.c.version).label("version"))
    newest = newest.where(_process.c.tenant_id == actor.tenant_id).group_by(_process.c.process_id)
    last = newest.subquery()
    query = select(_process.c.process_id, _process.c.name, _process.c.name_en, _process.c.version).join(
        last, and_(last.c.process_id == _process.c.process_id, last.c.version == _process.c.version)
    )
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = uow.connection.execute(query.where(_process.c.tenant_id == actor.tenant_id).order_by(_process.c.name))
        return [Mapped(row.process_id, row.name or row.process_id, row.name_en or None, row.version) for row in found]


def heat(runtime: Runtime, process_id: str, version: int | None, period: Period, *, actor: Actor) -> Heat:
    """The steps of a version, the newest unless said. Raises NotFound, Forbidden without figures.read."""
    actor.require("figures.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        mine = (_process.c.tenant_id == uow.tenant_id, _process.c.process_id == process_id)
        query = select(_process.c.key, _process.c.version, _process.c.name).where(*mine)
        rows = uow.connection.execute(query.order_by(_process.c.version.desc())).all()
        chosen = next((row for row in rows if version in (None, row.version)), None)
        if chosen is None:
            raise NotFound(f"There is no process {process_id} version {version}.")
        running = select(func.count()).where(
            ProcessInstance.process_definition_key == chosen.key, ProcessInstance.state == "ACTIVE"
        )
        model = definitions.process(runtime, uow, chosen.key).model
        return Heat(
            process_id,
            chosen.name or process_id,
            model.properties.get("name.en"),
            chosen.version,
            chosen.key,
            [row.version for row in rows],
            uow.session.scalar(running) or 0,
            _steps(uow, model, chosen.key, period, runtime.settings.time_zone),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A step by its names."""

    name: str
    name_en: str | None


def cases_at(
    runtime: Runtime, definition_key: int, element_id: str, *, actor: Actor, limit: int = 500
) -> tuple[Place, list[str]]:
    """A step, and the numbers of the cases that stand at it now, the oldest first. Raises NotFound, Forbidden."""
    actor.require("figures.read", "cases.read")
    query = (
        select(Case.number, func.min(ElementInstance.started_at))
        .join(CaseInstance, CaseInstance.case_key == Case.key)
        .join(ProcessInstance, ProcessInstance.root_key == CaseInstance.instance_key)
        .join(ElementInstance, ElementInstance.process_instance_key == ProcessInstance.key)
        .where(
            Case.tenant_id == actor.tenant_id,
            ElementInstance.process_definition_key == definition_key,
            ElementInstance.element_id == element_id,
            ElementInstance.state == ElementState.ACTIVE,
        )
        .group_by(Case.number)
    )
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        element = definitions.process(runtime, uow, definition_key).model.elements.get(element_id)
        if element is None:
            raise NotFound(f"The process has no element {element_id}.")
        rows = uow.session.execute(query.order_by(func.min(ElementInstance.started_at)).limit(limit))
        place = Place(element.name or element_id, element.properties.get("name.en"))
        return place, [number for number, _since in rows]


def _steps(uow: UnitOfWork, model: ProcessModel, definition_key: int, period: Period, zone: str) -> list[Step]:
    from engine.services.figures import step_days  # its numpy is loaded by who asks

    waiting = [one.id for one in model.elements.values() if api_type(one.type) in step_days.WAITING]
    # By version, step and state alone, as an index has them: a million that stand are counted without reading one.
    active = select(_element.c.element_id, func.count().label("number")).where(
        _element.c.process_definition_key == definition_key,
        _element.c.element_id.in_(waiting),
        _element.c.state == ElementState.ACTIVE,
    )
    standing = {row.element_id: row.number for row in uow.connection.execute(active.group_by(_element.c.element_id))}
    found = step_days.visits(uow, definition_key, period, zone)
    due, stopped = _open_deadlines(uow, definition_key), _open_incidents(uow, model.id, definition_key)
    names = {*standing, *found.waits, *found.due, *due, *stopped}
    steps = [_step(model.elements[name], standing, found, due, stopped) for name in names if name in model.elements]
    return sorted(steps, key=lambda step: (-(step.mean or 0), -step.active, step.element_id))


def _step(
    element: Element,
    standing: dict[str, int],
    found: Visits,
    open_due: dict[str, tuple[int, int]],
    stopped: dict[str, int],
) -> Step:
    waited = found.of(element.id)
    due, late = open_due.get(element.id, (0, 0))
    return Step(
        element_id=element.id,
        name=element.name or element.id,
        name_en=element.properties.get("name.en"),
        active=standing.get(element.id, 0),
        ended=len(waited),
        mean=float(waited.mean()) if len(waited) else None,
        p50=percentile(waited, 0.5),
        p90=percentile(waited, 0.9),
        due=due + found.due.get(element.id, 0),
        late=late + found.late.get(element.id, 0),
        incidents=stopped.get(element.id, 0),
    )


def _open_deadlines(uow: UnitOfWork, definition_key: int) -> dict[str, tuple[int, int]]:
    """For each step: open user tasks with a deadline, and those that have passed it."""
    passed = func.sum(case((_task.c.due_at < uow.now, 1), else_=0)).label("late")
    query = select(_task.c.element_id, func.count().label("due"), passed).where(
        _task.c.tenant_id == uow.tenant_id,
        _task.c.process_definition_key == definition_key,
        _task.c.due_at.is_not(None),
        _task.c.state == TaskState.CREATED,
    )
    rows = uow.connection.execute(query.group_by(_task.c.element_id))
    return {row.element_id: (row.due, int(row.late or 0)) for row in rows}


def _open_incidents(uow: UnitOfWork, process_id: str, definition_key: int) -> dict[str, int]:
    """For each step: how often something stands still there, read from an index alone."""
    query = select(_incident.c.element_id, func.count().label("number")).where(
        _incident.c.tenant_id == uow.tenant_id,
        _incident.c.state == IncidentState.ACTIVE,
        _incident.c.process_id == process_id,
        _incident.c.process_definition_key == definition_key,
    )
    rows = uow.connection.execute(query.group_by(_incident.c.element_id))
    return {row.element_id: row.number for row in rows if row.element_id is not None}
