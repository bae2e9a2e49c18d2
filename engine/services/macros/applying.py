"""Doing a macro with one case: in one transaction, so that an act that cannot be done leaves nothing of the others."""

from dataclasses import dataclass

from sqlalchemy import select

from engine.model.case import CaseInstance
from engine.model.permissions import Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import case_of_instance, find_case, readable_case
from engine.services.cases.writing import fill_in_within
from engine.services.macros.acts import Acts, Doing
from engine.services.work.access import readable_task


@dataclass(frozen=True, slots=True)
class Target:
    """What a macro is done with: a case, one of its tasks, or a task without a case."""

    case: str | None = None
    task: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A case's number and title, and the message as its customer will read it."""

    case: str
    title: str
    text: str


def apply(runtime: Runtime, acts: Acts, target: Target, *, actor: Actor, once: str) -> int:
    """Do every act with this case or none; returns the task's new revision (0 without a task). The same `once` sends a
    message once to a case.

    Raises ActRefused, with the act and its cause; TaskNotFound, NotFound, Forbidden for what one may not even see.
    """

    def work(uow: UnitOfWork) -> int:
        number = target.case
        task = readable_task(uow, target.task, actor) if target.task is not None else None
        if task is not None:
            case = case_of_instance(uow, task.process_instance_key, task.root_key)
            number = case.number if case else None
        if number is not None:
            readable_case(uow, number, actor)
        Doing(runtime, uow, acts, number, target.task, once, actor).all()
        uow.flush()
        return task.revision if task is not None else 0

    return runtime.transact(work, actor.tenant_id)


def target_of_case(runtime: Runtime, number: str, *, actor: Actor) -> Target:
    """The case with the open task that the actor holds there, else the first that is offered to them and nobody holds.

    Raises NotFound, Forbidden without cases.read.
    """
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        roots = select(CaseInstance.instance_key).where(CaseInstance.case_key == case.key)
        query = select(UserTask).where(UserTask.root_key.in_(roots), UserTask.state == TaskState.CREATED)
        tasks = list(uow.session.scalars(query.order_by(UserTask.key)))
    mine = [task.key for task in tasks if task.assignee == actor.username]
    offered = [task.key for task in tasks if task.assignee is None and task.is_workable_by(actor)]
    return Target(number, next(iter(mine + offered), None))


def preview(runtime: Runtime, acts: Acts, targets: list[Target], *, actor: Actor) -> list[Preview]:
    """What the customer of each case will read; cases that cannot be seen are left out. Raises Forbidden without cases.read."""
    actor.require("cases.read")
    found: dict[str, Preview] = {}
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        for target in targets:
            number = target.case or _case_of_task(uow, target.task, actor)
            if number is None or number in found:
                continue
            case = find_case(uow, number)
            found[number] = Preview(number, case.title, fill_in_within(runtime, uow, case, acts.message, actor))
    return list(found.values())


def _case_of_task(uow: UnitOfWork, key: int | None, actor: Actor) -> str | None:
    task = uow.session.get(UserTask, key)
    if task is None or task.tenant_id != uow.tenant_id or not task.is_readable_by(actor):
        return None
    case = case_of_instance(uow, task.process_instance_key, task.root_key)
    return case.number if case else None
