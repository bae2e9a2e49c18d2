"""User tasks: taking, giving and doing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from engine.errors import InvalidInput
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.instance import ProcessInstance
from engine.model.user_task import (
    PersonExcluded,
    TaskAlreadyClaimed,
    TaskChanged,
    TaskNotFound,
    TaskNotOpen,
    UserTask,
)
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import task_events
from engine.services.turn import Live, Turn
from engine.services.turn.turn import COLUMNS

__all__ = [
    "PersonExcluded",
    "TaskAlreadyClaimed",
    "TaskChanged",
    "TaskNotFound",
    "TaskNotOpen",
    "assign",
    "change_within",
    "claim",
    "complete",
    "unclaim",
    "update",
    "update_within",
]

_task = table_of(UserTask)
_instance = table_of(ProcessInstance)
_root = _instance.alias("root")
# One round trip reads the task, its instance, and locks the tree. Where another command was first, the instance's row
# is older than the lock; its revision tells when it is written, and the command is tried again.
_TO_COMPLETE = (
    select(
        _task.c.state.label("task_state"),
        _task.c.revision.label("task_revision"),
        _task.c.properties,
        _task.c.element_id,
        *COLUMNS,
    )
    .join_from(_task, _instance, _instance.c.key == _task.c.process_instance_key)
    .join(_root, _root.c.key == _task.c.root_key)
    .where(_task.c.key == bindparam("task"), _task.c.tenant_id == bindparam("tenant"))
    .with_for_update(of=_root)
)


def complete(
    runtime: Runtime,
    task_key: int,
    variables: dict[str, Any] | None = None,
    *,
    who: str,
    revision: int | None = None,
    action: str = "complete",
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Do a task: its variables go to the process, which runs on to its next rest.

    Where the diagram has listeners for it they are asked first, and may deny it: the task is COMPLETING until then.

    `completed_by`, the name of `who`, is a local variable beside them, for the element's output mappings. With `revision`
    (as it was read) a change since then is a conflict. Raises TaskNotFound, TaskNotOpen, TaskChanged, PersonExcluded.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        complete_within(turn, task_key, variables or {}, revision, action)
        turn.finish()

    runtime.transact(work, tenant_id)


def complete_within(
    turn: Turn, task_key: int, variables: dict[str, Any], revision: int | None = None, action: str = "complete"
) -> None:
    """`complete` in a turn that the caller finishes."""
    given = {"task": task_key, "tenant": turn.uow.tenant_id}
    row = turn.uow.connection.execute(_TO_COMPLETE, given).one_or_none()
    if row is None:
        raise TaskNotFound(f"There is no task with key {task_key}.")
    task = UserTask(key=task_key, state=row.task_state, revision=row.task_revision, properties=row.properties)
    task.require_open()
    task.require_revision(revision)
    task.require_allowed(turn.who)
    live = _live(turn, row)
    element = live.instance.process.model.elements.get(row.element_id)
    if element is not None and any(listener.event == task_events.COMPLETING for listener in element.task_listeners):
        stored = turn.uow.get(UserTask, task_key, missing=TaskNotFound)
        task_events.begin(turn, live, stored, task_events.COMPLETING, action, {}, TaskChanged, variables=variables)
        return
    turn.writes.task_revisions[task_key] = row.task_revision
    task_events.complete(turn, live, task, variables)


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
    action: str | None = None,
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

    return _change(runtime, task_key, "task.assign", give, who, revision, tenant_id, action=action)


LISTENED = {
    "task.claim": task_events.ASSIGNING,
    "task.unclaim": task_events.ASSIGNING,
    "task.assign": task_events.ASSIGNING,
    "task.update": task_events.UPDATING,
}
CHANGEABLE = ("due_at", "follow_up_at", "priority", "candidate_groups", "candidate_users")


def update(
    runtime: Runtime,
    task_key: int,
    changes: dict[str, Any],
    *,
    who: str,
    revision: int | None = None,
    action: str | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> int:
    """Change when a task is due (aware UTC), its priority (0 to 100) or whom it is offered to; returns its new revision.

    Raises TaskNotFound, TaskNotOpen, TaskChanged, InvalidInput.
    """

    def work(uow: UnitOfWork) -> int:
        return update_within(runtime, uow, task_key, changes, who=who, revision=revision, action=action)

    return runtime.transact(work, tenant_id)


def update_within(
    runtime: Runtime,
    uow: UnitOfWork,
    task_key: int,
    changes: dict[str, Any],
    *,
    who: str,
    revision: int | None = None,
    action: str | None = None,
) -> int:
    """`update` in the caller's transaction."""
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

    return change_within(runtime, uow, task_key, "task.update", change, who, revision, action=action).revision


def _change(
    runtime: Runtime,
    task_key: int,
    what: str,
    change: Callable[[UserTask, datetime], None],
    who: str,
    revision: int | None,
    tenant_id: str,
    stale: type[Exception] = TaskChanged,
    action: str | None = None,
) -> int:
    def work(uow: UnitOfWork) -> int:
        return change_within(runtime, uow, task_key, what, change, who, revision, stale, action).revision

    return runtime.transact(work, tenant_id)


def change_within(
    runtime: Runtime,
    uow: UnitOfWork,
    task_key: int,
    what: str,
    change: Callable[[UserTask, datetime], None],
    who: str,
    revision: int | None = None,
    stale: type[Exception] = TaskChanged,
    action: str | None = None,
) -> UserTask:
    """Change a task in the caller's transaction, with what follows from it: the audit, to whom it is offered, who is told.

    `what` is the audit's verb, such as `task.claim`. Where the diagram has listeners for it the change waits until they have
    answered; `action` is what they are told of it. Raises TaskNotFound, TaskChanged or `stale`, and what `change` does.
    """
    task = uow.get(UserTask, task_key, missing=TaskNotFound)
    event = LISTENED.get(what)
    if event is not None and task_events.listens(runtime, uow, task, event):
        _ask_first(Turn(runtime, uow, who), task, event, what, action, change, revision, stale)
        return task
    task.require_revision(revision)
    before = _visible(task)
    change(task, uow.now)
    after = _visible(task)
    uow.flush(stale)
    changed = [name for name in after if after[name] != before[name]]
    if set(changed) & {"assignee", "candidate_groups", "candidate_users", "priority", "due_at"}:
        task_events.offer(uow, task)
    if changed:
        turn = Turn(runtime, uow, who)
        old, new = ({name: values[name] for name in changed} for values in (before, after))
        turn.audit(what, "user_task", task_key, task.process_instance_key, old, new)
        turn.tell_task(task_key, task.state)
        turn.finish()
    return task


def _ask_first(
    turn: Turn,
    task: UserTask,
    event: str,
    what: str,
    action: str | None,
    change: Callable[[UserTask, datetime], None],
    revision: int | None,
    stale: type[Exception],
) -> None:
    """Try the change, so that what cannot be is refused at once; keep it until the listeners have answered."""
    live = turn.load(task.process_instance_key)
    turn.uow.session.refresh(task)
    task.require_revision(revision)
    before = _visible(task)
    change(task, turn.uow.now)
    after = _visible(task)
    turn.uow.session.refresh(task)
    always = {"assignee"} if event == task_events.ASSIGNING else set()
    wanted = {name: after[name] for name in task_events.CORRECTABLE if name in always or after[name] != before[name]}
    task_events.begin(turn, live, task, event, action or what.removeprefix("task."), wanted, stale, what=what)
    turn.finish()


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
