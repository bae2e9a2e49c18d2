"""Sending a task in: checked by its form, completed, written on the case's timeline, the draft forgotten: all or nothing."""

from typing import Any

from engine.errors import Conflict, InvalidInput
from engine.forms import FieldError, validate
from engine.model.case import Case
from engine.model.permissions import Actor
from engine.model.user_task import TaskAlreadyClaimed, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import variables
from engine.services.cases.files import case_of_instance, store_changes
from engine.services.cases.timeline import record
from engine.services.handlers.cases import columns_from
from engine.services.tasks import complete_within
from engine.services.turn import Turn
from engine.services.work.access import readable_task, require_workable
from engine.services.work.drafts import forget, keep
from engine.services.work.opening import form_of
from engine.services.work.outside_checks import ask_all, checked_outside
from engine.services.work.taking import own_case

DECISIONS = ("approved", "verdict", "justified", "remedy", "outcome", "answer")


class FormRefused(InvalidInput):
    """The form is not filled in as it asks. `errors` has each message in both languages; `fields` in the actor's."""

    def __init__(self, errors: list[FieldError], locale: str) -> None:
        fields: dict[str, list[str]] = {}
        for error in errors:
            fields.setdefault(error.path, []).append(error.message_en if locale == "en" else error.message_zh)
        super().__init__(f"The form is not filled in as it asks ({', '.join(fields)}); nothing was sent.", fields)
        self.errors = errors


def submit(
    runtime: Runtime, task_key: int, form_data: dict[str, Any], *, actor: Actor, revision: int | None = None
) -> None:
    """Do a task with what its form was filled in with; the process runs on to its next rest.

    A task that nobody holds is taken by this. With `revision` (as it was read) a change since then is a conflict.
    Raises FormRefused, TaskAlreadyClaimed, TaskChanged, TaskNotOpen, PersonExcluded, TaskNotFound, Forbidden; what was
    typed is then kept as this person's draft. What a system outside must know (`outside_checks`) it is asked before the
    transaction.
    """
    try:
        asked = _ask_outside(runtime, task_key, form_data, actor)
        runtime.transact(
            lambda uow: _submit(runtime, uow, task_key, form_data, actor, revision, asked), actor.tenant_id
        )
    except (InvalidInput, Conflict):
        runtime.transact(lambda uow: keep(uow, task_key, form_data, actor), actor.tenant_id)
        raise


def _submit(
    runtime: Runtime,
    uow: UnitOfWork,
    key: int,
    form_data: dict[str, Any],
    actor: Actor,
    revision: int | None,
    asked: list[FieldError],
) -> None:
    turn = Turn(runtime, uow, actor.username)
    task = readable_task(uow, key, actor)
    turn.lock([task.root_key])
    task.require_open()
    if task.assignee not in (None, actor.username):
        raise TaskAlreadyClaimed(f"Task {key} is held by {task.assignee}.")
    task.require_revision(revision)
    require_workable(task, actor)
    values = _checked(runtime, uow, task, form_data, actor, asked)
    complete_within(turn, key, values, revision)
    turn.finish()
    forget(uow, key, actor)
    own_case(runtime, uow, task, actor)
    case = case_of_instance(uow, task.process_instance_key, task.root_key)
    if case is not None:
        _write_down(runtime, uow, case, task, values, actor)


def _checked(
    runtime: Runtime,
    uow: UnitOfWork,
    task: UserTask,
    form_data: dict[str, Any],
    actor: Actor,
    asked: list[FieldError],
) -> dict[str, Any]:
    form = form_of(runtime, uow, task)
    if form is None:
        return form_data
    opened_on = variables.visible(uow, task.key)
    found = validate(form, form_data, opened_on, now=uow.now, zone=actor.time_zone)
    errors = [*found.errors, *asked]
    if errors:
        raise FormRefused(errors, actor.locale)
    return found.values


def _ask_outside(runtime: Runtime, key: int, form_data: dict[str, Any], actor: Actor) -> list[FieldError]:
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        task = readable_task(uow, key, actor)
        form = form_of(runtime, uow, task)
        if form is None or not checked_outside(form):
            return []
        opened_on = variables.visible(uow, task.key)
        typed = validate(form, form_data, opened_on, now=uow.now, zone=actor.time_zone).values
    return ask_all(runtime, actor.tenant_id, form, typed, opened_on)


def _write_down(
    runtime: Runtime, uow: UnitOfWork, case: Case, task: UserTask, values: dict[str, Any], actor: Actor
) -> None:
    """The step with what was entered, and the case's columns that it changes."""
    store_changes(runtime, uow, case, columns_from(values), actor.username)
    kind = "decision" if values.keys() & set(DECISIONS) else "step"
    data = {"element_id": task.element_id, "name_en": task.properties.get("name.en"), "values": values}
    record(runtime, uow, case, actor.username, kind, task.name, data=data)
    case.unread_at = None
