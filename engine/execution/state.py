"""An instance's state as bytes, and back: only what is active, as long as the diagram is nested and no longer."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.execution.contract import Environment
from engine.execution.process import Process
from engine.execution.timers import Due
from engine.execution.token import Incident, Subscription, Token
from engine.execution.workflow import Run

FORMAT = 1


def dump(run: Run) -> bytes:
    tokens = [_token(token) for token in run.tasks.values()]
    state = {"format": FORMAT, "key": run.key, "ends": run.end_elements, "ended": run.ended, "tokens": tokens}
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def restore(process: Process, data: bytes, environment: Environment) -> Run:
    state = json.loads(data)
    run = Run(process, state["key"], environment)
    run.end_elements, run.ended = state["ends"], state["ended"]
    for record in state["tokens"]:
        _restore_token(run, record)
    run.task_tree = run.root
    return run


def _token(token: Token) -> list[Any]:
    """Trailing fields that hold nothing are left out."""
    waits = [[w.key, w.kind, w.node, *_due(w.due)] for w in token.waits.values()]
    incident = [token.incident.key, token.incident.stage] if token.incident is not None else None
    scope = token.scope.id if token.scope is not None else None
    record = [
        token.id,
        token.task_spec.name,
        scope,
        token._state,
        int(token.announced),
        token.flow,
        token.vars,
        token.memo or None,
        waits or None,
        token.pending,
        incident,
    ]
    while record[-1] is None:
        record.pop()
    return record


def _restore_token(run: Run, record: list[Any]) -> None:
    record += [None] * (11 - len(record))
    key, name, scope, state, announced, flow, variables, memo, waits, pending, incident = record
    parent = run.tasks[scope] if scope is not None else None
    token = Token(run, run.process.nodes[name], key, parent, state)
    token.announced, token.flow, token.vars, token.memo = bool(announced), flow, variables, memo or {}
    token.pending = pending
    if state == TaskState.WAITING:
        run.await_join(token)
    token.incident = Incident(*incident) if incident is not None else None
    for wait_key, kind, node, *due in waits or ():
        token.waits[wait_key] = Subscription(wait_key, kind, node, _restore_due(due))
        run.owners[wait_key] = token


def _due(due: Due | None) -> list[Any]:
    if due is None:
        return []
    return [due.at.isoformat() if due.at is not None else None, due.left, due.every]


def _restore_due(record: list[Any]) -> Due | None:
    if not record:
        return None
    at, left, every = record
    return Due(datetime.fromisoformat(at) if at is not None else None, left, every)
