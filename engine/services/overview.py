"""All processes at a glance: how many instances of each version run, and how many incidents of each process are open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, ScalarSelect, func, select, true

from engine.model.base import table_of
from engine.model.deployment import ProcessDefinition
from engine.model.incident import Incident, IncidentState
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.permissions import Actor
from engine.runtime import Runtime

_definition, _instance, _incident = table_of(ProcessDefinition), table_of(ProcessInstance), table_of(Incident)
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class RunningVersion:
    """A version of which something runs or stands still; deleted ones too. A count is exact below `MOST_COUNTED`, which
    stands for as many or more."""

    key: int
    version: int
    running: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What runs of a process and what is broken, counted as in a version; its versions the newest first."""

    running: int
    incidents: int
    versions: list[RunningVersion]

    def version(self, number: int) -> RunningVersion | None:
        return next((each for each in self.versions if each.version == number), None)


NOTHING = Overview(0, 0, [])


def overview(runtime: Runtime, *, actor: Actor, process_id: str | None = None) -> dict[str, Overview]:
    """By process id, where anything runs or is broken. Raises Forbidden without instances.read."""
    actor.require("instances.read")
    # Each count for a version by itself, along an index, and no further than is told: no other instance is read.
    running = _counted(
        _instance.c.process_definition_key == _definition.c.key, _instance.c.state == InstanceState.ACTIVE
    )
    incidents = _counted(
        _incident.c.tenant_id == _definition.c.tenant_id,
        _incident.c.state == IncidentState.ACTIVE,
        _incident.c.process_id == _definition.c.process_id,
        _incident.c.process_definition_key == _definition.c.key,
    )
    query = select(_definition.c.process_id, _definition.c.key, _definition.c.version, running.label("running"),
                   incidents.label("incidents"))  # fmt: skip
    query = query.where(_definition.c.tenant_id == actor.tenant_id).order_by(_definition.c.version.desc())
    if process_id is not None:
        query = query.where(_definition.c.process_id == process_id)
    by_process: defaultdict[str, list[RunningVersion]] = defaultdict(list)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        for row in uow.connection.execute(query):
            if row.running or row.incidents:
                by_process[row.process_id].append(_version(row))
    return {name: _overview(versions) for name, versions in by_process.items()}


def _counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    found = select(true()).where(*conditions).limit(MOST_COUNTED).correlate(_definition)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def _version(row: Row[tuple[str, int, int, int, int]]) -> RunningVersion:
    return RunningVersion(row.key, row.version, row.running, row.incidents)


def _overview(versions: list[RunningVersion]) -> Overview:
    running, incidents = sum(each.running for each in versions), sum(each.incidents for each in versions)
    return Overview(min(running, MOST_COUNTED), min(incidents, MOST_COUNTED), versions)
