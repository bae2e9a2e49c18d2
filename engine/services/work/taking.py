"""Taking a task, giving it back, and giving it to somebody. The one who takes the first task of a case has the case."""

from engine.errors import NotFound
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tasks
from engine.services.cases.files import case_of_instance
from engine.services.cases.timeline import record
from engine.services.people.actors import actor_for, find_user
from engine.services.work.access import readable_task, require_workable


def claim(runtime: Runtime, key: int, *, actor: Actor) -> int:
    """Take a task and return its new revision.

    Raises TaskAlreadyClaimed when another was first, TaskNotOpen, PersonExcluded, TaskNotFound, Forbidden.
    """
    _check_workable(runtime, key, actor)
    revision = tasks.claim(runtime, key, who=actor.username, tenant_id=actor.tenant_id)
    runtime.transact(lambda uow: _own_case(runtime, uow, key, actor), actor.tenant_id)
    return revision


def release(runtime: Runtime, key: int, *, actor: Actor) -> int:
    """Give a task back to those that it is offered to: one's own, or anybody's with tasks.assign."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        if readable_task(uow, key, actor).assignee != actor.username:
            actor.require("tasks.assign")
    return tasks.unclaim(runtime, key, who=actor.username, tenant_id=actor.tenant_id)


def assign(runtime: Runtime, key: int, username: str, *, actor: Actor, revision: int | None = None) -> int:
    """Give a task to somebody whom it is offered to, whoever held it; returns its new revision.

    Raises Forbidden without tasks.assign or when it is not offered to them, NotFound, TaskChanged, PersonExcluded.
    """
    actor.require("tasks.assign")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        user = find_user(uow, username)
        if user is None or not user.active:
            raise NotFound(f"There is no active user {username}.")
        require_workable(readable_task(uow, key, actor), actor_for(uow, user))
    return tasks.assign(runtime, key, username, who=actor.username, revision=revision, tenant_id=actor.tenant_id)


def _check_workable(runtime: Runtime, key: int, actor: Actor) -> None:
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        task = readable_task(uow, key, actor)
        # One who is already somebody else's is a conflict, which `claim` tells, not a matter of permission.
        if task.assignee is None:
            require_workable(task, actor)


def _own_case(runtime: Runtime, uow: UnitOfWork, key: int, actor: Actor) -> None:
    """A case that nobody has goes to the agent who took its task, who then keeps it to the end."""
    task = readable_task(uow, key, actor)
    case = case_of_instance(uow, task.process_instance_key, task.root_key)
    if case is None:
        return
    case.unread_at = None
    if case.owner is None and "agent" in actor.groups:
        changes = case.change({"owner": actor.username}, uow.now)
        record(runtime, uow, case, actor.username, "change", "case.changed", changes=changes)
