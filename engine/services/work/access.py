"""Who may open or do a task: its assignee, those that it is offered to, and who looks after everybody's tasks."""

from engine.errors import Forbidden
from engine.model.permissions import Actor
from engine.model.user_task import TaskNotFound, UserTask
from engine.persistence import UnitOfWork


def is_offered_to(task: UserTask, actor: Actor) -> bool:
    """By name, by a role, team, queue or department; a task that is offered to nobody is offered to all who work."""
    if task.assignee == actor.username or actor.username in task.candidate_users:
        return True
    if actor.groups & set(task.candidate_groups):
        return True
    return not task.candidate_groups and not task.candidate_users and task.assignee is None


def readable_task(uow: UnitOfWork, key: int, actor: Actor) -> UserTask:
    """The task, when this actor may see it. Raises TaskNotFound, Forbidden."""
    task = uow.get(UserTask, key, missing=TaskNotFound)
    if not actor.may("tasks.read_all"):
        actor.require("tasks.work")
        if not is_offered_to(task, actor):
            raise Forbidden(f"Task {key} is not offered to {actor.username}.")
    return task


def require_workable(task: UserTask, actor: Actor) -> None:
    """Raises Forbidden unless this actor may do the task."""
    actor.require("tasks.work")
    if not is_offered_to(task, actor):
        raise Forbidden(f"Task {task.key} is not offered to {actor.username}.")
