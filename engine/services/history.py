"""What has happened: an instance's path through its diagram, the values it had, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, select

from engine.model.audit import AuditEntry
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.element import ElementInstance, ElementState, TakenFlow
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.variable import Variable, VariableChange
from engine.persistence import UnitOfWork
from engine.runtime import Runtime


@dataclass(frozen=True)
class Path:
    """An instance's way: rows of `element_instance`, `taken_flow`, `incident` and of the instances it called, in order."""

    elements: list[Row[Any]]
    flows: list[Row[Any]]
    incidents: list[Row[Any]]
    called: list[Row[Any]]


def path(runtime: Runtime, instance_key: int, tenant_id: str = DEFAULT_TENANT) -> Path:
    """Everything that an instance went through, in order; enough to draw it on its diagram. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        uow.get(ProcessInstance, instance_key)
        instances = table_of(ProcessInstance)
        called = [column for column in instances.columns if column.name != "data"]
        return Path(
            elements=_of_instance(uow, table_of(ElementInstance), instance_key),
            flows=_of_instance(uow, table_of(TakenFlow), instance_key),
            incidents=_of_instance(uow, table_of(Incident), instance_key),
            called=list(
                uow.connection.execute(
                    select(*called).where(instances.c.parent_key == instance_key).order_by(instances.c.key)
                )
            ),
        )


def audit_of(runtime: Runtime, instance_key: int, tenant_id: str = DEFAULT_TENANT) -> list[Row[Any]]:
    """Who did what to an instance, its tasks and variables, in order; rows of `audit_entry`."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return _of_instance(uow, table_of(AuditEntry), instance_key)


@dataclass(frozen=True)
class Value:
    """A value that a variable of a scope had from `at` on; `current` says that it still has it."""

    scope_key: int
    name: str
    value: Any
    at: datetime
    current: bool


def values_of(runtime: Runtime, instance_key: int, tenant_id: str = DEFAULT_TENANT) -> list[Value]:
    """Every value that the variables of an instance had at the end of a command, the oldest first. Raises NotFound."""
    before, now = table_of(VariableChange), table_of(Variable)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        uow.get(ProcessInstance, instance_key)
        found = [Value(r.scope_key, r.name, r.value, r.at, False) for r in _of_instance(uow, before, instance_key)]
        found += [Value(r.scope_key, r.name, r.value, r.updated_at, True) for r in _of_instance(uow, now, instance_key)]
    return sorted(found, key=lambda value: (value.at, value.current))


def _of_instance(uow: UnitOfWork, table: Table, instance_key: int) -> list[Row[Any]]:
    query = select(table).where(table.c.process_instance_key == instance_key, table.c.tenant_id == uow.tenant_id)
    return list(uow.connection.execute(query.order_by(table.c.key)))


@dataclass(frozen=True)
class ElementStatistics:
    """How many instances are at an element of a diagram, left it, were ended there, and stand still there."""

    element_id: str
    active: int
    completed: int
    canceled: int
    incidents: int


def statistics(runtime: Runtime, definition_key: int, tenant_id: str = DEFAULT_TENANT) -> list[ElementStatistics]:
    """Counts for each element that the instances of one version have reached."""
    element, incident = table_of(ElementInstance), table_of(Incident)
    counted = (
        select(element.c.element_id, element.c.state, func.count())
        .where(element.c.process_definition_key == definition_key, element.c.tenant_id == tenant_id)
        .group_by(element.c.element_id, element.c.state)
    )
    failed = (
        select(incident.c.element_id, func.count())
        .where(
            incident.c.process_definition_key == definition_key,
            incident.c.tenant_id == tenant_id,
            incident.c.state == IncidentState.ACTIVE,
        )
        .group_by(incident.c.element_id)
    )
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        found = {(element_id, state): count for element_id, state, count in uow.connection.execute(counted)}
        incidents = {element_id: count for element_id, count in uow.connection.execute(failed)}
    return [
        ElementStatistics(
            element_id,
            active=found.get((element_id, ElementState.ACTIVE), 0),
            completed=found.get((element_id, ElementState.COMPLETED), 0),
            canceled=found.get((element_id, ElementState.TERMINATED), 0),
            incidents=incidents.get(element_id, 0),
        )
        for element_id in sorted({element_id for element_id, _ in found})
    ]
