"""Who may open or do a task: its assignee, who stands in for them, those that it is offered to, and who looks after everybody's."""

from engine.errors import Forbidden
from engine.model.permissions import Actor
from engine.model.user_task import TaskNotFound, UserTask
from engine.persistence import UnitOfWork
from engine.services.absences import is_covered_by


def readable_task(uow: UnitOfWork, key: int, actor: Actor) -> UserTask:
    """The task, when this actor may see it. Raises TaskNotFound, Forbidden."""
    task = uow.get(UserTask, key, missing=TaskNotFound)
    if not (task.is_readable_by(actor) or is_covered_by(uow, task, actor)):
        actor.require("tasks.work")
        raise Forbidden(f"Task {key} is not offered to {actor.username}.")
    return task


def require_workable(task: UserTask, actor: Actor) -> None:
    """Raises Forbidden unless this actor may do the task."""
    actor.require("tasks.work")
    if not task.is_offered_to(actor):
        raise Forbidden(f"Task {task.key} is not offered to {actor.username}.")
