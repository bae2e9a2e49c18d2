"""A compiled process: its nodes, how they hang together, and where it may start. Shared by all its instances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.deployment.bpmn import parse_bpmn
from engine.deployment.model import Element, Flow, ProcessModel
from engine.deployment.xml import read_xml
from engine.execution.boundary_event import BoundaryEvent
from engine.execution.event_sub_process import EventSubProcess
from engine.execution.expressions import Value, compiled
from engine.execution.inclusive_gateway import InclusiveGateway
from engine.execution.multi_instance import MultiInstance
from engine.execution.node import Node
from engine.execution.parser import DiagramParser
from engine.execution.process_node import ProcessNode
from engine.execution.start_event import StartEvent
from engine.execution.timers import Due, first_due


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of an element: a sequence flow and where it leads."""

    flow_id: str
    target: Node
    condition: Value | None
    is_default: bool

    def holds(self, context: dict[str, Any], now: datetime) -> bool:
        if self.is_default:
            return False
        return self.condition is None or self.condition.boolean(context, now)


class Process:
    """`nodes` by name (an element's id; the single activity of a multi-instance is "id [each]")."""

    def __init__(self, model: ProcessModel, spec: WorkflowSpec) -> None:
        self.model = model
        self.spec = spec
        self.nodes: dict[str, Node] = dict(spec.task_specs)
        self.root = ProcessNode(spec, _process_element(model), f"{model.id} [process]")
        self.nodes[self.root.name] = self.root
        self._attach_boundaries()
        for node in self.nodes.values():
            node.link(self)
        self.inclusive_joins = [n for n in self.nodes.values() if isinstance(n, InclusiveGateway) and n.joins]

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def name(self) -> str | None:
        return self.model.name

    @property
    def version_tag(self) -> str | None:
        return self.model.version_tag

    @property
    def starts(self) -> list[StartEvent]:
        """The start events of the process itself, in the file's order."""
        found = [self.nodes[e.id] for e in self.model.in_scope(self.model.id) if e.type == "startEvent"]
        return [node for node in found if isinstance(node, StartEvent)]

    def timer_start_due(self, start: StartEvent, now: datetime, functions: dict[str, Any]) -> Due:
        """When a timer start is due first."""
        assert start.timer is not None
        assert start.definition.timer is not None
        return first_due(start.definition.timer, start.timer, functions, now)

    # What the nodes ask while they are linked.

    def exits(self, element: Element) -> list[Exit]:
        return [self._exit(self.model.flows[flow_id], element) for flow_id in element.outgoing]

    def _exit(self, flow: Flow, element: Element) -> Exit:
        condition = compiled(flow.condition, f"Condition of '{flow.id}'")
        return Exit(flow.id, self.nodes[flow.target], condition, element.default == flow.id)

    def beginnings(self, scope: str) -> list[Node]:
        """What a scope starts with: its start events that wait for nothing, or else whatever nothing leads to."""
        inside = self.model.in_scope(scope)
        starts = [e for e in inside if e.type == "startEvent"]
        own = self.model.elements.get(scope)
        if scope == self.model.id:
            starts = [e for e in starts if e.event is None or e.event.kind == "none"]
        elif own is not None and own.triggered_by_event:
            return [self.nodes[e.id] for e in starts]
        if starts:
            return [self.nodes[e.id] for e in starts]
        if any(e.type == "startEvent" for e in inside):
            return []
        return [self.nodes[e.id] for e in self.model.beginnings(scope)]

    def event_subprocesses(self, scope: str) -> list[EventSubProcess]:
        found = [self.nodes[e.id] for e in self.model.in_scope(scope) if e.triggered_by_event]
        return [node for node in found if isinstance(node, EventSubProcess)]

    def link_target(self, throw: Element) -> Exit:
        """The link catch of the same name in the same scope, as a way out."""
        catch = next(
            e for e in self._links(throw.scope, "intermediateCatchEvent") if _link_name(e) == _link_name(throw)
        )
        return Exit("", self.nodes[catch.id], None, False)

    def reaches(self, gateway: Element) -> dict[str, frozenset[str]]:
        """For each element, the gateway's incoming flows that a token there can still bring one to, without passing it."""
        found: dict[str, set[str]] = {}
        for flow_id in gateway.incoming:
            for element_id in self._upstream(self.model.flows[flow_id].source, gateway.id):
                found.setdefault(element_id, set()).add(flow_id)
        return {element_id: frozenset(flows) for element_id, flows in found.items()}

    def _upstream(self, start: str, barrier: str) -> set[str]:
        seen: set[str] = set()
        stack = [start]
        while stack:
            element_id = stack.pop()
            if element_id in seen or element_id == barrier or element_id not in self.model.elements:
                continue
            seen.add(element_id)
            stack.extend(self._before(self.model.elements[element_id]))
        return seen

    def _before(self, element: Element) -> list[str]:
        before = [self.model.flows[flow_id].source for flow_id in element.incoming]
        if element.attached_to:
            before.append(element.attached_to)
        if element.event is not None and element.event.kind == "link" and element.type == "intermediateCatchEvent":
            throws = self._links(element.scope, "intermediateThrowEvent")
            before += [throw.id for throw in throws if _link_name(throw) == _link_name(element)]
        return before

    def _links(self, scope: str, kind: str) -> list[Element]:
        inside = self.model.in_scope(scope)
        return [e for e in inside if e.type == kind and e.event is not None and e.event.kind == "link"]

    def _attach_boundaries(self) -> None:
        for node in self.nodes.values():
            if isinstance(node, BoundaryEvent) and node.element.attached_to in self.nodes:
                self.nodes[node.element.attached_to].boundaries.append(node)


def compile_bpmn(xml: bytes, filename: str = "") -> list[Process]:
    """Compile every executable process of a file that the deployment checks have passed."""
    definitions = parse_bpmn(xml, filename)
    parser = DiagramParser(definitions.processes)
    parser.add_bpmn_xml(read_xml(xml, filename), filename)
    executable = [model for model in definitions.processes.values() if model.executable]
    return [Process(model, parser.get_spec(model.id)) for model in executable]


def _process_element(model: ProcessModel) -> Element:
    element = Element(id=model.id, name=model.name, type="process", scope="", line=model.line)
    element.listeners = model.listeners
    return element


def _link_name(element: Element) -> str | None:
    return element.event.name if element.event is not None else None


__all__ = ["Exit", "MultiInstance", "Process", "compile_bpmn"]
