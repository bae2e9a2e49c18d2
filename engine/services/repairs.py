"""One incident for who repairs it: what stands still, why, with which variables; and trying again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.model.base import table_of
from engine.model.incident import Incident, IncidentNotActive, IncidentNotFound, IncidentState
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import incidents, instances, variables
from engine.services.stops import Stop, stop_of
from engine.services.turn import Turn

_incident = table_of(Incident)


@dataclass(frozen=True, slots=True)
class Repair:
    """An incident with the variables that its element sees."""

    stop: Stop
    variables: dict[str, Any]


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
        return Repair(stop_of(runtime, uow, row), dict(sorted(seen.items())))


def repair(runtime: Runtime, key: int, changes: dict[str, Any], *, actor: Actor) -> None:
    """Set variables where the stopped element sees them, and try again, or nothing; it may fail again, as a new incident.

    Raises IncidentNotFound, IncidentNotActive, InstanceSuspended, Forbidden without incidents.repair.
    """
    stop = open_repair(runtime, key, actor=actor).stop
    if stop.state != IncidentState.ACTIVE:
        raise IncidentNotActive(f"Incident {key} is resolved already.")
    place = stop.element_instance_key or stop.process_instance_key

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, actor.username)
        if changes and place is not None:
            instances.set_variables_within(turn, place, changes)
        incidents.resolve_within(turn, key)
        turn.finish()
        uow.after_commit(runtime.work_arrived.set)

    runtime.transact(work, actor.tenant_id)
