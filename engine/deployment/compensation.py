"""Is what undoes an activity drawn so that it can be found: the boundary event, its handler, and the event that calls it."""

from __future__ import annotations

from engine.deployment import rules
from engine.deployment.model import SUBPROCESSES, Element, ProcessModel
from engine.deployment.remarks import Remarks


def check_handler(boundary: Element, model: ProcessModel, remarks: Remarks) -> None:
    """A compensation boundary event has one handler, an activity marked so in the same scope."""
    if len(boundary.handlers) != 1:
        remarks.add(rules.NO_HANDLER, boundary, boundary.name or boundary.id)
        return
    handler = model.elements[boundary.handlers[0]]
    if not handler.for_compensation:
        remarks.add(rules.NOT_A_HANDLER, handler, handler.name or handler.id)
    if handler.scope != boundary.scope:
        remarks.add(rules.NO_HANDLER, boundary, boundary.name or boundary.id)


def check_compensated(event: Element, activity: str | None, model: ProcessModel, remarks: Remarks) -> None:
    """What a throw event names is an activity of its scope that can be undone: it has a handler, or holds what has."""
    if activity is None:
        return
    found = model.elements.get(activity)
    is_near = found is not None and found.is_activity and found.scope in _scopes(event, model)
    if found is None or not is_near or not (found.type in SUBPROCESSES or _has_handler(found, model)):
        remarks.add(rules.NOT_COMPENSATED, event, activity)


def _scopes(event: Element, model: ProcessModel) -> list[str]:
    """The scope that holds the event, and for an event subprocess the one around it."""
    scopes = [event.scope]
    while scopes[-1] in model.elements and model.elements[scopes[-1]].triggered_by_event:
        scopes.append(model.elements[scopes[-1]].scope)
    return scopes


def _has_handler(activity: Element, model: ProcessModel) -> bool:
    attached = [e.event for e in model.elements.values() if e.attached_to == activity.id]
    return any(event is not None and event.kind == "compensate" for event in attached)
