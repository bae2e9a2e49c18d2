"""The table by which people map one version of a process to another: where instances are, where they could go on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from engine.deployment.model import ACTIVITIES, Element
from engine.execution import Obstacle
from engine.execution.process import Process
from engine.model.deployment import ProcessDefinition
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services import definitions, migration
from engine.services.progress import Step, step_of
from engine.services.queries.statistics import element_counts

_WAITING_EVENTS = frozenset({"timer", "message", "signal", "error", "escalation"})


@dataclass(frozen=True, slots=True)
class MappingRow:
    """An element at which an instance can stand or for which it can wait; `active` how many do. `proposed` is the element
    of the same id where that fits, `why` says why not; `choices` are those of its type."""

    step: Step
    type: str
    active: int
    proposed: str | None
    why: Obstacle | None
    choices: list[Step]


@dataclass(frozen=True, slots=True)
class MappingTable:
    """The rows that people decide, those with instances first; what is mapped besides; and what is new in the target."""

    rows: list[MappingRow]
    others: dict[str, str]
    added: list[Step]
    active: dict[str, int]


def mapping_table(runtime: Runtime, source_key: int, target_key: int, *, actor: Actor) -> MappingTable:
    """Raises NotFound, Forbidden without instances.read."""
    actor.require("instances.read")
    proposal = migration.plan_by_ids(runtime, source_key, target_key, actor.tenant_id)
    counts = element_counts(runtime, source_key, actor.tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        source = definitions.process(runtime, uow, source_key)
        target = definitions.process(runtime, uow, target_key)
    active = {element_id: _active(counts[element_id]) for element_id in counts if element_id in source.model.elements}
    left = {obstacle.source: obstacle for obstacle in proposal.left}
    mapping = dict(proposal.plan.mapping)
    rows = [
        MappingRow(
            step_of(source.model, element.id),
            _type(element),
            active.get(element.id, 0),
            mapping.get(element.id),
            left.get(element.id),
            [
                step_of(target.model, each.id)
                for each in target.model.elements.values()
                if _type(each) == _type(element)
            ],
        )
        for element in source.model.elements.values()
        if _stands(element) or active.get(element.id)
    ]
    shown = {row.step.element_id for row in rows}
    others = {one: other for one, other in mapping.items() if one not in shown}
    added = [step_of(target.model, element_id) for element_id in proposal.added if _named(target, element_id)]
    rows.sort(key=lambda row: (row.active == 0, row.why is None))
    return MappingTable(rows, others, added, {name: number for name, number in active.items() if number})


def definition_diagram(runtime: Runtime, key: int, *, actor: Actor) -> bytes:
    """The BPMN file of a version. Raises NotFound, Forbidden without instances.read."""
    actor.require("instances.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return definitions.content(uow, definitions.of_key(uow, ProcessDefinition, key).resource_key)


def _active(counts: Counter[str]) -> int:
    return counts["ACTIVE"] + counts["INCIDENT"]


def _stands(element: Element) -> bool:
    if element.type in ACTIVITIES or element.type == "eventBasedGateway":
        return True
    if element.type in ("parallelGateway", "inclusiveGateway"):
        return len(element.incoming) > 1
    event = element.event.kind if element.event is not None else "none"
    return element.type in ("intermediateCatchEvent", "boundaryEvent", "startEvent") and event in _WAITING_EVENTS


def _type(element: Element) -> str:
    event = element.event.kind if element.event is not None else "none"
    loop = "" if element.loop is None else " sequential" if element.loop.sequential else " parallel"
    by_event = " byEvent" if element.triggered_by_event else ""
    return f"{element.type}{'' if event == 'none' else ' ' + event}{by_event}{loop}"


def _named(process: Process, element_id: str) -> Any:
    element = process.model.elements[element_id]
    return _stands(element) or element.name
