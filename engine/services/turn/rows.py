"""Rows that more than one effect makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.model.job import NO_LISTENER, NORMAL, JobKind, JobState
from engine.services.turn.live import Live

if TYPE_CHECKING:
    from engine.services.turn.turn import Turn


def place(live: Live, element_id: str) -> dict[str, Any]:
    """Where a task, job, wait or incident belongs."""
    info = live.info
    return {
        "tenant_id": info.tenant_id,
        "element_id": element_id,
        "process_instance_key": info.key,
        "root_key": info.root_key,
        "process_definition_key": info.process_definition_key,
        "process_id": info.process_id,
    }


def job_row(
    turn: Turn, job_type: str, due_at: datetime | None, payload: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A new job of the engine's own or of a diagram's element."""
    return {
        "key": turn.runtime.new_key(),
        "tenant_id": turn.uow.tenant_id,
        "type": job_type,
        "kind": JobKind.BPMN_ELEMENT,
        "listener": NO_LISTENER,
        "state": JobState.CREATED,
        "due_at": due_at,
        "run_at": due_at,
        "lease": 0,
        "retries": 3,
        "tries": 0,
        "abandoned": 0,
        "priority": NORMAL,
        "headers": {},
        "payload": payload or {},
        "created_at": turn.uow.now,
    }


def held(row: dict[str, Any]) -> dict[str, Any]:
    """A job that nobody may take before its instance is resumed."""
    return {**row, "run_at": None, "held_run_at": row["run_at"]}


def priority_of(headers: Mapping[str, str]) -> int:
    """A job's priority: its header `priority`, a whole number from 0 to 100; anything else is the normal one."""
    text = headers.get("priority", "")
    return min(int(text), 100) if text.isascii() and text.isdigit() else NORMAL


def candidate_rows(
    tenant_id: str, task_key: int, groups: Iterable[str], users: Iterable[str], order: dict[str, Any]
) -> list[dict[str, Any]]:
    """One row for each group and person that a task is offered to; `order` holds the columns that lists sort by."""
    offered = [("group", name) for name in dict.fromkeys(groups)] + [("user", name) for name in dict.fromkeys(users)]
    return [
        {"tenant_id": tenant_id, "task_key": task_key, "kind": kind, "name": name, **order} for kind, name in offered
    ]
