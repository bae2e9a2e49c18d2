"""Is the diagram well formed: ids, flows, scopes, starts, what can be reached."""

from __future__ import annotations

from engine.deployment import rules
from engine.deployment.model import FLOW_NODES, SUBPROCESSES, Definitions, Element, Flow, ProcessModel
from engine.deployment.remarks import Remarks

UNSUPPORTED_TYPES = frozenset({"transaction", "complexGateway"})


def check_file(definitions: Definitions, remarks: Remarks) -> None:
    for identifier, _line in definitions.duplicate_ids:
        remarks.add(rules.DUPLICATE_ID, _find(definitions, identifier), identifier)
    for tag, unknown, _line in definitions.unknown_elements:
        remarks.add(rules.UNSUPPORTED, _find(definitions, unknown), f"'{tag}'")
    for model in definitions.processes.values():
        if not model.id.strip():
            remarks.add_word(rules.MISSING_ID, model, "process")
    if not any(model.executable for model in definitions.processes.values()):
        remarks.add(rules.NO_EXECUTABLE, next(iter(definitions.processes.values()), None))


def check_structure(model: ProcessModel, remarks: Remarks) -> None:
    for flow in model.flows.values():
        _check_flow(flow, model, remarks)
    for element in model.elements.values():
        _check_element(element, remarks)
        if element.type in SUBPROCESSES:
            _check_starts(model, element.id, element, remarks)
    _check_starts(model, model.id, None, remarks)
    _check_reachable(model, remarks)


def _find(definitions: Definitions, identifier: str | None) -> Element | Flow | ProcessModel | None:
    for model in definitions.processes.values():
        if identifier in model.elements:
            return model.elements[identifier]
        if identifier in model.flows:
            return model.flows[identifier]
        if identifier == model.id:
            return model
    return None


def _check_flow(flow: Flow, model: ProcessModel, remarks: Remarks) -> None:
    if not flow.id:
        remarks.add_word(rules.MISSING_ID, flow, "sequenceFlow")
    ends = [model.elements.get(flow.source), model.elements.get(flow.target)]
    for identifier, element in zip((flow.source, flow.target), ends, strict=True):
        if element is None:
            remarks.add(rules.DANGLING_FLOW, flow, identifier)
        elif element.scope != flow.scope:
            remarks.add(rules.CROSSING_FLOW, flow)


def _check_element(element: Element, remarks: Remarks) -> None:
    if not element.id:
        remarks.add_word(rules.MISSING_ID, element, element.type)
    refused = [
        (element.type in UNSUPPORTED_TYPES, f"'{element.type}'"),
        (element.standard_loop, "a standard loop"),
        (element.instantiate, "an instantiating receive task"),
        (element.triggered_by_event and element.loop is not None, "a multi-instance event subprocess"),
        (element.extra_events > 0, "an event with several definitions"),
    ]
    for applies, what in refused:
        if applies:
            remarks.add_word(rules.UNSUPPORTED, element, what)
    if element.camunda7:
        remarks.add(rules.CAMUNDA_7, element, ", ".join(dict.fromkeys(element.camunda7)))
    if element.incoming and (element.type in ("startEvent", "boundaryEvent") or element.triggered_by_event):
        remarks.add(rules.FORBIDDEN_INCOMING, element, f"'{element.id}'")
    undoes = element.for_compensation or (element.event is not None and element.event.kind == "compensate")
    if element.incoming and element.for_compensation:
        remarks.add(rules.FORBIDDEN_INCOMING, element, f"'{element.id}'")
    ends = element.type == "endEvent" or element.triggered_by_event
    if element.outgoing and (ends or (undoes and element.type != "intermediateThrowEvent")):
        remarks.add(rules.FORBIDDEN_OUTGOING, element, f"'{element.id}'")


def _check_starts(model: ProcessModel, scope: str, owner: Element | None, remarks: Remarks) -> None:
    starts = [e for e in model.in_scope(scope) if e.type == "startEvent"]
    plain = [e for e in starts if e.event is None or e.event.kind == "none"]
    place = owner or model
    if owner is not None and owner.type == "adHocSubProcess":
        _check_ad_hoc(model, owner, remarks)
        return
    if owner is not None and owner.triggered_by_event:
        if len(starts) != 1 or plain:
            remarks.add(rules.NOT_STATIC_INPUT, place)
        return
    if not starts and (owner is None or not model.beginnings(scope)):
        remarks.add(rules.NO_START, place, place.name or place.id)
    if len(plain) > 1:
        remarks.add(rules.SEVERAL_STARTS, place, place.name or place.id)


def _check_ad_hoc(model: ProcessModel, owner: Element, remarks: Remarks) -> None:
    inside = model.in_scope(owner.id)
    for element in inside:
        if element.type in ("startEvent", "endEvent"):
            remarks.add(rules.AD_HOC_EVENT, element, owner.name or owner.id)
    if not any(element.is_activity and element.begins_by_itself for element in inside):
        remarks.add(rules.AD_HOC_EMPTY, owner, owner.name or owner.id)


def _check_reachable(model: ProcessModel, remarks: Remarks) -> None:
    seen: set[str] = set()
    stack = [e for e in model.elements.values() if e.type == "startEvent" or e.triggered_by_event]
    stack += [e for s in model.elements.values() if s.type in SUBPROCESSES for e in model.beginnings(s.id)]
    while stack:
        element = stack.pop()
        if element.id in seen:
            continue
        seen.add(element.id)
        following = [model.flows[flow_id].target for flow_id in element.outgoing if flow_id in model.flows]
        following += [e.id for e in model.elements.values() if e.attached_to == element.id]
        following += element.handlers
        if element.event is not None and element.event.kind == "link":
            following += [e.id for e in model.elements.values() if _same_link(e, element)]
        stack += [model.elements[target] for target in following if target in model.elements]
    for element in model.elements.values():
        if element.id not in seen and element.type in FLOW_NODES:
            remarks.add(rules.UNREACHABLE, element, element.name or element.id)


def _same_link(one: Element, other: Element) -> bool:
    return one.event is not None and one.event.kind == "link" and one.event.name == (other.event and other.event.name)
