"""What somebody has typed and not sent: saved while they type, there again when they come back, lost to no conflict, and there for
whoever has the task after them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.base import to_json
from engine.model.draft import Draft
from engine.model.permissions import Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.work.access import readable_task

MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class DraftView:
    """Form data as it was typed, not checked, and when it was saved; `by` is the colleague who typed it, None for oneself."""

    data: dict[str, Any]
    saved_at: datetime
    by: str | None = None


def save_draft(runtime: Runtime, task_key: int, data: dict[str, Any], *, actor: Actor) -> datetime:
    """Keep what this person has typed so far and return when it was saved. The last saving wins.

    Raises TaskNotFound, Forbidden for a task that is not offered to them, InvalidInput when it is too long or no JSON.
    """
    _check(data)

    def work(uow: UnitOfWork) -> datetime:
        readable_task(uow, task_key, actor)
        keep(uow, task_key, data, actor)
        return uow.now

    return runtime.transact(work, actor.tenant_id)


def discard_draft(runtime: Runtime, task_key: int, *, actor: Actor) -> None:
    """Forget what this person has typed."""

    def work(uow: UnitOfWork) -> None:
        forget(uow, task_key, actor)

    runtime.transact(work, actor.tenant_id)


def keep(uow: UnitOfWork, task_key: int, data: dict[str, Any], actor: Actor) -> None:
    row = uow.session.get(Draft, (task_key, actor.username))
    if row is None:
        uow.add(Draft(task_key=task_key, username=actor.username, tenant_id=uow.tenant_id, data=data, saved_at=uow.now))
    else:
        row.data, row.saved_at = data, uow.now


def forget(uow: UnitOfWork, task_key: int, actor: Actor) -> None:
    row = uow.session.get(Draft, (task_key, actor.username))
    if row is not None:
        uow.session.delete(row)


def draft_of(uow: UnitOfWork, task: UserTask, actor: Actor) -> DraftView | None:
    """What this person has typed; for who has the open task and typed nothing, what a colleague typed last; or None."""
    row = uow.session.get(Draft, (task.key, actor.username))
    if row is not None:
        return DraftView(row.data, row.saved_at)
    if task.assignee != actor.username or task.state != TaskState.CREATED:
        return None
    query = select(Draft).where(Draft.task_key == task.key).order_by(Draft.saved_at.desc(), Draft.username).limit(1)
    row = uow.session.scalars(query).one_or_none()
    return None if row is None else DraftView(row.data, row.saved_at, row.username)


def _check(data: dict[str, Any]) -> None:
    try:
        length = len(to_json(data))
    except (TypeError, ValueError) as error:
        raise InvalidInput("The draft cannot be kept: it is no JSON.") from error
    if length > MOST_CHARACTERS:
        raise InvalidInput("The draft cannot be kept: it is too long.")
