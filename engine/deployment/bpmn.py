"""From BPMN XML with Camunda 8's `zeebe:` extension elements to the records of `model`."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.deployment.model import (
    FLOW_NODES,
    SUBPROCESSES,
    AdHoc,
    Assignment,
    Definitions,
    Element,
    EventDefinition,
    Flow,
    Listener,
    Loop,
    ProcessModel,
    Reference,
)
from engine.deployment.xml import read_xml

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
CAMUNDA7 = "{http://camunda.org/schema/1.0/bpmn}"
# fmt: off
_IGNORED = frozenset({
    "extensionElements", "documentation", "laneSet", "incoming", "outgoing", "dataObject", "dataObjectReference",
    "dataStoreReference", "textAnnotation", "association", "group", "ioSpecification", "dataInputAssociation",
    "dataOutputAssociation", "property", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
    "categoryValueRef", "auditing", "monitoring", "script", "completionCondition", "rendering", "potentialOwner",
    "humanPerformer", "performer", "resourceRole", "dataInput", "dataOutput", "inputSet", "outputSet",
    "conditionExpression",
})
# fmt: on


def parse_bpmn(data: bytes, filename: str = "") -> Definitions:
    """Read every process of a file. Raises engine.deployment.xml.UnreadableXml when the bytes are no readable XML."""
    return Reader(read_xml(data, filename), filename).definitions()


class Reader:
    """One pass over one file."""

    def __init__(self, root: etree._Element, filename: str) -> None:
        self.root = root
        self.result = Definitions(filename, {}, [], [])
        self.by_id: dict[str, etree._Element] = {}

    def definitions(self) -> Definitions:
        self._index_ids()
        for node in self.root.findall(f"{BPMN}process"):
            model = self._process(node)
            self.result.processes[model.id] = model
        return self.result

    def _index_ids(self) -> None:
        for node in self.root.iter(etree.Element):
            identifier = node.get("id")
            if identifier is None or not isinstance(node.tag, str) or not node.tag.startswith(BPMN):
                continue
            if identifier in self.by_id:
                self.result.duplicate_ids.append((identifier, node.sourceline))
            self.by_id.setdefault(identifier, node)

    def _process(self, node: etree._Element) -> ProcessModel:
        tag = _extension(node, "versionTag")
        model = ProcessModel(
            id=node.get("id", ""),
            name=node.get("name"),
            executable=_flag(node, "isExecutable"),
            version_tag=tag.get("value") if tag is not None else None,
            line=node.sourceline,
            properties=_properties(node),
            listeners=_listeners(node, "executionListener"),
        )
        for form in node.iterfind(f"{BPMN}extensionElements/{ZEEBE}userTaskForm"):
            model.embedded_forms[form.get("id", "")] = form.text or ""
        self._lanes(node, model)
        self._scope(node, model, model.id)
        for flow in model.flows.values():
            if flow.source in model.elements:
                model.elements[flow.source].outgoing.append(flow.id)
            if flow.target in model.elements:
                model.elements[flow.target].incoming.append(flow.id)
        for source, target in self._associations():
            _associate(model, source, target)
        return model

    def _associations(self) -> Iterator[tuple[str, str]]:
        for node in self.root.iter(f"{BPMN}association"):
            source, target = node.get("sourceRef", ""), node.get("targetRef", "")
            yield from ((source, target), (target, source))

    def _lanes(self, node: etree._Element, model: ProcessModel) -> None:
        for lane in node.iter(f"{BPMN}lane"):
            for ref in lane.findall(f"{BPMN}flowNodeRef"):
                model.lanes[(ref.text or "").strip()] = lane.get("name") or lane.get("id", "")

    def _scope(self, node: etree._Element, model: ProcessModel, scope: str) -> None:
        for child in node:
            if not isinstance(child.tag, str) or not child.tag.startswith(BPMN):
                continue
            kind = child.tag.removeprefix(BPMN)
            if kind == "sequenceFlow":
                flow = self._flow(child, scope)
                model.flows[flow.id] = flow
            elif kind in FLOW_NODES:
                element = self._element(child, kind, scope)
                model.elements[element.id] = element
                if kind in SUBPROCESSES:
                    self._scope(child, model, element.id)
            elif kind not in _IGNORED:
                self.result.unknown_elements.append((kind, child.get("id"), child.sourceline))

    def _flow(self, node: etree._Element, scope: str) -> Flow:
        return Flow(
            id=node.get("id", ""),
            name=node.get("name"),
            source=node.get("sourceRef", ""),
            target=node.get("targetRef", ""),
            condition=_text(node, "conditionExpression"),
            line=node.sourceline,
            scope=scope,
        )

    def _element(self, node: etree._Element, kind: str, scope: str) -> Element:
        element = Element(
            id=node.get("id", ""),
            name=node.get("name"),
            type=kind,
            scope=scope,
            line=node.sourceline,
            default=node.get("default"),
            attached_to=node.get("attachedToRef"),
            triggered_by_event=_flag(node, "triggeredByEvent"),
            for_compensation=_flag(node, "isForCompensation"),
            standard_loop=node.find(f"{BPMN}standardLoopCharacteristics") is not None,
            instantiate=_flag(node, "instantiate"),
            properties=_properties(node),
            listeners=_listeners(node, "executionListener"),
            task_listeners=_listeners(node, "taskListener"),
            documentation=_text(node, "documentation"),
            camunda7=_camunda7(node),
        )
        interrupting = "cancelActivity" if kind == "boundaryEvent" else "isInterrupting"
        element.interrupting = _flag(node, interrupting, "true")
        element.loop = self._loop(node)
        element.ad_hoc = _ad_hoc(node) if kind == "adHocSubProcess" else None
        self._events(node, kind, element)
        self._task(node, element)
        self._call(node, element)
        return element

    def _loop(self, node: etree._Element) -> Loop | None:
        loop = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
        if loop is None:
            return None
        extension = _extension(loop, "loopCharacteristics")
        return Loop(
            sequential=_flag(loop, "isSequential"),
            input_collection=_get(extension, "inputCollection"),
            input_element=_get(extension, "inputElement"),
            output_collection=_get(extension, "outputCollection"),
            output_element=_get(extension, "outputElement"),
            completion=_text(loop, "completionCondition"),
        )

    def _events(self, node: etree._Element, kind: str, element: Element) -> None:
        found = [self._event_definition(child) for child in _event_nodes(node)]
        found += [self._referenced_event(ref) for ref in node.findall(f"{BPMN}eventDefinitionRef")]
        if kind.endswith("Event"):
            element.event = found[0] if found else EventDefinition()
            element.extra_events = max(0, len(found) - 1)
        elif kind in ("receiveTask", "sendTask") and node.get("messageRef"):
            element.event = self._message(node.get("messageRef"))

    def _referenced_event(self, ref: etree._Element) -> EventDefinition:
        target = self.by_id.get((ref.text or "").strip())
        return self._event_definition(target) if target is not None else EventDefinition("unknown", ref=ref.text)

    def _event_definition(self, node: etree._Element) -> EventDefinition:
        kind = node.tag.removeprefix(BPMN).removesuffix("EventDefinition")
        match kind:
            case "message":
                return self._message(node.get("messageRef"))
            case "timer":
                return _timer(node)
            case "signal":
                return self._named("signal", node.get("signalRef"), None)
            case "error":
                return self._named("error", node.get("errorRef"), "errorCode")
            case "escalation":
                return self._named("escalation", node.get("escalationRef"), "escalationCode")
            case "link":
                return EventDefinition("link", name=_get(node, "name"))
            case "compensate":
                return EventDefinition("compensate", activity_ref=node.get("activityRef"))
            case "conditional":
                return EventDefinition("conditional", condition=_text(node, "condition"))
        return EventDefinition(kind)

    def _message(self, ref: str | None) -> EventDefinition:
        node = self.by_id.get(ref or "")
        event = EventDefinition("message", ref=ref, is_defined=node is not None or not ref)
        if node is not None:
            event.name = _get(node, "name")
            event.correlation_key = _get(_extension(node, "subscription"), "correlationKey")
        return event

    def _named(self, kind: str, ref: str | None, code_attribute: str | None) -> EventDefinition:
        node = self.by_id.get(ref or "")
        event = EventDefinition(kind, ref=ref, is_defined=node is not None or not ref)
        if node is not None:
            event.name = _get(node, "name")
            event.code = _get(node, code_attribute) if code_attribute else None
        return event

    def _task(self, node: etree._Element, element: Element) -> None:
        mapping = _extension(node, "ioMapping")
        if mapping is not None:
            element.inputs = [(i.get("source", ""), i.get("target", "")) for i in mapping.findall(f"{ZEEBE}input")]
            element.outputs = [(o.get("source", ""), o.get("target", "")) for o in mapping.findall(f"{ZEEBE}output")]
        definition = _extension(node, "taskDefinition")
        if definition is None:  # A message throw carries it on the event definition.
            definition = next(
                (d for e in _event_nodes(node) if (d := _extension(e, "taskDefinition")) is not None), None
            )
        if definition is not None:
            element.job_type, element.retries = _get(definition, "type"), _get(definition, "retries")
        deep = "" if element.type in SUBPROCESSES else ".//"  # A message throw has them on its event definition.
        element.headers = _headers(node, f"{deep}{BPMN}extensionElements/")
        script = _extension(node, "script")
        if script is not None:
            element.script, element.result_variable = _get(script, "expression"), _get(script, "resultVariable")
        self._person(node, element)

    def _person(self, node: etree._Element, element: Element) -> None:
        who, when, how = (_extension(node, n) for n in ("assignmentDefinition", "taskSchedule", "priorityDefinition"))
        element.assignment = Assignment(
            assignee=_get(who, "assignee"),
            candidate_groups=_get(who, "candidateGroups"),
            candidate_users=_get(who, "candidateUsers"),
            due_date=_get(when, "dueDate"),
            follow_up_date=_get(when, "followUpDate"),
            priority=_get(how, "priority"),
        )
        form = _extension(node, "formDefinition")
        if form is not None:
            element.form = _reference(form, "formId")
            element.form_key, element.external_form = _get(form, "formKey"), _get(form, "externalReference")

    def _call(self, node: etree._Element, element: Element) -> None:
        called = _extension(node, "calledElement")
        if called is not None:
            element.called_process = _reference(called, "processId")
            element.propagate_child = _flag(called, "propagateAllChildVariables", "true")
            element.propagate_parent = _flag(called, "propagateAllParentVariables", "true")
        decision = _extension(node, "calledDecision")
        if decision is not None:
            element.decision = _reference(decision, "decisionId")
            element.result_variable = _get(decision, "resultVariable")


def _reference(node: etree._Element, attribute: str) -> Reference | None:
    identifier = _get(node, attribute)
    if identifier is None:
        return None
    return Reference(identifier, node.get("bindingType", "latest"), _get(node, "versionTag"))


def _timer(node: etree._Element) -> EventDefinition:
    kinds = (("timeDate", "date"), ("timeDuration", "duration"), ("timeCycle", "cycle"))
    found = [(kind, text) for name, kind in kinds if (text := _text(node, name)) is not None]
    if not found:
        return EventDefinition("timer")
    kind, text = found[0]
    return EventDefinition("timer", timer=kind, timer_text=text, timers=len(found))


def _event_nodes(node: etree._Element) -> Iterator[etree._Element]:
    return (c for c in node if isinstance(c.tag, str) and c.tag.startswith(BPMN) and c.tag.endswith("EventDefinition"))


def _extension(node: etree._Element, name: str) -> etree._Element | None:
    return node.find(f"{BPMN}extensionElements/{ZEEBE}{name}")


def _get(node: etree._Element | None, name: str) -> str | None:
    """What an attribute says; None where it says nothing but spaces."""
    text = None if node is None else node.get(name)
    return text if text is None or text.strip() else None


def _flag(node: etree._Element, name: str, absent: str = "false") -> bool:
    """XML has two words for each truth value."""
    return node.get(name, absent).strip() in ("true", "1")


def _text(node: etree._Element, name: str) -> str | None:
    child = node.find(f"{BPMN}{name}")
    return None if child is None else (child.text or "").strip()


def _properties(node: etree._Element) -> dict[str, str]:
    found = node.iterfind(f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property")
    return {p.get("name", ""): p.get("value", "") for p in found}


def _listeners(node: etree._Element, kind: str) -> list[Listener]:
    """`executionListener` or `taskListener`, in the order in which they are drawn; names of older modelers too."""
    found = node.iterfind(f"{BPMN}extensionElements/{ZEEBE}{kind}s/{ZEEBE}{kind}")
    return [
        Listener(_listener_event(each.get("eventType", "")), each.get("type", ""), each.get("retries"), _headers(each))
        for each in found
    ]


def _headers(node: etree._Element, below: str = "") -> dict[str, str]:
    found = node.iterfind(f"{below}{ZEEBE}taskHeaders/{ZEEBE}header")
    return {header.get("key", ""): header.get("value", "") for header in found}


def _listener_event(name: str) -> str:
    """What a modeler before 8.8 called `complete` is `completing`."""
    older = {"create": "creating", "assignment": "assigning", "update": "updating", "complete": "completing"}
    return older.get(name, "canceling" if name == "cancel" else name)


def _ad_hoc(node: etree._Element) -> AdHoc:
    extension = _extension(node, "adHoc")
    return AdHoc(
        active_elements=_get(extension, "activeElementsCollection"),
        completion=_text(node, "completionCondition"),
        cancel_remaining=_flag(node, "cancelRemainingInstances", "true"),
        output_collection=_get(extension, "outputCollection"),
        output_element=_get(extension, "outputElement"),
    )


def _associate(model: ProcessModel, source: str, target: str) -> None:
    """An association leads from a compensation boundary event to its handler, whichever end was drawn first."""
    boundary, handler = model.elements.get(source), model.elements.get(target)
    if boundary is None or handler is None or boundary.type != "boundaryEvent" or not handler.is_activity:
        return
    if boundary.event is not None and boundary.event.kind == "compensate" and handler.id not in boundary.handlers:
        boundary.handlers.append(handler.id)


def _camunda7(node: etree._Element) -> list[str]:
    """The settings of Camunda 7 on an element, its loop, its event and in its extensions."""
    own = [
        node,
        *(child for child in node if isinstance(child.tag, str) and child.tag.removeprefix(BPMN) not in FLOW_NODES),
    ]
    found = [name for each in own for name in each.attrib]
    found += [child.tag for child in node.iterfind(f"{BPMN}extensionElements/*") if isinstance(child.tag, str)]
    return [f"camunda:{str(name).removeprefix(CAMUNDA7)}" for name in found if str(name).startswith(CAMUNDA7)]
