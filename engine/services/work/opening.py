"""A task as its page shows it: its form, the data the form is opened on, the draft, and the case around it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.forms import Form
from engine.model.permissions import Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, variables
from engine.services.absences import is_covered_by
from engine.services.cases.files import case_of_instance
from engine.services.work.access import readable_task
from engine.services.work.drafts import DraftView, draft_of


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task. `revision` goes back with `submit`; `data` are the variables that the task sees; `form` is form-js JSON.

    `mine` says that this actor holds it, `workable` that they may do it, `covered` that its holder is away and they stand in.
    """

    key: int
    element_id: str
    name: str
    name_en: str | None
    process_id: str
    process_instance_key: int
    state: str
    assignee: str | None
    candidate_groups: list[str]
    priority: int
    due_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    completed_by: str | None
    revision: int
    mine: bool
    workable: bool
    covered: bool
    form_id: str | None
    form: Form | None
    external_form: str | None
    data: dict[str, Any]
    draft: DraftView | None
    case_number: str | None
    properties: dict[str, Any]


def open_task(runtime: Runtime, key: int, *, actor: Actor) -> TaskView:
    """A task with all that its page needs. Opening it does not take it. Raises TaskNotFound, Forbidden."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        task = readable_task(uow, key, actor)
        case = case_of_instance(uow, task.process_instance_key, task.root_key)
        opened = task.state == TaskState.CREATED
        return TaskView(
            key=task.key,
            element_id=task.element_id,
            name=task.name,
            name_en=task.properties.get("name.en"),
            process_id=task.process_id,
            process_instance_key=task.process_instance_key,
            state=task.state,
            assignee=task.assignee,
            candidate_groups=list(task.candidate_groups),
            priority=task.priority,
            due_at=task.due_at,
            created_at=task.created_at,
            ended_at=task.ended_at,
            completed_by=task.completed_by,
            revision=task.revision,
            mine=task.assignee == actor.username,
            workable=opened and task.is_workable_by(actor),
            covered=opened and is_covered_by(uow, task, actor),
            form_id=task.form_id,
            form=form_of(runtime, uow, task),
            external_form=task.external_form,
            data=variables.visible(uow, task.key) if opened else {},
            draft=draft_of(uow, task, actor),
            case_number=case.number if case else None,
            properties=dict(task.properties),
        )


def form_of(runtime: Runtime, uow: UnitOfWork, task: UserTask) -> Form | None:
    """The form of the version that the task was opened with, or None for a task without one."""
    return None if task.form_key is None else definitions.form(runtime, uow, task.form_key)
