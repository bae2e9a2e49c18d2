"""User tasks: taking, giving and doing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from engine.errors import InvalidInput
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.instance import ProcessInstance
from engine.model.user_task import (
    PersonExcluded,
    TaskAlreadyClaimed,
    TaskCandidate,
    TaskChanged,
    TaskNotFound,
    TaskNotOpen,
    UserTask,
)
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.turn import Live, Turn
from engine.services.turn.rows import candidate_rows
from engine.services.turn.turn import COLUMNS

__all__ = [
    "PersonExcluded",
    "TaskAlreadyClaimed",
    "TaskChanged",
    "TaskNotFound",
    "TaskNotOpen",
    "assign",
    "claim",
    "complete",
    "unclaim",
    "update",
]

_task = table_of(UserTask)
_instance = table_of(ProcessInstance)
_root = _instance.alias("root")
# One round trip reads the task, its instance, and locks the tree. Where another command was first, the instance's row
# is older than the lock; its revision tells when it is written, and the command is tried again.
_TO_COMPLETE = (
    select(_task.c.state.label("task_state"), _task.c.revision.label("task_revision"), _task.c.properties, *COLUMNS)
    .join_from(_task, _instance, _instance.c.key == _task.c.process_instance_key)
    .join(_root, _root.c.key == _task.c.root_key)
    .with_for_update(of=_root)
)


def complete(
    runtime: Runtime,
    task_key: int,
    variables: dict[str, Any] | None = None,
    *,
    who: str,
    revision: int | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Do a task: its variables go to the process, which runs on to its next rest.

    `completed_by`, the name of `who`, is a local variable beside them, for the element's output mappings. With `revision`
    (as it was read) a change since then is a conflict. Raises TaskNotFound, TaskNotOpen, TaskChanged, PersonExcluded.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        complete_within(turn, task_key, variables or {}, revision)
        turn.finish()

    runtime.transact(work, tenant_id)


def complete_within(turn: Turn, task_key: int, variables: dict[str, Any], revision: int | None = None) -> None:
    """`complete` in a turn that the caller finishes."""
    row = turn.uow.connection.execute(
        _TO_COMPLETE.where(_task.c.key == task_key, _task.c.tenant_id == turn.uow.tenant_id)
    ).one_or_none()
    if row is None:
        raise TaskNotFound(f"There is no task with key {task_key}.")
    task = UserTask(key=task_key, state=row.task_state, revision=row.task_revision, properties=row.properties)
    task.require_open()
    task.require_revision(revision)
    task.require_allowed(turn.who)
    live = _live(turn, row)
    turn.writes.task_revisions[task_key] = row.task_revision

    def finish(instance: Any) -> None:
        instance.set_variables(task_key, {"completed_by": turn.who}, local=True)
        instance.complete(task_key, variables)

    turn.act(live, finish)
    turn.audit("task.complete", "user_task", task_key, live.info.key, after=variables)


def _live(turn: Turn, row: Row[Any]) -> Live:
    turn.locked(row.root_key)
    return turn.live.get(row.key) or turn.revive(row)


def claim(runtime: Runtime, task_key: int, *, who: str, tenant_id: str = DEFAULT_TENANT) -> int:
    """Reserve a task for oneself and return its new revision, for `If-Match`.

    Claiming one's own task again renews `claimed_at`. Raises TaskNotFound, TaskNotOpen, PersonExcluded, or
    TaskAlreadyClaimed when another person was first.
    """
    return _change(
        runtime,
        task_key,
        "task.claim",
        lambda task, now: task.claim(who, now),
        who,
        None,
        tenant_id,
        TaskAlreadyClaimed,
    )


def unclaim(runtime: Runtime, task_key: int, *, who: str, tenant_id: str = DEFAULT_TENANT) -> int:
    """Give a task back to those that it is offered to; returns its new revision. Raises TaskNotFound, TaskNotOpen."""
    return _change(runtime, task_key, "task.unclaim", lambda task, now: task.assign(None, now), who, None, tenant_id)


def assign(
    runtime: Runtime,
    task_key: int,
    assignee: str,
    *,
    who: str,
    allow_override: bool = True,
    revision: int | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> int:
    """Give a task to somebody and return its new revision.

    Without `allow_override` a task that another person holds is TaskAlreadyClaimed. Raises TaskNotFound, TaskNotOpen,
    TaskChanged, PersonExcluded.
    """

    def give(task: UserTask, now: datetime) -> None:
        if allow_override:
            task.assign(assignee, now)
        else:
            task.claim(assignee, now)

    return _change(runtime, task_key, "task.assign", give, who, revision, tenant_id)


CHANGEABLE = ("due_at", "follow_up_at", "priority", "candidate_groups", "candidate_users")


def update(
    runtime: Runtime,
    task_key: int,
    changes: dict[str, Any],
    *,
    who: str,
    revision: int | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> int:
    """Change when a task is due (aware UTC), its priority (0 to 100) or whom it is offered to; returns its new revision.

    Raises TaskNotFound, TaskNotOpen, TaskChanged, InvalidInput.
    """
    unknown = sorted(changes.keys() - set(CHANGEABLE))
    if unknown:
        raise InvalidInput(f"A task has no {', '.join(unknown)} to change; it has {', '.join(CHANGEABLE)}.")
    priority = changes.get("priority", 50)
    if not isinstance(priority, int) or not 0 <= priority <= 100:
        raise InvalidInput("A task's priority is a whole number from 0 to 100.", {"priority": ["0 … 100"]})

    def change(task: UserTask, now: datetime) -> None:
        task.require_open()
        for name, value in changes.items():
            setattr(task, name, value)

    return _change(runtime, task_key, "task.update", change, who, revision, tenant_id)


def _change(
    runtime: Runtime,
    task_key: int,
    what: str,
    change: Callable[[UserTask, datetime], None],
    who: str,
    revision: int | None,
    tenant_id: str,
    stale: type[Exception] = TaskChanged,
) -> int:
    def work(uow: UnitOfWork) -> int:
        task = uow.get(UserTask, task_key, missing=TaskNotFound)
        task.require_revision(revision)
        before = _visible(task)
        change(task, uow.now)
        after = _visible(task)
        uow.flush(stale)
        changed = [name for name in after if after[name] != before[name]]
        if set(changed) & {"assignee", "candidate_groups", "candidate_users", "priority", "due_at"}:
            _offer_again(uow, task)
        if changed:
            turn = Turn(runtime, uow, who)
            old, new = ({name: values[name] for name in changed} for values in (before, after))
            turn.audit(what, "user_task", task_key, task.process_instance_key, old, new)
            turn.tell_task(task_key, task.state)
            turn.finish()
        return task.revision

    return runtime.transact(work, tenant_id)


def _visible(task: UserTask) -> dict[str, Any]:
    """What the audit shows of a task, as JSON."""
    moments = {name: getattr(task, name) for name in ("due_at", "follow_up_at", "claimed_at")}
    return {
        "assignee": task.assignee,
        "priority": task.priority,
        "candidate_groups": list(task.candidate_groups),
        "candidate_users": list(task.candidate_users),
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }


def _offer_again(uow: UnitOfWork, task: UserTask) -> None:
    order = {
        "assignee": task.assignee,
        "rank": 100 - task.priority,
        "due_at": task.due_at,
        "created_at": task.created_at,
    }
    rows = candidate_rows(task.tenant_id, task.key, task.candidate_groups, task.candidate_users, order)
    uow.connection.execute(delete(TaskCandidate).where(TaskCandidate.task_key == task.key))
    if rows:
        uow.connection.execute(insert(table_of(TaskCandidate)), rows)
