"""User tasks: giving, changing and doing them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marshmallow import fields, validate
from werkzeug.exceptions import GatewayTimeout

from engine.services import resources, task_events, tasks
from engine.services.queries import seen_scopes, seen_variables
from web.api.blueprint import Body, Moment, v2, variables
from web.api.security import caller, require
from web.api.views.definitions import written_form
from web.api.views.searching import SearchRequest, SearchResult, found, one
from web.ui.context import current_runtime

LONGEST_WAIT = timedelta(seconds=10)


class TaskCompletion(Body):
    variables = variables()
    action = fields.String(allow_none=True)


@v2.post("/user-tasks/<key:key>/completion")
@v2.arguments(TaskCompletion, required=False)
def complete_task(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Do a task."""
    since = current_runtime().now()
    who = require("instances.modify")
    action = body.get("action") or "complete"
    values, tenant = body.get("variables") or {}, caller().tenant_id
    tasks.complete(current_runtime(), key, values, who=who, action=action, tenant_id=tenant)
    _answered(key, since)
    return "", 204


def _answered(key: int, since: datetime) -> None:
    """Camunda answers when the task's listeners have; so do we, as long as anybody may wait."""
    if not task_events.wait(current_runtime(), key, since, LONGEST_WAIT, caller().tenant_id):
        raise GatewayTimeout(f"The listeners of task {key} have not answered yet; it goes on when they do.")


class Assignment(Body):
    assignee = fields.String(required=True, validate=validate.Length(1, 255))
    allowOverride = fields.Boolean(load_default=True, allow_none=True)
    action = fields.String(allow_none=True)


@v2.post("/user-tasks/<key:key>/assignment")
@v2.arguments(Assignment)
def assign_task(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Give a task to somebody."""
    since = current_runtime().now()
    who = require("instances.modify")
    tasks.assign(
        current_runtime(),
        key,
        body["assignee"],
        who=who,
        allow_override=body["allowOverride"] is not False,
        action=body.get("action"),
        tenant_id=caller().tenant_id,
    )
    _answered(key, since)
    return "", 204


@v2.route("/user-tasks/<key:key>/assignee", methods=["DELETE"])
def unassign_task(key: int) -> tuple[str, int]:
    """Take a task from whoever has it."""
    since = current_runtime().now()
    tasks.unclaim(current_runtime(), key, who=require("instances.modify"), tenant_id=caller().tenant_id)
    _answered(key, since)
    return "", 204


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


@v2.route("/user-tasks/<key:key>", methods=["PATCH"])
@v2.arguments(TaskUpdate, required=False)
def update_task(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Change dates, candidates or priority."""
    since = current_runtime().now()
    who = require("instances.modify")
    changes = body.get("changeset") or {}
    wanted = {_NAMES[name]: None if value == "" else value for name, value in changes.items() if value is not None}
    action, tenant = body.get("action"), caller().tenant_id
    tasks.update(current_runtime(), key, wanted, who=who, action=action, tenant_id=tenant)
    _answered(key, since)
    return "", 204


@v2.get("/user-tasks/<key:key>/form")
def task_form(key: int) -> Any:
    """The task's form; 204 when it has none."""
    require("instances.read")
    task = one("user-tasks", key)
    if task["formKey"] is None:
        return "", 204
    return written_form(resources.form(current_runtime(), int(task["formKey"]), caller().tenant_id))


@v2.post("/user-tasks/<key:key>/variables/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def task_variables(body: dict[str, Any], key: int) -> dict[str, Any]:
    """The variables that a task sees, inner scopes first."""
    require("instances.read")
    task = one("user-tasks", key)
    scopes = seen_scopes(current_runtime(), key, caller().tenant_id)
    return found("variables", body, processInstanceKey=task["processInstanceKey"], scopeKey={"$in": scopes})


@v2.post("/user-tasks/<key:key>/effective-variables/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def effective_variables(body: dict[str, Any], key: int) -> dict[str, Any]:
    """The variables as a task sees them: of each name the one in its innermost scope."""
    require("instances.read")
    task = one("user-tasks", key)
    keys = seen_variables(current_runtime(), key, caller().tenant_id)
    return found("variables", body, processInstanceKey=task["processInstanceKey"], variableKey={"$in": keys})


@v2.post("/user-tasks/<key:key>/audit-logs/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def task_log(body: dict[str, Any], key: int) -> dict[str, Any]:
    """Who did what to a task, when, and whether a listener denied it."""
    require("instances.read")
    one("user-tasks", key)
    return found("user-task-audit-logs", body, userTaskKey=str(key))
