"""Finding incidents: by the filters of `/v2`, page by page, or those of one cause together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from engine.deployment.model import ProcessModel
from engine.errors import NotFound
from engine.model.base import table_of
from engine.model.incident import Incident, IncidentState
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.cases.files import case_of_instance
from engine.services.progress import Step, step_of
from engine.services.queries.query import Request, conditions, search
from engine.services.queries.resources import INCIDENT

_incident = table_of(Incident)
MOST_CAUSES = 100


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
class FoundStops:
    """A page of a list: how many there are (exact up to 10,000), and the cursor of the next page."""

    rows: list[Stop]
    total: int
    more_than_total: bool
    after: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Incidents of one step of a process that say the same: the newest of them, how many, since when."""

    newest: Stop
    message_hash: int | None
    count: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes with the most incidents; `more`: there are others."""

    rows: list[Cause]
    more: bool


def find(
    runtime: Runtime, wanted: Mapping[str, Any], *, actor: Actor, after: str | None = None, limit: int = 50
) -> FoundStops:
    """The incidents that a filter finds, the newest first. Raises InvalidInput, Forbidden without incidents.repair."""
    actor.require("incidents.repair")
    request = Request(filter=wanted, sort=(("incidentKey", True),), limit=limit, after=after)
    page = search(runtime, INCIDENT, request, actor.tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = _by_key(runtime, uow, [int(item["incidentKey"]) for item in page.items])
    return FoundStops(list(found.values()), page.total, page.has_more_total, page.end_cursor if page.goes_on else None)


def causes(runtime: Runtime, wanted: Mapping[str, Any], *, actor: Actor, limit: int = MOST_CAUSES) -> Causes:
    """What a filter finds, by process, step and message, the most frequent first. Raises InvalidInput, Forbidden without
    incidents.repair."""
    actor.require("incidents.repair")
    same = (_incident.c.process_id, _incident.c.element_id, _incident.c.message_hash)
    number = func.count().label("number")
    first, newest = func.min(_incident.c.created_at).label("first_at"), func.max(_incident.c.key).label("newest")
    query = select(_incident.c.message_hash, number, first, newest).where(
        _incident.c.tenant_id == actor.tenant_id, conditions(INCIDENT, wanted)
    )
    query = query.group_by(*same).order_by(number.desc(), newest.desc()).limit(limit + 1)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.connection.execute(query).all()
        found = _by_key(runtime, uow, [row.newest for row in rows[:limit]])
    made = [
        Cause(found[row.newest], row.message_hash, row.number, row.first_at)
        for row in rows[:limit]
        if row.newest in found
    ]
    return Causes(made, len(rows) > limit)


def steps(runtime: Runtime, process_id: str | None, *, actor: Actor) -> list[Step]:
    """Steps to choose from: those where something stands still, of one process or of all, by name. Raises Forbidden
    without incidents.repair."""
    actor.require("incidents.repair")
    query = select(_incident.c.element_id, func.max(_incident.c.process_definition_key).label("definition_key")).where(
        _incident.c.tenant_id == actor.tenant_id,
        _incident.c.state == IncidentState.ACTIVE,
        _incident.c.element_id.is_not(None),
    )
    if process_id:
        query = query.where(_incident.c.process_id == process_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.connection.execute(query.group_by(_incident.c.process_id, _incident.c.element_id)).all()
        found = {row.element_id: _step(runtime, uow, row) for row in rows}
    return sorted(found.values(), key=lambda step: step.name)


def open_stops(runtime: Runtime, uow: UnitOfWork, limit: int) -> list[Stop]:
    """The newest open incidents, for whoever may know of them."""
    query = select(_incident).where(_incident.c.tenant_id == uow.tenant_id, _incident.c.state == IncidentState.ACTIVE)
    rows = uow.connection.execute(query.order_by(_incident.c.created_at.desc(), _incident.c.key.desc()).limit(limit))
    return [stop_of(runtime, uow, row) for row in rows]


def _by_key(runtime: Runtime, uow: UnitOfWork, keys: list[int]) -> dict[int, Stop]:
    rows = {row.key: row for row in uow.connection.execute(select(_incident).where(_incident.c.key.in_(keys)))}
    return {key: stop_of(runtime, uow, rows[key]) for key in keys if key in rows}


def _step(runtime: Runtime, uow: UnitOfWork, row: Any) -> Step:
    model = _model(runtime, uow, row.definition_key)
    return step_of(model, row.element_id) if model else Step(row.element_id, row.element_id, None)


def stop_of(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> Stop:
    """An incident with the names that people know its place by."""
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


def _model(runtime: Runtime, uow: UnitOfWork, definition_key: int | None) -> ProcessModel | None:
    if definition_key is None:
        return None
    try:
        return definitions.process(runtime, uow, definition_key).model
    except NotFound:
        return None
