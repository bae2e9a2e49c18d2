"""A user task's listeners: what waits for them, what they may correct, and what happens when the last of them is done.

`UserTask.transition` is {"event", "action", "what", "changes", "corrections", "who", "variables", "local"}: the event's name as
in the diagram, what was asked for in the words of who asked and in the audit's, the columns that it sets, what listeners set
instead, and for `completing` and for variables that are set on the task the values that go to the process. Moments are ISO
8601 texts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from engine.errors import Conflict, InvalidInput
from engine.model.base import table_of
from engine.model.draft import Draft
from engine.model.job import Job, JobKind
from engine.model.user_task import IN_TRANSITION, TaskCandidate, TaskNotFound, TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, polling
from engine.services.turn import Live, Turn
from engine.services.turn.rows import candidate_rows


class Denied(Conflict):
    """A task's listener did not agree to what was to happen."""


CREATING, ASSIGNING, UPDATING, COMPLETING = "creating", "assigning", "updating", "completing"
MOMENTS = ("due_at", "follow_up_at")
CORRECTABLE = ("assignee", "due_at", "follow_up_at", "candidate_users", "candidate_groups", "priority")


def listens(runtime: Runtime, uow: UnitOfWork, task: UserTask, event: str) -> bool:
    """Whether the diagram has a listener for this event of the task."""
    element = definitions.process(runtime, uow, task.process_definition_key).model.elements.get(task.element_id)
    return element is not None and any(listener.event == event for listener in element.task_listeners)


def begin(
    turn: Turn,
    live: Live,
    task: UserTask,
    event: str,
    action: str,
    changes: dict[str, Any],
    stale: type[Exception] = Conflict,
    **more: Any,
) -> None:
    """Ask the listeners first; the task is nobody's until they have answered."""
    task.state = TaskState(event.upper())
    task.transition = {"event": event, "action": action, "changes": changes, "who": turn.who, **more}
    turn.uow.flush(stale)
    turn.uow.connection.execute(delete(TaskCandidate).where(TaskCandidate.task_key == task.key))
    turn.act(live, lambda instance: _ask(instance, task.key, event))


def _ask(instance: Any, key: int, event: str) -> None:
    instance.change_task(key, event)


def wait(runtime: Runtime, key: int, since: datetime, longest: timedelta, tenant_id: str) -> bool:
    """Wait, by the real clock, until the listeners have answered what was asked for at `since`; False: not in time.

    What was asked for happens when they answer, waited for or not. Raises Denied with the reason where one did not agree.
    """

    def look() -> list[bool]:
        """Whether the task has listeners, once none is asked."""
        with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
            task = uow.get(UserTask, key, missing=TaskNotFound)
            element = definitions.process(runtime, uow, task.process_definition_key).model.elements.get(task.element_id)
            return [] if task.state in IN_TRANSITION else [element is not None and bool(element.task_listeners)]

    found = polling.poll(runtime, look, longest)
    if found and found[0]:
        _require_consent(runtime, key, since, tenant_id)
    return bool(found)


def _require_consent(runtime: Runtime, key: int, since: datetime, tenant_id: str) -> None:
    last = (
        select(Job.denied, Job.denied_reason)
        .where(Job.element_instance_key == key, Job.kind == JobKind.TASK_LISTENER, Job.ended_at >= since)
        .order_by(Job.key.desc())
        .limit(1)
    )
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        row = uow.connection.execute(last).one_or_none()
    if row is not None and row.denied:
        raise Denied(f"A listener of task {key} denied it: {row.denied_reason or 'it gave no reason'}.")


def correct(turn: Turn, key: int, corrections: dict[str, Any]) -> None:
    """Keep what a listener wants instead. Raises InvalidInput, and Conflict for an assignee that the process has given."""
    task = _read(turn, key)
    transition = dict(task.transition or {})
    if corrections.keys() - set(CORRECTABLE):
        raise InvalidInput(f"A listener corrects {', '.join(CORRECTABLE)} only.")
    if transition.get("event") == CREATING and "assignee" in corrections and transition["changes"].get("assignee"):
        raise Conflict(f"The process has given task {key} an assignee already; correct it when it is assigned.")
    transition["corrections"] = transition.get("corrections", {}) | corrections
    task.transition = transition
    turn.uow.flush(Conflict)


def finish(turn: Turn, live: Live, key: int, denied: bool, reason: str | None = None) -> None:
    """The listeners have answered: what was asked for happens, with what they corrected, or does not."""
    task = _read(turn, key)
    transition = task.transition or {}
    event, who = transition.get("event", ""), transition.get("who") or turn.who
    turn.who = turn.writes.who = who
    task.state, task.transition = TaskState.CREATED, None
    if denied:
        _deny(turn, task, transition, reason)
        return
    apply(task, transition.get("changes", {}) | transition.get("corrections", {}), turn.uow.now)
    turn.uow.flush(Conflict)
    if event == COMPLETING:
        complete(turn, live, task, transition.get("variables", {}))
        return
    given = event == CREATING and transition.get("changes", {}).get("assignee")
    if given and listens(turn.runtime, turn.uow, task, ASSIGNING):
        task.assignee, task.claimed_at = None, None
        begin(turn, live, task, ASSIGNING, "assign", {"assignee": given})
        return
    if "variables" in transition:
        values, local = transition["variables"], transition.get("local", False)
        turn.act(live, lambda instance: instance.set_variables(key, values, local))
    offer(turn.uow, task)
    what = transition.get("what") or f"task.{transition.get('action', event)}"
    turn.audit(what, "user_task", key, live.info.key, after=transition.get("changes"))
    turn.tell_task(key, TaskState.CREATED)


def _deny(turn: Turn, task: UserTask, transition: dict[str, Any], reason: str | None) -> None:
    """The task is as it was; what somebody typed is there again when they open it."""
    turn.uow.flush(Conflict)
    offer(turn.uow, task)
    if transition.get("event") == COMPLETING and turn.uow.session.get(Draft, (task.key, turn.who)) is None:
        data = transition.get("variables", {})
        turn.uow.add(
            Draft(task_key=task.key, username=turn.who, tenant_id=turn.uow.tenant_id, data=data, saved_at=turn.uow.now)
        )
    after = {"denied": transition.get("event"), "reason": reason}
    turn.audit("task.denied", "user_task", task.key, task.process_instance_key, after=after)
    turn.tell_task(task.key, TaskState.CREATED)


def complete(turn: Turn, live: Live, task: UserTask, variables: dict[str, Any]) -> None:
    """Do a task that is open, as `turn.who`."""
    key = task.key

    def done(instance: Any) -> None:
        instance.set_variables(key, {"completed_by": turn.who}, local=True)
        instance.complete(key, variables)

    turn.act(live, done)
    turn.audit("task.complete", "user_task", key, live.info.key, after=variables)


def apply(task: UserTask, values: dict[str, Any], now: datetime) -> None:
    for name, value in values.items():
        setattr(task, name, datetime.fromisoformat(value) if name in MOMENTS and value else value)
    if "assignee" in values:
        task.claimed_at = now if task.assignee is not None else None


def offer(uow: UnitOfWork, task: UserTask) -> None:
    """Put an open task on the lists of those whom it is offered to."""
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


def described(task: UserTask) -> dict[str, Any]:
    """The task as its listener is told of it: as it will be if nobody objects, and what changes by that."""
    transition = task.transition or {}
    corrected = transition.get("corrections", {})
    now = {name: _plain(getattr(task, name)) for name in CORRECTABLE}
    then = now | transition.get("changes", {}) | corrected
    return {
        **then,
        "action": transition.get("action"),
        "changed": [name for name in CORRECTABLE if then[name] != now[name]],
        "form_key": task.form_key,
        "key": task.key,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(turn: Turn, key: int) -> UserTask:
    """The task's row under the tree's lock."""
    return turn.uow.get(UserTask, key, missing=TaskNotFound)
