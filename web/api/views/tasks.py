"""User tasks: giving, changing and doing them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from engine.services import resources, tasks
from engine.services.queries import seen_scopes
from web.api.blueprint import Body, v2, variables
from web.api.security import caller, require
from web.api.views.definitions import written_form
from web.api.views.searching import SearchRequest, SearchResult, found, one
from web.ui.context import current_runtime


class TaskCompletion(Body):
    variables = variables()
    action = fields.String(allow_none=True)


@v2.post("/user-tasks/<int:key>/completion")
@v2.arguments(TaskCompletion, required=False)
def complete_task(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Do a task."""
    who = require("instances.modify")
    tasks.complete(current_runtime(), key, body.get("variables") or {}, who=who, tenant_id=caller().tenant_id)
    return "", 204


class Assignment(Body):
    assignee = fields.String(required=True, validate=validate.Length(1, 255))
    allowOverride = fields.Boolean(load_default=True, allow_none=True)
    action = fields.String(allow_none=True)


@v2.post("/user-tasks/<int:key>/assignment")
@v2.arguments(Assignment)
def assign_task(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Give a task to somebody."""
    who = require("instances.modify")
    tasks.assign(
        current_runtime(),
        key,
        body["assignee"],
        who=who,
        allow_override=body["allowOverride"] is not False,
        tenant_id=caller().tenant_id,
    )
    return "", 204


@v2.route("/user-tasks/<int:key>/assignee", methods=["DELETE"])
def unassign_task(key: int) -> tuple[str, int]:
    """Take a task from whoever has it."""
    tasks.unclaim(current_runtime(), key, who=require("instances.modify"), tenant_id=caller().tenant_id)
    return "", 204


class Moment(fields.AwareDateTime):
    """A date and time; the empty text takes it away."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return "" if value == "" else super()._deserialize(value, attr, data, **kwargs)


class TaskChanges(Body):
    dueDate = Moment(allow_none=True)
    followUpDate = Moment(allow_none=True)
    candidateUsers = fields.List(fields.String(), allow_none=True)
    candidateGroups = fields.List(fields.String(), allow_none=True)
    priority = fields.Integer(allow_none=True, validate=validate.Range(0, 100))


class TaskUpdate(Body):
    changeset = fields.Nested(TaskChanges, load_default=dict, allow_none=True)
    action = fields.String(allow_none=True)


_NAMES = {
    "dueDate": "due_at",
    "followUpDate": "follow_up_at",
    "candidateUsers": "candidate_users",
    "candidateGroups": "candidate_groups",
    "priority": "priority",
}


@v2.route("/user-tasks/<int:key>", methods=["PATCH"])
@v2.arguments(TaskUpdate, required=False)
def update_task(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Change dates, candidates or priority."""
    who = require("instances.modify")
    changes = body.get("changeset") or {}
    wanted = {_NAMES[name]: None if value == "" else value for name, value in changes.items() if value is not None}
    tasks.update(current_runtime(), key, wanted, who=who, tenant_id=caller().tenant_id)
    return "", 204


@v2.get("/user-tasks/<int:key>/form")
def task_form(key: int) -> Any:
    """The task's form; 204 when it has none."""
    require("instances.read")
    task = one("user-tasks", key)
    if task["formKey"] is None:
        return "", 204
    return written_form(resources.form(current_runtime(), int(task["formKey"]), caller().tenant_id))


@v2.post("/user-tasks/<int:key>/variables/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def task_variables(body: dict[str, Any], key: int) -> dict[str, Any]:
    """The variables that a task sees, inner scopes first."""
    require("instances.read")
    task = one("user-tasks", key)
    scopes = seen_scopes(current_runtime(), key, caller().tenant_id)
    return found("variables", body, processInstanceKey=task["processInstanceKey"], scopeKey={"$in": scopes})
