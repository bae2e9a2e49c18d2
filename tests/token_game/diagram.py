"""Diagrams in the making: a scope with nodes and flows, written out as the BPMN XML that is deployed.

The generator and the hand-made tests draw with it; the judge and the executor both read only the XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
DECLARED = {"message", "signal", "error", "escalation"}


@dataclass
class Node:
    """One flow node; `kind` is the BPMN tag. An event has a trigger, and for it a name, a code or a time."""

    kind: str
    id: str
    trigger: str = "none"
    ref: str | None = None
    interrupting: bool = True
    attached_to: str | None = None
    default: str | None = None
    loop: tuple[int, bool, str | None] | None = None  # size, sequential, completion condition
    script: tuple[str, str] | None = None
    inner: Scope | None = None


@dataclass
class Edge:
    id: str
    source: str
    target: str
    condition: str | None = None


@dataclass
class Scope:
    """A process or a subprocess."""

    id: str
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    by_event: bool = False

    def add(self, kind: str, id: str, **options) -> str:
        self.nodes.append(Node(kind, id, **options))
        return id

    def sub(self, id: str, by_event: bool = False, **options) -> Scope:
        inner = Scope(id, by_event=by_event)
        self.add("subProcess", id, inner=inner, **options)
        return inner

    def flow(self, source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
        """A sequence flow; returns its id."""
        id = id or f"{source}_to_{target}"
        self.edges.append(Edge(id, source, target, condition))
        return id

    def line(self, *ids: str) -> None:
        """Flows from each to the next."""
        for source, target in pairwise(ids):
            self.flow(source, target)

    def node(self, id: str) -> Node:
        return next(node for node in self.nodes if node.id == id)

    def scopes(self) -> Iterator[Scope]:
        yield self
        for node in self.nodes:
            if node.inner:
                yield from node.inner.scopes()


def to_xml(process: Scope) -> str:
    """The diagram as a BPMN file, with every message, signal, error and escalation declared."""
    body = _scope_xml(process, "  ")
    declarations = "\n".join(_declaration(*item) for item in sorted(_declared(process)))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions id="definitions" {NAMESPACES} '
        f'targetNamespace="http://bpmn.io/schema/bpmn">\n'
        f'<bpmn:process id="{process.id}" isExecutable="true">\n{body}\n</bpmn:process>\n{declarations}\n'
        "</bpmn:definitions>\n"
    )


def _declared(process: Scope) -> set[tuple[str, str]]:
    nodes = [node for scope in process.scopes() for node in scope.nodes]
    return {(node.trigger, node.ref) for node in nodes if node.trigger in DECLARED and node.ref}


def _declaration(trigger: str, ref: str) -> str:
    head = f'<bpmn:{trigger} id="{trigger}_{ref}" name="{ref}"'
    if trigger == "message":
        inner = '<bpmn:extensionElements><zeebe:subscription correlationKey="=key" /></bpmn:extensionElements>'
        return f"{head}>{inner}</bpmn:message>"
    return f"{head} />" if trigger == "signal" else f'{head} {trigger}Code="{ref}" />'


def _scope_xml(scope: Scope, indent: str) -> str:
    parts = [_node_xml(node, scope, indent) for node in scope.nodes]
    parts += [_edge_xml(edge, indent) for edge in scope.edges]
    return "\n".join(parts)


def _edge_xml(edge: Edge, indent: str) -> str:
    head = f'{indent}<bpmn:sequenceFlow id="{edge.id}" sourceRef="{edge.source}" targetRef="{edge.target}"'
    if edge.condition is None:
        return f"{head} />"
    condition = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(edge.condition)}'
    return f"{head}>{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"


def _node_xml(node: Node, scope: Scope, indent: str) -> str:
    inside = [
        *_extensions(node),
        *(f"<bpmn:incoming>{edge.id}</bpmn:incoming>" for edge in scope.edges if edge.target == node.id),
        *(f"<bpmn:outgoing>{edge.id}</bpmn:outgoing>" for edge in scope.edges if edge.source == node.id),
        *_trigger(node),
        *_loop(node),
    ]
    lines = [f"{indent}  {line}" for line in inside]
    if node.inner:
        lines.append(_scope_xml(node.inner, indent + "  "))
    return "\n".join([f"{indent}<bpmn:{node.kind}{_attributes(node, scope)}>", *lines, f"{indent}</bpmn:{node.kind}>"])


def _attributes(node: Node, scope: Scope) -> str:
    pairs = {"id": node.id, "default": node.default, "attachedToRef": node.attached_to}
    if node.kind == "boundaryEvent" and not node.interrupting:
        pairs["cancelActivity"] = "false"
    if node.kind == "startEvent" and scope.by_event:
        pairs["isInterrupting"] = "true" if node.interrupting else "false"
    if node.kind == "receiveTask":
        pairs["messageRef"] = f"message_{node.ref}"
    if node.inner and node.inner.by_event:
        pairs["triggeredByEvent"] = "true"
    return "".join(f" {name}={quoteattr(value)}" for name, value in pairs.items() if value)


def _extensions(node: Node) -> list[str]:
    if node.script:
        variable, expression = node.script
        script = f'<zeebe:script expression={quoteattr(expression)} resultVariable="{variable}" />'
        return [f"<bpmn:extensionElements>{script}</bpmn:extensionElements>"]
    if node.kind == "serviceTask":
        return ['<bpmn:extensionElements><zeebe:taskDefinition type="work" /></bpmn:extensionElements>']
    if node.kind == "userTask":
        return ["<bpmn:extensionElements><zeebe:userTask /></bpmn:extensionElements>"]
    return []


def _trigger(node: Node) -> list[str]:
    if node.trigger == "none" or node.kind == "receiveTask":
        return []
    tag, id = f"bpmn:{node.trigger}EventDefinition", f'id="{node.id}_event"'
    if node.trigger == "timer":
        form = "timeCycle" if node.ref.startswith("R") else "timeDuration"
        return [f'<{tag} {id}><bpmn:{form} xsi:type="bpmn:tFormalExpression">{node.ref}</bpmn:{form}></{tag}>']
    if node.trigger == "link":
        return [f'<{tag} {id} name="{node.ref}" />']
    reference = f' {node.trigger}Ref="{node.trigger}_{node.ref}"' if node.ref else ""
    return [f"<{tag} {id}{reference} />"]


def _loop(node: Node) -> list[str]:
    if node.loop is None:
        return []
    size, sequential, condition = node.loop
    items = ",".join(str(number) for number in range(1, size + 1))
    marker = f'<zeebe:loopCharacteristics inputCollection="=[{items}]" inputElement="item" />'
    done = f"<bpmn:completionCondition>{escape(condition)}</bpmn:completionCondition>" if condition else ""
    return [
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<bpmn:extensionElements>{marker}</bpmn:extensionElements>{done}"
        "</bpmn:multiInstanceLoopCharacteristics>"
    ]
