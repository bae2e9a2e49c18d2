"""Process instances: starting, ending, and what belongs to one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema
from werkzeug.exceptions import GatewayTimeout

from engine.errors import InvalidInput
from engine.services import history, instances, suspension
from engine.services.modification import Activation, modify
from web.api.blueprint import Body, Key, v2, variables
from web.api.security import caller, own_tenant, require
from web.api.views.searching import SearchRequest, SearchResult, found, one
from web.ui.context import current_runtime

_COUNTED = {"ACTIVE": "active", "COMPLETED": "completed", "TERMINATED": "canceled"}
TERMINATE = "TERMINATE_PROCESS_INSTANCE"
DEFAULT_WAIT_MS, MAX_WAIT_MS = 10_000, 60_000


class StartInstruction(Body):
    elementId = fields.String(required=True)


class RuntimeInstruction(Body):
    type = fields.String(load_default=TERMINATE, allow_none=True)
    afterElementId = fields.String(required=True)

    @validates_schema
    def is_known(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["type"] not in (None, TERMINATE):
            raise ValidationError(f"The type of a runtime instruction is {TERMINATE}.")


class Creation(Body):
    processDefinitionId = fields.String(allow_none=True)
    processDefinitionVersionTag = fields.String(allow_none=True)
    processDefinitionKey = Key(allow_none=True)
    processDefinitionVersion = fields.Integer(load_default=-1, validate=validate.Range(-1, 2**31 - 1), allow_none=True)
    variables = variables()
    tenantId = fields.String(allow_none=True)
    awaitCompletion = fields.Boolean(load_default=False, allow_none=True)
    requestTimeout = fields.Integer(load_default=0, validate=validate.Range(-1, 3_600_000), allow_none=True)
    fetchVariables = fields.List(fields.String(), load_default=list, allow_none=True)
    startInstructions = fields.List(fields.Nested(StartInstruction), load_default=list, allow_none=True)
    runtimeInstructions = fields.List(fields.Nested(RuntimeInstruction), load_default=list, allow_none=True)
    tags = fields.List(fields.String(), load_default=list, allow_none=True)
    businessId = fields.String(load_default=None, allow_none=True)


class Created(Body):
    processDefinitionId = fields.String()
    processDefinitionVersion = fields.Integer()
    processDefinitionKey = fields.String()
    processInstanceKey = fields.String()
    tenantId = fields.String()
    variables = fields.Dict()
    tags = fields.List(fields.String())
    businessId = fields.String(allow_none=True)


@v2.post("/process-instances")
@v2.arguments(Creation)
@v2.response(200, Created)
def create_instance(body: dict[str, Any]) -> dict[str, Any]:
    """Start an instance by the process's id or a definition's key; with awaitCompletion answer when it has ended."""
    who = require("instances.modify")
    if bool(body.get("processDefinitionId")) == bool(body.get("processDefinitionKey")):
        raise InvalidInput("Give either processDefinitionId or processDefinitionKey.")
    if body["businessId"]:
        raise InvalidInput("There are no business ids here; leave 'businessId' out, or use a tag or a variable.")
    version = body.get("processDefinitionVersion")
    started = instances.start(
        current_runtime(),
        body.get("processDefinitionId"),
        body["variables"] or {},
        who=who,
        version=None if version in (None, -1) else version,
        version_tag=body.get("processDefinitionVersionTag"),
        definition_key=body.get("processDefinitionKey"),
        start_at=[each["elementId"] for each in body["startInstructions"] or []],
        stop_after=[each["afterElementId"] for each in body["runtimeInstructions"] or []],
        tags=body["tags"] or [],
        tenant_id=own_tenant(body),
    )
    answer = {
        "processDefinitionId": started.process_id,
        "processDefinitionVersion": started.version,
        "processDefinitionKey": str(started.process_definition_key),
        "processInstanceKey": str(started.key),
        "tenantId": started.tenant_id,
        "variables": {},
        "tags": list(dict.fromkeys(body["tags"] or [])),
        "businessId": None,
    }
    if body["awaitCompletion"]:
        answer["variables"] = _awaited(started.key, body)
    return answer


def _awaited(key: int, body: dict[str, Any]) -> dict[str, Any]:
    wait = min(body["requestTimeout"] or DEFAULT_WAIT_MS, MAX_WAIT_MS)
    ended = instances.wait_until_ended(current_runtime(), key, timedelta(milliseconds=wait), caller().tenant_id)
    if ended is None:
        raise GatewayTimeout(f"Process instance {key} did not end within {wait} ms; it goes on.")
    wanted = body["fetchVariables"]
    return {name: value for name, value in ended.items() if name in wanted} if wanted else ended


class Act(Body):
    """What every operation may be told beside what it does. `reason` is ours: it is kept in the audit trail."""

    operationReference = fields.Integer(allow_none=True, validate=validate.Range(1, 2**63 - 1))
    reason = fields.String(load_default="", allow_none=True, validate=validate.Length(max=1000))


@v2.post("/process-instances/<key:key>/cancellation")
@v2.arguments(Act, required=False)
def cancel_instance(body: dict[str, Any], key: int) -> tuple[str, int]:
    """End an instance and what it called."""
    who = require("instances.modify")
    instances.cancel(current_runtime(), key, who=who, reason=reason_in(body), tenant_id=caller().tenant_id)
    return "", 204


@v2.post("/process-instances/<key:key>/suspension")
@v2.arguments(Act, required=False)
def suspend_instance(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Let an instance rest, with what it called, until it is resumed."""
    who = require("instances.modify")
    suspension.suspend(current_runtime(), key, who=who, reason=reason_in(body), tenant_id=caller().tenant_id)
    return "", 204


@v2.post("/process-instances/<key:key>/resumption")
@v2.arguments(Act, required=False)
def resume_instance(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Let a suspended instance go on; what was due meanwhile goes on at once."""
    who = require("instances.modify")
    suspension.resume(current_runtime(), key, who=who, reason=reason_in(body), tenant_id=caller().tenant_id)
    return "", 204


def reason_in(body: dict[str, Any]) -> str:
    return body.get("reason") or ""


class VariableInstruction(Body):
    variables = variables()
    scopeId = fields.String(load_default="", allow_none=True)


class ActivateInstruction(Body):
    elementId = fields.String(required=True)
    ancestorElementInstanceKey = Key(load_default=None, allow_none=True)
    variableInstructions = fields.List(fields.Nested(VariableInstruction), load_default=list, allow_none=True)


class TerminateInstruction(Body):
    elementInstanceKey = Key(load_default=None)
    elementId = fields.String(load_default=None)

    @validates_schema
    def names_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data["elementInstanceKey"] is None) == (data["elementId"] is None):
            raise ValidationError("Give elementInstanceKey or elementId.")


class MoveSource(Body):
    sourceType = fields.String(allow_none=True)
    sourceElementId = fields.String(load_default=None)
    sourceElementInstanceKey = Key(load_default=None)

    @validates_schema
    def names_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data["sourceElementInstanceKey"] is None) == (data["sourceElementId"] is None):
            raise ValidationError("Give sourceElementInstanceKey or sourceElementId.")


class MoveInstruction(Body):
    sourceElementInstruction = fields.Nested(MoveSource, required=True)
    targetElementId = fields.String(required=True)


class Modification(Act):
    activateInstructions = fields.List(fields.Nested(ActivateInstruction), load_default=list, allow_none=True)
    moveInstructions = fields.List(fields.Nested(MoveInstruction), load_default=list, allow_none=True)
    terminateInstructions = fields.List(fields.Nested(TerminateInstruction), load_default=list, allow_none=True)


@v2.post("/process-instances/<key:key>/modification")
@v2.arguments(Modification)
def modify_instance(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Activate elements and end element instances."""
    who = require("instances.modify")
    activations = [_activation(each) for each in body["activateInstructions"] or []]
    terminations = [each["elementInstanceKey"] or each["elementId"] for each in body["terminateInstructions"] or []]
    moves = [_move(each) for each in body["moveInstructions"] or []]
    runtime, tenant = current_runtime(), caller().tenant_id
    modify(runtime, key, activations, terminations, moves, who=who, reason=reason_in(body), tenant_id=tenant)
    return "", 204


def _move(instruction: dict[str, Any]) -> tuple[int | str, str]:
    source = instruction["sourceElementInstruction"]
    return source["sourceElementInstanceKey"] or source["sourceElementId"], instruction["targetElementId"]


def _activation(instruction: dict[str, Any]) -> Activation:
    given = instruction["variableInstructions"] or []
    scoped = {each["scopeId"] or "": each["variables"] or {} for each in given}
    ancestor = instruction["ancestorElementInstanceKey"]
    return Activation(instruction["elementId"], None if ancestor in (None, -1) else ancestor, scoped)


@v2.post("/process-instances/<key:key>/incidents/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def search_incidents(body: dict[str, Any], key: int) -> dict[str, Any]:
    """The incidents of an instance and of those that it called."""
    require("instances.read")
    root = one("process-instances", key)["rootProcessInstanceKey"]
    fixed = {"rootProcessInstanceKey": root} if root == str(key) else {"processInstanceKey": str(key)}
    return found("incidents", body, **fixed)


@v2.get("/process-instances/<key:key>/sequence-flows")
def sequence_flows(key: int) -> dict[str, Any]:
    """The sequence flows that an instance has taken."""
    require("instances.read")
    instance = one("process-instances", key)
    rows = history.path(current_runtime(), key, caller().tenant_id).flows
    flows = dict.fromkeys(row.flow_id for row in rows)
    names = ("processInstanceKey", "rootProcessInstanceKey", "processDefinitionKey", "processDefinitionId", "tenantId")
    shared = {name: instance[name] for name in names}
    return {"items": [{"sequenceFlowId": f"{key}_{flow}", "elementId": flow, **shared} for flow in flows]}


@v2.get("/process-instances/<key:key>/statistics/element-instances")
def element_statistics(key: int) -> dict[str, Any]:
    """How many element instances are in which state, by element."""
    require("instances.read")
    path = history.path(current_runtime(), key, caller().tenant_id)
    stopped = {row.element_instance_key for row in path.incidents if row.state == "ACTIVE"}
    counts: dict[str, Counter[str]] = {}
    for row in path.elements:
        state = "incidents" if row.key in stopped else _COUNTED[row.state]
        counts.setdefault(row.element_id, Counter())[state] += 1
    names = ("active", "canceled", "incidents", "completed")
    return {"items": [{"elementId": e, **{name: found[name] for name in names}} for e, found in counts.items()]}


@v2.get("/process-instances/<key:key>/call-hierarchy")
def call_hierarchy(key: int) -> list[dict[str, Any]]:
    """From the outermost caller down to this instance."""
    require("instances.read")
    chain, current = [], one("process-instances", key)
    while True:
        chain.append(current)
        if current["parentProcessInstanceKey"] is None:
            break
        current = one("process-instances", int(current["parentProcessInstanceKey"]))
    names = ("processInstanceKey", "processDefinitionKey", "processDefinitionName")
    return [{name: each[name] or each["processDefinitionId"] for name in names} for each in reversed(chain)]
