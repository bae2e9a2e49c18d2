"""Undoing what is done: which completed activities a scope remembers, and the handlers that a throw event starts.

A scope's token remembers under `compensable` one record for each completed activity that has a handler or holds others that
have: [node, how often in a row, records of what it held]. A record is used once. What was completed in a subprocess can be
undone once that subprocess is complete; what runs or was terminated is not undone, nor what a called process did.
"""

from __future__ import annotations

from typing import Any

from engine.execution.boundary_event import BoundaryEvent
from engine.execution.contract import ElementActivated, ElementCompleted
from engine.execution.event_sub_process import EventSubProcess
from engine.execution.token import Token
from engine.execution.workflow import Run

Record = list[Any]


def trigger(throw: Token, activity_id: str | None) -> bool:
    """Start the handlers of everything in the scope of `throw`, or of one activity; the last completed first, all at once.

    From an event subprocess what its surrounding scope completed is undone, too. False: there was nothing to undo.
    """
    started = 0
    scope = throw.scope
    while scope is not None:
        for record in reversed(_take(scope, activity_id)):
            started += _undo(throw, record)
        scope = scope.scope if isinstance(scope.task_spec, EventSubProcess) else None
    throw.memo["handlers"] = started
    return started > 0


def _take(scope: Token, activity_id: str | None) -> list[Record]:
    """The records to use now; a second throw does not find them any more."""
    records: list[Record] = scope.memo.get("compensable", [])
    nodes = scope.workflow.process.nodes
    chosen = [r for r in records if activity_id is None or (r[0] in nodes and nodes[r[0]].element.id == activity_id)]
    rest = [record for record in records if record not in chosen]
    if rest:
        scope.memo["compensable"] = rest
    else:
        scope.memo.pop("compensable", None)
    return chosen


def _undo(throw: Token, record: Record) -> int:
    """Start what undoes one completed activity and all that it held; returns how many handlers that are."""
    name, times, inner = record
    run, started = throw.workflow, 0
    node = run.process.nodes.get(name)
    boundary = next((b for b in node.boundaries if b.handler is not None), None) if node is not None else None
    for _ in range(times if boundary is not None else 0):
        assert boundary is not None
        _start(run, throw, boundary)
        started += 1
    return started + sum(_undo(throw, each) for each in reversed(inner))


def _start(run: Run, throw: Token, boundary: BoundaryEvent) -> None:
    assert boundary.handler is not None
    assert throw.scope is not None
    key = run.environment.new_key()
    run.tell(ElementActivated(key, boundary.element.id, boundary.type, throw.scope.id))
    run.tell(ElementCompleted(key, boundary.element.id))
    run.spawn(boundary.handler, throw.scope).memo["compensates"] = throw.id
