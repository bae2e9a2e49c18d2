"""Does each element say what it needs to run: gateways their conditions, events their definitions, tasks their work."""

from __future__ import annotations

import re

from engine.deployment import rules
from engine.deployment.compensation import check_compensated, check_handler
from engine.deployment.listeners import check_listeners, check_process_listeners
from engine.deployment.literals import check_literals
from engine.deployment.model import SUBPROCESSES, Element, EventDefinition, ProcessModel
from engine.deployment.remarks import Remarks
from engine.deployment.words import in_chinese

_ALLOWED = {
    "startEvent": {"none", "message", "timer", "signal"},
    "event subprocess": {"message", "timer", "signal", "error", "escalation"},
    "subProcess": {"none"},
    "intermediateCatchEvent": {"message", "timer", "signal", "link"},
    "intermediateThrowEvent": {"none", "message", "signal", "escalation", "link", "compensate"},
    "endEvent": {"none", "message", "signal", "error", "escalation", "terminate", "compensate"},
    "boundaryEvent": {"message", "timer", "signal", "error", "escalation", "compensate"},
}
_NOT_RUN = {"conditional", "cancel", "multiple"}
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def check_behaviour(model: ProcessModel, remarks: Remarks) -> None:
    for element in model.elements.values():
        if element.type.endswith("Event"):
            _check_event(element, model, remarks)
        elif element.type.endswith("Gateway"):
            _check_gateway(element, model, remarks)
        else:
            _check_activity(element, remarks)
        _check_mappings(element, remarks)
        check_literals(element, remarks)
        check_listeners(element, remarks)
    check_process_listeners(model, remarks)
    _check_catches(model, remarks)


def _check_event(element: Element, model: ProcessModel, remarks: Remarks) -> None:
    event = element.event or EventDefinition()
    allowed = _ALLOWED[_position(element, model)]
    if event.kind in _NOT_RUN or (event.kind == "compensate" and element.type == "startEvent"):
        remarks.add(rules.UNSUPPORTED, element, f"a {event.kind} event", f"{in_chinese(event.kind)}事件")
    elif event.kind not in allowed:
        kind, place = in_chinese(event.kind), in_chinese(element.type)
        remarks.add(rules.EVENT_FORBIDDEN, element, f"'{event.kind}' ({element.type})", f"“{kind}”（{place}）")
    else:
        _check_definition(element, event, model, remarks)
    if element.type == "boundaryEvent":
        host = model.elements.get(element.attached_to or "")
        if host is None or not host.is_activity or host.scope != element.scope or host.triggered_by_event:
            remarks.add(rules.UNKNOWN_HOST, element, element.attached_to or "")
        elif event.kind == "escalation" and host.type not in SUBPROCESSES | {"callActivity"}:
            remarks.add(rules.ESCALATION_HOST, element, host.name or host.id)
    if event.kind == "error" and not element.interrupting:
        remarks.add(rules.NON_INTERRUPTING_ERROR, element)


def _position(element: Element, model: ProcessModel) -> str:
    owner = model.elements.get(element.scope)
    if element.type == "startEvent" and owner is not None:
        return "event subprocess" if owner.triggered_by_event else "subProcess"
    return element.type


def _check_definition(element: Element, event: EventDefinition, model: ProcessModel, remarks: Remarks) -> None:
    throws = element.type in ("endEvent", "intermediateThrowEvent")
    if not event.is_defined:
        remarks.add_word(rules.NO_DEFINITION, element, event.kind)
        return
    match event.kind:
        case "message" if throws:
            if not element.job_type:
                remarks.add_word(rules.NO_JOB_TYPE, element, "message event")
        case "message":
            _check_message(element, event, model, remarks)
        case "signal" if not event.name:
            remarks.add_word(rules.NO_NAME, element, "signal")
        case "timer" if not event.timer_text:
            remarks.add(rules.NO_TIMER, element)
        case "timer" if event.timers > 1:
            remarks.add(rules.SEVERAL_TIMERS, element)
        case "timer" if event.timer == "cycle" and _fires_once(element, model):
            remarks.add(rules.CYCLE_FORBIDDEN, element)
        case "error" | "escalation" if throws and not event.code:
            remarks.add_word(rules.NO_CODE, element, event.kind)
        case "compensate" if element.type == "boundaryEvent":
            check_handler(element, model, remarks)
        case "compensate":
            check_compensated(element, event.activity_ref, model, remarks)
        case "link":
            _check_link(element, event, model, remarks)


def _fires_once(element: Element, model: ProcessModel) -> bool:
    """A catch event is passed once, and what interrupts has nothing left to interrupt again."""
    starts_process = element.type == "startEvent" and element.scope == model.id
    return element.type == "intermediateCatchEvent" or (element.interrupting and not starts_process)


def _check_message(element: Element, event: EventDefinition, model: ProcessModel, remarks: Remarks) -> None:
    if not event.name:
        remarks.add_word(rules.NO_NAME, element, "message")
    elif not event.correlation_key and not (element.type == "startEvent" and element.scope == model.id):
        remarks.add(rules.NO_CORRELATION, element, event.name)


def _check_link(element: Element, event: EventDefinition, model: ProcessModel, remarks: Remarks) -> None:
    if not event.name:
        remarks.add_word(rules.NO_NAME, element, "link")
        return
    catches = [
        e
        for e in model.in_scope(element.scope)
        if e.type == "intermediateCatchEvent"
        and e.event is not None
        and e.event.kind == "link"
        and e.event.name == event.name
    ]
    if element.type == "intermediateThrowEvent" and not catches:
        remarks.add(rules.NO_LINK, element, event.name)
    if element.type == "intermediateCatchEvent" and len(catches) > 1:
        remarks.add(rules.DUPLICATE_CATCH, element, event.name)


def _check_gateway(element: Element, model: ProcessModel, remarks: Remarks) -> None:
    flows = [model.flows[flow_id] for flow_id in element.outgoing]
    if element.default and element.default not in element.outgoing:
        remarks.add(rules.UNKNOWN_DEFAULT, element, element.default)
    for flow in flows:
        if flow.id == element.default and flow.condition:
            remarks.add(rules.DEFAULT_CONDITION, flow)
        elif flow.condition and element.type in ("parallelGateway", "eventBasedGateway"):
            remarks.add(rules.CONDITION_UNUSED, flow, element.name or element.id)
    if element.type in ("exclusiveGateway", "inclusiveGateway") and len(flows) > 1:
        for flow in flows:
            if not flow.condition and flow.id != element.default:
                remarks.add(rules.NO_CONDITION, flow)
        if not element.default:
            remarks.add(rules.NO_DEFAULT, element)
    if element.type == "eventBasedGateway":
        if len(flows) < 2:
            remarks.add(rules.EVENT_GATEWAY_FEW, element)
        for flow in flows:
            target = model.elements.get(flow.target)
            if target is not None and not _waits_alone(target):
                remarks.add(rules.EVENT_GATEWAY_TARGET, element, target.id)
        _check_rivals([model.elements[flow.target] for flow in flows if flow.target in model.elements], remarks)


def _check_rivals(targets: list[Element], remarks: Remarks) -> None:
    """Of two events behind one gateway that wait for the same, nobody could say which is meant."""
    seen: set[tuple[str, str]] = set()
    for target in targets:
        event = target.event
        if event is None or event.kind not in ("message", "signal") or not event.name:
            continue
        if (event.kind, event.name) in seen:
            remarks.add(rules.DUPLICATE_CATCH, target, *_both(event.kind, event.name))
        seen.add((event.kind, event.name))


def _both(kind: str, name: str) -> tuple[str, str]:
    return f"{kind} '{name}'", f"{in_chinese(kind)}“{name}”"


def _waits_alone(target: Element) -> bool:
    catches = target.type == "intermediateCatchEvent" and target.event is not None and target.event.kind != "link"
    return (catches or target.type == "receiveTask") and len(target.incoming) == 1


def _check_activity(element: Element, remarks: Remarks) -> None:
    match element.type:
        case "serviceTask" | "sendTask" if not element.job_type:
            remarks.add_word(rules.NO_JOB_TYPE, element, element.type)
        case "scriptTask" if not element.job_type and not element.script:
            remarks.add_word(rules.NO_JOB_TYPE, element, "scriptTask")
        case "scriptTask" if element.script and not element.result_variable:
            remarks.add(rules.NO_RESULT, element, element.id)
        case "businessRuleTask" if not element.job_type and element.decision is None:
            remarks.add_word(rules.NO_CALLED, element, "businessRuleTask")
        case "businessRuleTask" if element.decision is not None and not element.result_variable:
            remarks.add(rules.NO_RESULT, element, element.id)
        case "callActivity" if element.called_process is None:
            remarks.add_word(rules.NO_CALLED, element, "callActivity")
        case "receiveTask":
            event = element.event
            if event is None or not event.name:
                remarks.add_word(rules.NO_NAME, element, "message")
            elif not event.correlation_key:
                remarks.add(rules.NO_CORRELATION, element, event.name)
    if element.loop is not None:
        if not element.loop.input_collection:
            remarks.add(rules.NO_COLLECTION, element)
        if bool(element.loop.output_collection) != bool(element.loop.output_element):
            remarks.add(rules.HALF_OUTPUT, element)
    if element.ad_hoc is not None:
        if bool(element.ad_hoc.output_collection) != bool(element.ad_hoc.output_element):
            remarks.add(rules.HALF_OUTPUT, element)
        if element.job_type and (element.ad_hoc.active_elements or element.ad_hoc.completion):
            remarks.add(rules.AD_HOC_WORKER, element, element.name or element.id)


def _check_mappings(element: Element, remarks: Remarks) -> None:
    targets = [target for _source, target in element.inputs + element.outputs]
    if element.result_variable is not None:
        targets.append(element.result_variable)
    for target in targets:
        if not _NAME.fullmatch(target):
            remarks.add(rules.BAD_TARGET, element, target)


def _check_catches(model: ProcessModel, remarks: Remarks) -> None:
    """Two boundary events of one host, two event subprocesses of one scope or two starts of a process that catch the same."""
    seen: set[tuple[str, str, str]] = set()
    for element in model.elements.values():
        event, host = element.event, element.attached_to
        if element.type == "startEvent" and element.scope in model.elements:
            host = f"scope {model.elements[element.scope].scope}"
        elif element.type == "startEvent":
            host = "start"
        if event is None or host is None or event.kind not in ("error", "escalation", "message", "signal"):
            continue
        what = event.code if event.kind in ("error", "escalation") else event.name
        key = (host, event.kind, what or "")
        if key in seen:
            remarks.add(rules.DUPLICATE_CATCH, element, *_both(event.kind, what or "*"))
        seen.add(key)
