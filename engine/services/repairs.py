"""Incidents for the people who repair them: what stands still, where, why, with which variables; and trying again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from engine.errors import NotFound
from engine.model.base import table_of
from engine.model.incident import Incident, IncidentNotActive, IncidentNotFound, IncidentState
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, incidents, instances, variables
from engine.services.cases.files import case_of_instance

_incident = table_of(Incident)


@dataclass(frozen=True, slots=True)
class Stop:
    """An incident: the element that waits, and why. Names are those on the diagram; None where there is no diagram."""

    key: int
    state: str
    error_type: str
    message: str
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    process_id: str | None
    process_name: str | None
    process_name_en: str | None
    element_id: str | None
    name: str
    name_en: str | None
    process_instance_key: int | None
    element_instance_key: int | None
    case_number: str | None


@dataclass(frozen=True, slots=True)
class Repair:
    """An incident with the variables that its element sees."""

    stop: Stop
    variables: dict[str, Any]


def stops(runtime: Runtime, *, actor: Actor, active: bool = True, limit: int = 100) -> list[Stop]:
    """Incidents, the newest first: those that are open, or those that were resolved. Raises Forbidden."""
    actor.require("incidents.repair")
    wanted = IncidentState.ACTIVE if active else IncidentState.RESOLVED
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return open_stops(runtime, uow, limit, wanted)


def open_stops(
    runtime: Runtime, uow: UnitOfWork, limit: int, state: IncidentState = IncidentState.ACTIVE
) -> list[Stop]:
    """The newest incidents in a state, for whoever may know of them."""
    query = select(_incident).where(_incident.c.tenant_id == uow.tenant_id, _incident.c.state == state)
    rows = uow.connection.execute(query.order_by(_incident.c.created_at.desc(), _incident.c.key.desc()).limit(limit))
    return [_stop(runtime, uow, row) for row in rows]


def open_repair(runtime: Runtime, key: int, *, actor: Actor) -> Repair:
    """One incident with its variables. Raises IncidentNotFound, Forbidden without incidents.repair."""
    actor.require("incidents.repair")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        query = select(_incident).where(_incident.c.key == key, _incident.c.tenant_id == uow.tenant_id)
        row = uow.connection.execute(query).one_or_none()
        if row is None:
            raise IncidentNotFound(f"There is no incident with key {key}.")
        place = row.element_instance_key or row.process_instance_key
        seen = variables.visible(uow, place) if place is not None else {}
        return Repair(_stop(runtime, uow, row), dict(sorted(seen.items())))


def repair(runtime: Runtime, key: int, changes: dict[str, Any], *, actor: Actor) -> None:
    """Set variables where the stopped element sees them, and try again; it may fail again, as a new incident.

    Raises IncidentNotFound, IncidentNotActive, Forbidden without incidents.repair.
    """
    stop = open_repair(runtime, key, actor=actor).stop
    if stop.state != IncidentState.ACTIVE:
        raise IncidentNotActive(f"Incident {key} is resolved already.")
    place = stop.element_instance_key or stop.process_instance_key
    if changes and place is not None:
        instances.set_variables(runtime, place, changes, who=actor.username, tenant_id=actor.tenant_id)
    incidents.resolve(runtime, key, who=actor.username, tenant_id=actor.tenant_id)


def _stop(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> Stop:
    model = _model(runtime, uow, row.process_definition_key)
    element = model.elements.get(row.element_id) if model else None
    case = case_of_instance(uow, row.process_instance_key, row.root_key) if row.process_instance_key else None
    return Stop(
        key=row.key,
        state=row.state,
        error_type=row.error_type,
        message=row.message,
        created_at=row.created_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        process_id=row.process_id,
        process_name=model.name if model else None,
        process_name_en=model.properties.get("name.en") if model else None,
        element_id=row.element_id,
        name=(element.name if element else None) or row.element_id or "",
        name_en=element.properties.get("name.en") if element else None,
        process_instance_key=row.process_instance_key,
        element_instance_key=row.element_instance_key,
        case_number=case.number if case else None,
    )


def _model(runtime: Runtime, uow: UnitOfWork, definition_key: int | None) -> Any:
    if definition_key is None:
        return None
    try:
        return definitions.process(runtime, uow, definition_key).model
    except NotFound:
        return None
