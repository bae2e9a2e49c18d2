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
    calls: str | None = None  # a process of the same file
    handler: str | None = None  # what a compensation boundary event starts
    undoes: bool = False  # a compensation handler
    until: str | None = None  # an ad-hoc subprocess's completion condition
    cancels: bool = True  # … and whether that ends the rest
    active: tuple[str, ...] = ()  # what it activates; nodes of `inner`


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
    called: list[Scope] = field(default_factory=list)  # of the main process: those that its file holds beside it

    def add(self, kind: str, id: str, **options) -> str:
        self.nodes.append(Node(kind, id, **options))
        return id

    def sub(self, id: str, by_event: bool = False, **options) -> Scope:
        inner = Scope(id, by_event=by_event)
        self.add("subProcess", id, inner=inner, **options)
        return inner

    def ad_hoc(self, id: str, active: tuple[str, ...], **options) -> Scope:
        inner = Scope(id)
        self.add("adHocSubProcess", id, inner=inner, active=active, **options)
        return inner

    def undo(self, activity: str, handler: str | None = None) -> str:
        """A compensation event on an activity; its handler is a user task unless one is drawn already."""
        handler = handler or self.add("userTask", f"undo_{activity}", undoes=True)
        return self.add("boundaryEvent", f"on_{activity}", trigger="compensate", attached_to=activity, handler=handler)

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
        for process in self.called:
            yield from process.scopes()


def to_xml(process: Scope) -> str:
    """The diagram as a BPMN file, with every message, signal, error and escalation declared."""
    bodies = "\n".join(_process_xml(each) for each in (process, *process.called))
    declarations = "\n".join(_declaration(*item) for item in sorted(_declared(process)))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions id="definitions" {NAMESPACES} '
        f'targetNamespace="http://bpmn.io/schema/bpmn">\n'
        f"{bodies}\n{declarations}\n"
        "</bpmn:definitions>\n"
    )


def _process_xml(process: Scope) -> str:
    body = _scope_xml(process, "  ")
    return f'<bpmn:process id="{process.id}" isExecutable="true">\n{body}\n</bpmn:process>'


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
    parts += [
        f'{indent}<bpmn:association id="{n.id}_handler" sourceRef="{n.id}" targetRef="{n.handler}" />'
        for n in scope.nodes
        if n.handler
    ]
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
    if node.until:
        lines.append(f"{indent}  <bpmn:completionCondition>{escape(node.until)}</bpmn:completionCondition>")
    return "\n".join([f"{indent}<bpmn:{node.kind}{_attributes(node, scope)}>", *lines, f"{indent}</bpmn:{node.kind}>"])


def _attributes(node: Node, scope: Scope) -> str:
    pairs = {"id": node.id, "default": node.default, "attachedToRef": node.attached_to}
    if node.kind == "boundaryEvent" and not node.interrupting:
        pairs["cancelActivity"] = "false"
    if node.kind == "startEvent" and scope.by_event:
        pairs["isInterrupting"] = "true" if node.interrupting else "false"
    if node.kind == "receiveTask":
        pairs["messageRef"] = f"message_{node.ref}"
    if node.undoes:
        pairs["isForCompensation"] = "true"
    if not node.cancels:
        pairs["cancelRemainingInstances"] = "false"
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
    if node.calls:
        return [f'<bpmn:extensionElements><zeebe:calledElement processId="{node.calls}" /></bpmn:extensionElements>']
    if node.kind == "adHocSubProcess":
        names = quoteattr("=[" + ",".join(f'"{id}"' for id in node.active) + "]")
        return [f"<bpmn:extensionElements><zeebe:adHoc activeElementsCollection={names} /></bpmn:extensionElements>"]
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
    if node.trigger == "compensate":
        return [f'<{tag} {id} activityRef="{node.ref}" />' if node.ref else f"<{tag} {id} />"]
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
