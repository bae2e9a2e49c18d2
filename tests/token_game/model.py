"""A BPMN diagram as the token game sees it: elements, sequence flows and scopes, read from the XML.

Only what moves tokens is read. A file may hold several processes: the first is played, the others are called by it.
Element kinds are the standard's tag names; an event's `trigger` is the name of its event definition without the suffix
(`message`, `timer`, `signal`, `error`, `escalation`, `link`, `terminate`, `compensate`, or `none`).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from functools import cached_property

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"

SCOPES = {"process", "subProcess", "adHocSubProcess"}
NODES = {
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"),
    *("task", "userTask", "serviceTask", "receiveTask", "scriptTask", "manualTask", "subProcess"),
    *("callActivity", "adHocSubProcess"),
}
WORK = {"userTask", "serviceTask"}  # Somebody outside completes these.
WAITING = WORK | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway"}
EXTERNAL = {"message", "timer", "signal"}  # These triggers come from outside; the others are thrown inside.


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True)
class Loop:
    """Multi-instance marker; `condition` is the completion condition."""

    size: int
    sequential: bool
    condition: str | None


@dataclass(frozen=True)
class AdHoc:
    """What an ad-hoc subprocess activates, when it is complete, and whether that ends the rest."""

    active: tuple[str, ...]
    condition: str | None
    cancels: bool


@dataclass
class Element:
    id: str
    kind: str
    scope: str | None
    trigger: str = "none"
    ref: str | None = None  # message or signal name, error or escalation code, link name, activity to compensate
    repeats: int | None = None  # how often a non-interrupting timer fires; None without end
    interrupting: bool = True
    attached_to: str | None = None
    is_event_subprocess: bool = False
    default: str | None = None
    loop: Loop | None = None
    script: tuple[str, str] | None = None  # (variable, expression)
    calls: str | None = None  # a process of the same file
    ad_hoc: AdHoc | None = None
    handler: str | None = None  # of a compensation boundary event
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)


@dataclass
class Model:
    process: str
    elements: dict[str, Element]
    flows: dict[str, Flow]

    @cached_property
    def boundaries(self) -> dict[str, list[Element]]:
        """Boundary events by the activity that they are attached to."""
        attached: dict[str, list[Element]] = {}
        for element in self.elements.values():
            if element.attached_to:
                attached.setdefault(element.attached_to, []).append(element)
        return attached

    @cached_property
    def event_starts(self) -> dict[str, list[Element]]:
        """Start events of the event subprocesses directly inside a scope, by that scope."""
        starts: dict[str, list[Element]] = {}
        for element in self.elements.values():
            if element.kind == "startEvent" and self.elements[element.scope].is_event_subprocess:
                starts.setdefault(self.elements[element.scope].scope, []).append(element)
        return starts

    def start_of(self, scope: str) -> Element:
        """The start event where a process or an embedded subprocess begins."""
        return next(e for e in self.elements.values() if e.kind == "startEvent" and e.scope == scope)

    def body_of(self, element: str) -> str:
        """The scope that an instance of this element plays: the called process's, or its own."""
        return self.elements[element].calls or element

    def handler_of(self, activity: str) -> Element | None:
        """The compensation boundary event of an activity."""
        return next((e for e in self.boundaries.get(activity, []) if e.trigger == "compensate"), None)

    def link_target(self, throw: Element) -> Element:
        """The catching link event of the same name in the same scope."""
        return next(
            e
            for e in self.elements.values()
            if e.kind == "intermediateCatchEvent" and (e.trigger, e.ref, e.scope) == ("link", throw.ref, throw.scope)
        )

    def order_matters(self, element: str) -> bool:
        """Whether a token there can, without waiting for anybody, come to something that makes the order of steps matter.

        Where it cannot, a state has exactly one stable successor: the rest of the net is free of races, as conditions
        read variables that only a stimulus changes.
        """
        if element not in self._races:
            self._races[element] = any(_is_racy(self.elements[e]) for e in self._goes_to(element))
        return self._races[element]

    @cached_property
    def _races(self) -> dict[str, bool]:
        return {}

    def _goes_to(self, element: str) -> set[str]:
        """Every element that a token there may come to by itself, the completion of the scopes around it included."""
        seen, todo = {element}, [element]
        while todo:
            for following in self._next(self.elements[todo.pop()]) - seen:
                seen.add(following)
                todo.append(following)
        return seen

    def _next(self, element: Element) -> set[str]:
        if element.kind in WAITING and element.trigger != "link" and not (element.loop and not element.loop.size):
            return set()
        following = {flow.target for flow in element.outgoing}
        if element.kind in {"subProcess", "callActivity"}:
            inside = self.body_of(element.id)
            following |= {e.id for e in self.elements.values() if e.kind == "startEvent" and e.scope == inside}
        if element.kind == "process":
            following |= {e.id for e in self.elements.values() if e.calls == element.id}
        if element.ad_hoc:
            following |= set(element.ad_hoc.active)
        if element.trigger == "link" and element.kind == "intermediateThrowEvent":
            following.add(self.link_target(element).id)
        return following | ({element.scope} if element.scope else set())

    @cached_property
    def has_signals(self) -> bool:
        return any(e.trigger == "signal" for e in self.elements.values())


def _is_racy(element: Element) -> bool:
    throws = element.kind in {"endEvent", "intermediateThrowEvent"} and element.trigger not in {"none", "link"}
    joins = element.kind == "inclusiveGateway" and len(element.incoming) > 1
    stops = element.loop is not None and element.loop.condition is not None
    stops = stops or (element.ad_hoc is not None and element.ad_hoc.condition is not None)
    return throws or joins or stops or element.script is not None


def read(xml: str | bytes) -> Model:
    """Read a diagram: its first process and those that it calls."""
    root = ET.fromstring(xml)
    names = _names(root)
    elements: dict[str, Element] = {}
    flows: dict[str, Flow] = {}
    processes = root.findall(f"{BPMN}process")
    for process in processes:
        elements[process.get("id")] = Element(process.get("id"), "process", None)
        _read_scope(process, process.get("id"), names, elements, flows)
    for flow in flows.values():
        elements[flow.source].outgoing.append(flow)
        elements[flow.target].incoming.append(flow)
    for association in root.iter(f"{BPMN}association"):
        elements[association.get("sourceRef")].handler = association.get("targetRef")
    return Model(processes[0].get("id"), elements, flows)


def _names(root: ET.Element) -> dict[str, str]:
    """What an event definition's reference stands for: a name or a code."""
    keys = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
    return {e.get("id"): e.get(key) for tag, key in keys.items() for e in root.findall(f"{BPMN}{tag}")}


def _read_scope(xml: ET.Element, scope: str, names: dict, elements: dict[str, Element], flows: dict[str, Flow]) -> None:
    for child in xml:
        tag = child.tag.removeprefix(BPMN)
        if tag == "sequenceFlow":
            condition = child.findtext(f"{BPMN}conditionExpression")
            flows[child.get("id")] = Flow(child.get("id"), child.get("sourceRef"), child.get("targetRef"), condition)
        elif tag in NODES:
            elements[child.get("id")] = _element(child, tag, scope, names)
        if tag in {"subProcess", "adHocSubProcess"}:
            _read_scope(child, child.get("id"), names, elements, flows)


def _element(xml: ET.Element, tag: str, scope: str, names: dict[str, str]) -> Element:
    element = Element(xml.get("id"), tag, scope)
    element.attached_to = xml.get("attachedToRef")
    element.default = xml.get("default")
    element.is_event_subprocess = xml.get("triggeredByEvent") == "true"
    element.interrupting = xml.get("cancelActivity", xml.get("isInterrupting", "true")) == "true"
    element.loop = _loop(xml)
    called = xml.find(f"{BPMN}extensionElements/{ZEEBE}calledElement")
    element.calls = called.get("processId") if called is not None else None
    element.ad_hoc = _ad_hoc(xml) if tag == "adHocSubProcess" else None
    script = xml.find(f"{BPMN}extensionElements/{ZEEBE}script")
    if script is not None:
        element.script = (script.get("resultVariable"), script.get("expression"))
    for child in xml:
        if child.tag.endswith("EventDefinition"):
            _read_trigger(element, child, names)
    if tag == "receiveTask":
        element.trigger, element.ref = "message", names[xml.get("messageRef")]
    return element


def _read_trigger(element: Element, definition: ET.Element, names: dict[str, str]) -> None:
    element.trigger = definition.tag.removeprefix(BPMN).removesuffix("EventDefinition")
    element.ref = names.get(definition.get(f"{element.trigger}Ref")) or definition.get("name")
    element.ref = element.ref or definition.get("activityRef")
    if element.trigger == "timer":
        cycle = definition.findtext(f"{BPMN}timeCycle")
        count = re.match(r"R(\d*)/", cycle).group(1) if cycle else "1"
        element.repeats = int(count) if count else None


def _loop(xml: ET.Element) -> Loop | None:
    marker = xml.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if marker is None:
        return None
    collection = marker.find(f"{BPMN}extensionElements/{ZEEBE}loopCharacteristics").get("inputCollection")
    size = len(re.findall(r"\d+", collection))
    return Loop(size, marker.get("isSequential") == "true", marker.findtext(f"{BPMN}completionCondition"))


def _ad_hoc(xml: ET.Element) -> AdHoc:
    collection = xml.find(f"{BPMN}extensionElements/{ZEEBE}adHoc").get("activeElementsCollection")
    active = tuple(re.findall(r'"(\w+)"', collection))
    condition = xml.findtext(f"{BPMN}completionCondition")
    return AdHoc(active, condition, xml.get("cancelRemainingInstances", "true") == "true")
