"""Jobs for workers: taking them, with long polling, and saying how they went."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import Any

from flask import request
from marshmallow import fields, validate

from engine.errors import InvalidInput
from engine.services import jobs, polling
from engine.services.jobs import ActivatedJob, JobResult, Wish
from web.api.blueprint import Body, Moment, Whole, v2, variables
from web.api.security import caller, require
from web.ui.context import current_runtime

LONGEST_POLL = timedelta(seconds=30)
DEFAULT_POLL = timedelta(seconds=10)


class Activation(Body):
    type = fields.String(required=True, validate=validate.Length(1, 255))
    worker = fields.String(load_default="", allow_none=True)
    timeout = Whole(required=True, validate=validate.Range(1, 86_400_000 * 30))
    maxJobsToActivate = Whole(required=True, validate=validate.Range(1, 2**31 - 1))
    fetchVariable = fields.List(fields.String(), load_default=list, allow_none=True)
    requestTimeout = Whole(load_default=0, validate=validate.Range(-3_600_000, 3_600_000), allow_none=True)
    tenantIds = fields.List(fields.String(), load_default=list, allow_none=True)


class Activated(Body):
    jobs = fields.List(fields.Dict())


@v2.post("/jobs/activation")
@v2.arguments(Activation)
@v2.response(200, Activated)
def activate(body: dict[str, Any]) -> dict[str, Any]:
    """Take due jobs of a type; without any, wait for some up to requestTimeout (negative: do not wait)."""
    require("instances.modify")
    asked = timedelta(milliseconds=body["requestTimeout"] or 0)
    wait = DEFAULT_POLL if not asked else max(timedelta(0), min(asked, LONGEST_POLL))

    def take() -> list[ActivatedJob]:
        return jobs.activate(
            current_runtime(),
            body["type"],
            body["worker"] or "",
            timedelta(milliseconds=body["timeout"]),
            min(body["maxJobsToActivate"], jobs.MAX_JOBS),
            body["fetchVariable"] or None,
            (caller().tenant_id,),
        )

    return {"jobs": [_written(job) for job in polling.poll(current_runtime(), take, wait, _worker_has_left)]}


def _worker_has_left() -> bool:
    """Whether the connection was shut from the other side: a job taken now would wait for its timeout."""
    connection = request.environ.get("gunicorn.socket")
    if connection is None:
        return False
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _written(job: ActivatedJob) -> dict[str, Any]:
    return {
        "type": job.type,
        "processDefinitionId": job.process_id,
        "processDefinitionVersion": job.version,
        "elementId": job.element_id,
        "customHeaders": job.headers,
        "worker": job.worker,
        "retries": job.retries,
        "deadline": int(job.deadline.timestamp() * 1000),
        "variables": job.variables,
        "tenantId": job.tenant_id,
        "jobKey": str(job.key),
        "processInstanceKey": str(job.process_instance_key),
        "processDefinitionKey": str(job.process_definition_key),
        "elementInstanceKey": str(job.element_instance_key),
        "kind": job.kind,
        "listenerEventType": job.listener,
        "tags": list(job.tags),
        "rootProcessInstanceKey": str(job.root_key),
        "userTask": None if job.user_task is None else _written_task(job.user_task),
        # What newer clients look for: nothing of it exists here.
        "businessId": None,
        "priority": 0,
        "physicalTenantId": job.tenant_id,
    }


_TASK_FIELDS = {
    "assignee": "assignee",
    "dueDate": "due_at",
    "followUpDate": "follow_up_at",
    "candidateUsers": "candidate_users",
    "candidateGroups": "candidate_groups",
    "priority": "priority",
}


def _written_task(task: dict[str, Any]) -> dict[str, Any]:
    """A user task as its listeners are told of it."""
    changed = [name for name, column in _TASK_FIELDS.items() if column in task["changed"]]
    return {
        "action": task["action"] or "",
        "userTaskKey": str(task["key"]),
        "formKey": None if task["form_key"] is None else str(task["form_key"]),
        "changedAttributes": changed,
        **{name: task[column] for name, column in _TASK_FIELDS.items()},
    }


class Corrections(Body):
    """What a task listener sets instead; null leaves as it is, the empty text or list takes away."""

    assignee = fields.String(allow_none=True, validate=validate.Length(max=255))
    dueDate = Moment(allow_none=True)
    followUpDate = Moment(allow_none=True)
    candidateUsers = fields.List(fields.String(), allow_none=True)
    candidateGroups = fields.List(fields.String(), allow_none=True)
    priority = fields.Integer(allow_none=True, validate=validate.Range(0, 100))


class AdHocElement(Body):
    elementId = fields.String(required=True)
    variables = variables()


class Result(Body):
    """Of a task listener (`userTask`), or of an ad-hoc subprocess's worker (`adHocSubProcess`)."""

    type = fields.String(allow_none=True, validate=validate.OneOf(["userTask", "adHocSubProcess"]))
    denied = fields.Boolean(allow_none=True)
    deniedReason = fields.String(allow_none=True)
    corrections = fields.Nested(Corrections, allow_none=True)
    activateElements = fields.List(fields.Nested(AdHocElement), allow_none=True)
    isCompletionConditionFulfilled = fields.Boolean(allow_none=True)
    isCancelRemainingInstances = fields.Boolean(allow_none=True)


class Completion(Body):
    variables = variables()
    result = fields.Nested(Result, allow_none=True)


@v2.post("/jobs/<key:key>/completion")
@v2.arguments(Completion, required=False)
def complete_job(body: dict[str, Any], key: int) -> tuple[str, int]:
    """The work is done."""
    who, result = require("instances.modify"), _decided(body.get("result") or {})
    values = body.get("variables") or {}
    jobs.complete(current_runtime(), key, values, result=result, who=who, tenant_id=caller().tenant_id)
    return "", 204


def _decided(result: dict[str, Any]) -> JobResult:
    given = {name: value for name, value in (result.get("corrections") or {}).items() if value is not None}
    return JobResult(
        denied=bool(result.get("denied")),
        denied_reason=result.get("deniedReason"),
        corrections={_TASK_FIELDS[name]: _correction(value) for name, value in given.items()},
        activate=tuple(wishes(result.get("activateElements"))),
        complete=bool(result.get("isCompletionConditionFulfilled")),
        cancel_remaining=bool(result.get("isCancelRemainingInstances")),
    )


def _correction(value: Any) -> Any:
    if value == "":
        return None
    return value.isoformat() if isinstance(value, datetime) else value


def wishes(elements: list[dict[str, Any]] | None) -> list[Wish]:
    """Elements of an ad-hoc subprocess that are to be started, each with its variables."""
    return [Wish(each["elementId"], each.get("variables") or {}) for each in elements or []]


class Failure(Body):
    retries = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000), allow_none=True)
    errorMessage = fields.String(load_default="", allow_none=True)
    retryBackOff = fields.Integer(load_default=0, validate=validate.Range(0, 86_400_000 * 30), allow_none=True)
    variables = variables()


@v2.post("/jobs/<key:key>/failure")
@v2.arguments(Failure, required=False)
def fail_job(body: dict[str, Any], key: int) -> tuple[str, int]:
    """A try failed; `retries` are left. None left: an incident."""
    who = require("instances.modify")
    jobs.fail(
        current_runtime(),
        key,
        body.get("errorMessage") or "The worker gave no reason.",
        retries=body.get("retries") or 0,
        retry_after=timedelta(milliseconds=body.get("retryBackOff") or 0),
        variables=body.get("variables") or {},
        who=who,
        tenant_id=caller().tenant_id,
    )
    return "", 204


class Thrown(Body):
    errorCode = fields.String(required=True)
    errorMessage = fields.String(load_default="", allow_none=True)
    variables = variables()


@v2.post("/jobs/<key:key>/error")
@v2.arguments(Thrown)
def throw_job_error(body: dict[str, Any], key: int) -> tuple[str, int]:
    """The work ended with an error that the diagram may catch."""
    who = require("instances.modify")
    jobs.throw_error(
        current_runtime(),
        key,
        body["errorCode"],
        body["errorMessage"] or "",
        body["variables"] or {},
        who=who,
        tenant_id=caller().tenant_id,
    )
    return "", 204


class JobChanges(Body):
    retries = fields.Integer(validate=validate.Range(1, 1_000_000), allow_none=True)
    timeout = fields.Integer(validate=validate.Range(0, 86_400_000 * 30), allow_none=True)


class JobUpdate(Body):
    changeset = fields.Nested(JobChanges, required=True)


@v2.route("/jobs/<key:key>", methods=["PATCH"])
@v2.arguments(JobUpdate)
def update_job(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Give a job more tries, or its worker more time."""
    who, changes = require("instances.modify"), body["changeset"]
    timeout = changes.get("timeout")
    if timeout is None and changes.get("retries") is None:
        raise InvalidInput("There is nothing to change: give retries or timeout.")
    jobs.update_job(
        current_runtime(),
        key,
        who=who,
        retries=changes.get("retries"),
        timeout=None if timeout is None else timedelta(milliseconds=timeout),
        tenant_id=caller().tenant_id,
    )
    return "", 204
