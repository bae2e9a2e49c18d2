"""Can each listener run where it is drawn: BPMN elements that are passed in no time have no moment for it."""

from __future__ import annotations

from engine.deployment import rules
from engine.deployment.model import Element, Listener, ProcessModel
from engine.deployment.remarks import Place, Remarks
from engine.deployment.words import in_chinese

_EXECUTION = {"start", "end"}
_TASK = {"creating", "assigning", "updating", "completing", "canceling"}


def check_listeners(element: Element, remarks: Remarks) -> None:
    _check_each(element, element.listeners, _EXECUTION, remarks)
    _check_each(element, element.task_listeners, _TASK, remarks)
    if element.task_listeners and element.type != "userTask":
        remarks.add(rules.LISTENER_PLACE, element, f"a {element.task_listeners[0].event} task listener", "任务监听器")
    for event in sorted({listener.event for listener in element.listeners} & _impossible(element)):
        remarks.add(rules.LISTENER_PLACE, element, f"a listener at its {event}", f"{in_chinese(event)}监听器")


def check_process_listeners(model: ProcessModel, remarks: Remarks) -> None:
    _check_each(model, model.listeners, _EXECUTION, remarks)


def _check_each(place: Place, listeners: list[Listener], events: set[str], remarks: Remarks) -> None:
    seen: set[tuple[str, str]] = set()
    for listener in listeners:
        if listener.event not in events:
            remarks.add(rules.LISTENER_EVENT, place, f"'{listener.event}'")
        if not listener.type.strip():
            remarks.add_word(rules.NO_JOB_TYPE, place, "listener")
        retries = (listener.retries or "3").strip()
        if not retries.startswith("=") and not retries.isdigit():
            remarks.add(rules.LISTENER_RETRIES, place, retries)
        if events is _EXECUTION and (listener.event, listener.type) in seen:
            remarks.add(rules.LISTENER_TWICE, place, f"{listener.event} '{listener.type}'")
        seen.add((listener.event, listener.type))


def _impossible(element: Element) -> set[str]:
    """Where Camunda has no listeners either."""
    kind = element.event.kind if element.event is not None else "none"
    if element.type == "boundaryEvent":
        return _EXECUTION if kind == "compensate" else {"start"}
    if element.type == "startEvent":
        return {"start"}
    if element.type.endswith("Gateway") or (element.type == "endEvent" and kind == "error"):
        return {"end"}
    return set()
