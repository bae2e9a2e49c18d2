"""What a supervisor does with the work of others: seeing all of it, giving it to somebody else, moving deadlines, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, Forbidden, InvalidInput, KefuflowError
from engine.model.case import CaseInstance, plain
from engine.model.permissions import Actor
from engine.model.user_task import TaskNotFound, TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tasks, work
from engine.services.cases.files import case_of_instance, find_case
from engine.services.cases.timeline import record
from engine.services.sla import CaseClocks
from engine.services.sla.clocks import ENDED
from engine.services.sla.feel import newest
from engine.services.worklist.rows import TaskRow, rows_of

REASON_NEEDED = "请填写原因 / A reason is needed."
FUTURE_NEEDED = "请填写将来的时间 / Choose a moment in the future."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A task that could not be given to somebody, and the error that says why."""

    key: int
    error: KefuflowError


def open_work(
    runtime: Runtime,
    *,
    actor: Actor,
    assignee: str | None = None,
    unassigned: bool = False,
    overdue: bool = False,
    case_number: str | None = None,
    limit: int = 100,
) -> list[TaskRow]:
    """Open tasks of everybody, those due first at the top. Raises Forbidden without tasks.read_all."""
    actor.require("tasks.read_all")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        query = select(UserTask.key).where(UserTask.tenant_id == uow.tenant_id, UserTask.state == TaskState.CREATED)
        if assignee:
            query = query.where(UserTask.assignee == assignee)
        if unassigned:
            query = query.where(UserTask.assignee.is_(None))
        if overdue:
            query = query.where(UserTask.due_at <= uow.now)
        if case_number:
            query = query.where(UserTask.root_key.in_(_roots(uow, case_number)))
        keys = list(uow.session.scalars(query.order_by(UserTask.due_at.asc().nulls_last(), UserTask.key).limit(limit)))
        urgency = {key: "rest" for key in keys}
        return rows_of(uow, keys, actor, urgency)


def reassign(runtime: Runtime, keys: list[int], username: str, reason: str, *, actor: Actor) -> list[Refusal]:
    """Give tasks to somebody, each with its reason on the case's timeline; returns those that could not be given.

    Raises InvalidInput without a reason or tasks, Forbidden without tasks.assign.
    """
    actor.require("tasks.assign")
    problems = {} if reason.strip() else {"reason": [REASON_NEEDED]}
    if not keys:
        problems["keys"] = ["请选择任务 / Choose tasks."]
    if not username:
        problems["username"] = ["请选择接收人 / Choose who gets them."]
    if problems:
        raise InvalidInput("Nothing was given to anybody.", problems)
    refusals = []
    for key in keys:
        try:
            work.assign(runtime, key, username, actor=actor, reason=reason)
        except (Conflict, Forbidden, TaskNotFound) as error:
            refusals.append(Refusal(key, error))
    return refusals


def change_task(
    runtime: Runtime, key: int, *, actor: Actor, reason: str, priority: int, due_at: datetime | None
) -> None:
    """Change a task's priority (0 to 100) and when it is due (aware), with the reason on the case's timeline. A moment in the
    minute in which it is due already changes nothing: people choose minutes.

    Raises InvalidInput without a reason or for a moment that has passed, TaskNotFound, TaskNotOpen, Forbidden without tasks.assign.
    """
    wanted = {"priority": priority, "due_at": due_at}
    runtime.transact(lambda uow: change_task_within(runtime, uow, key, wanted, reason, actor), actor.tenant_id)


def change_task_within(
    runtime: Runtime, uow: UnitOfWork, key: int, wanted: dict[str, Any], reason: str, actor: Actor
) -> None:
    """`change_task` in the caller's transaction; what `wanted` does not name stays."""
    actor.require("tasks.assign")
    _require(reason)
    task = uow.get(UserTask, key, missing=TaskNotFound)
    wanted = wanted | _due(task, wanted.get("due_at"), uow.now)
    before = {name: getattr(task, name) for name in wanted if getattr(task, name) != wanted[name]}
    if before:
        changes = {name: wanted[name] for name in before}
        tasks.update_within(runtime, uow, key, changes, who=actor.username)
        _tell(runtime, uow, task, "task.changed", reason, before, changes, actor)


def _due(task: UserTask, to: datetime | None, now: datetime) -> dict[str, datetime]:
    """What a chosen moment makes of a task's: the same where it is of the same minute. Raises InvalidInput for one that has passed."""
    if to is None:
        return {}
    if task.due_at is not None and task.due_at.replace(second=0, microsecond=0) == to.replace(second=0, microsecond=0):
        return {"due_at": task.due_at}
    if to <= now:
        raise InvalidInput("This moment has passed.", {"due_at": [FUTURE_NEEDED]})
    return {"due_at": to}


def move_clock(runtime: Runtime, number: str, name: str, to: datetime, reason: str, *, actor: Actor) -> None:
    """Move the breach of one of a case's SLA clocks; tasks that were due at that moment are due at the new one.

    Raises InvalidInput without a reason or for a moment that has passed, Conflict when the clock has ended, NotFound,
    Forbidden without tasks.assign.
    """
    actor.require("tasks.assign")
    _require(reason)
    if to <= runtime.now():
        raise InvalidInput("This moment has passed.", {"to": [FUTURE_NEEDED]})

    def change(uow: UnitOfWork) -> datetime | None:
        case = find_case(uow, number, for_update=True)
        row = newest(uow, case.key, name)
        if row is not None and row.phase in ENDED:
            raise Conflict(f'The clock "{name}" has ended.')
        before = row.breach_at if row else None
        record(runtime, uow, case, actor.username, "decision", "sla.moved", reason.strip(), data={"clock": name})
        with CaseClocks(runtime, uow, case, actor.username) as clocks:
            clocks.move(name, to=to, reason=reason)
        return before

    before = runtime.transact(change, actor.tenant_id)
    for row in open_work(runtime, actor=actor, case_number=number) if before else []:
        if row.due_at == before:
            change_task(runtime, row.key, actor=actor, reason=reason, priority=row.priority, due_at=to)


def _tell(
    runtime: Runtime,
    uow: UnitOfWork,
    task: UserTask,
    name: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: Actor,
) -> None:
    """Write the change on the timeline of the task's case, where there is one."""
    case = case_of_instance(uow, task.process_instance_key, task.root_key)
    if case is not None:
        changes = [{"field": field, "from": plain(before[field]), "to": plain(after[field])} for field in after]
        record(runtime, uow, case, actor.username, "change", name, f"{task.name}：{reason.strip()}", changes=changes)


def _roots(uow: UnitOfWork, number: str) -> Any:
    return select(CaseInstance.instance_key).where(CaseInstance.case_key == find_case(uow, number).key)


def _require(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("A reason is needed.", {"reason": [REASON_NEEDED]})


__all__ = ["Refusal", "TaskRow", "change_task", "move_clock", "open_work", "reassign"]
