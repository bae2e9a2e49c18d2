"""What starts a process from outside, moved to its newest version: message, signal and timer starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from engine.deployment.durations import Due
from engine.deployment.model import Element
from engine.execution import Process
from engine.execution.failures import Failed
from engine.execution.start_event import StartEvent
from engine.model.base import table_of
from engine.model.job import TIMER_START, Job, JobState
from engine.model.subscription import StartSubscription, SubscriptionKind
from engine.runtime import InstanceInfo
from engine.services.deploying.versions import Deployed
from engine.services.turn import Turn
from engine.services.turn.environment import feel_functions
from engine.services.turn.rows import job_row

_starts = table_of(StartSubscription)
_jobs = table_of(Job)


def close_starts(turn: Turn, process_id: str) -> None:
    """Let nothing from outside start a process."""
    uow = turn.uow
    uow.connection.execute(
        delete(_starts).where(_starts.c.tenant_id == uow.tenant_id, _starts.c.process_id == process_id)
    )
    uow.connection.execute(
        update(_jobs)
        .where(
            _jobs.c.type == TIMER_START,
            _jobs.c.state == JobState.CREATED,
            _jobs.c.tenant_id == uow.tenant_id,
            _jobs.c.process_id == process_id,
        )
        .values(state=JobState.CANCELED, ended_at=uow.now)
    )


class StartWithoutValue(Exception):
    """What a start event waits for cannot be told before an instance runs, as that of its cause says."""

    def __init__(self, element: Element) -> None:
        super().__init__(element.id)
        self.element = element


def move_starts(turn: Turn, item: Deployed, process: Process) -> None:
    """Let one version answer, and no other. A timer start counts from now. Raises StartWithoutValue."""
    close_starts(turn, item.id)
    for start in process.starts:
        try:
            _open_start(turn, item, process, start)
        except Failed as failed:
            raise StartWithoutValue(start.element) from failed


def _open_start(turn: Turn, item: Deployed, process: Process, start: StartEvent) -> None:
    now, functions = turn.uow.now, _functions(turn, item)
    kind = start.definition.kind
    if kind in (SubscriptionKind.MESSAGE, SubscriptionKind.SIGNAL):
        value = start.message_name if kind == SubscriptionKind.MESSAGE else start.signal_name
        assert value is not None
        _listen(turn, item, start.element.id, kind, value.string(functions, now))
    elif kind == SubscriptionKind.TIMER:
        due = process.timer_start_due(start, now, functions)
        turn.writes.other_jobs.append(timer_start_row(turn, item.key, item.id, start.element.id, due))


def timer_start_row(turn: Turn, definition_key: int, process_id: str, element_id: str, due: Due) -> dict[str, Any]:
    """The job that starts a process at a moment."""
    return {
        **job_row(turn, TIMER_START, due.at, due_to_json(due)),
        "process_definition_key": definition_key,
        "process_id": process_id,
        "element_id": element_id,
    }


def due_to_json(due: Due) -> dict[str, Any]:
    return {**asdict(due), "at": due.at.isoformat() if due.at is not None else None}


def due_from_json(data: dict[str, Any]) -> Due:
    at = datetime.fromisoformat(data["at"]) if data["at"] is not None else None
    return Due(at, data["left"], data["every"])


def _listen(turn: Turn, item: Deployed, element_id: str, kind: str, name: str) -> None:
    turn.uow.connection.execute(
        insert(_starts),
        {
            "key": turn.runtime.new_key(),
            "tenant_id": turn.uow.tenant_id,
            "kind": kind,
            "name": name,
            "process_definition_key": item.key,
            "process_id": item.id,
            "element_id": element_id,
        },
    )


def _functions(turn: Turn, item: Deployed) -> dict[str, Callable[..., Any]]:
    nowhere = InstanceInfo(0, turn.uow.tenant_id, 0, None, None, 0, item.key, item.id, item.version)
    return feel_functions(turn, nowhere)
