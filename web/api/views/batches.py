"""Batch operations: one thing done to every instance that a filter finds, watched and stopped."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from engine.services import batches, instances
from engine.services.batches import BatchType, Created
from engine.services.migration import Plan
from web.api.blueprint import Body, Key, v2
from web.api.security import caller, require
from web.api.views.instances import Act, reason_in
from web.api.views.migrations import MappingInstruction, Timers, mapping_in
from web.api.views.searching import SearchRequest, SearchResult, found
from web.ui.context import current_runtime


class BatchRequest(Act):
    filter = fields.Dict(keys=fields.String(), required=True)


class BatchPlan(Body):
    targetProcessDefinitionKey = Key(required=True)
    mappingInstructions = fields.List(fields.Nested(MappingInstruction), required=True)


class BatchMigration(BatchRequest):
    migrationPlan = fields.Nested(BatchPlan, required=True)
    timers = Timers()


class BatchMove(Body):
    sourceElementId = fields.String(required=True, validate=validate.Length(min=1))
    targetElementId = fields.String(required=True, validate=validate.Length(min=1))


class BatchModification(BatchRequest):
    moveInstructions = fields.List(fields.Nested(BatchMove), required=True, validate=validate.Length(min=1))


class BatchCreated(Body):
    batchOperationKey = fields.String()
    batchOperationType = fields.String()


def _begin(kind: BatchType, body: dict[str, Any], permission: str = "instances.modify", **more: Any) -> dict[str, Any]:
    who = require(permission)
    made: Created = batches.create(
        current_runtime(), kind, body["filter"], who=who, reason=reason_in(body), tenant_id=caller().tenant_id, **more
    )
    return {"batchOperationKey": str(made.key), "batchOperationType": made.type}


@v2.post("/process-instances/cancellation")
@v2.arguments(BatchRequest)
@v2.response(200, BatchCreated)
def cancel_instances(body: dict[str, Any]) -> dict[str, Any]:
    """Cancel every instance that the filter finds and that no other called."""
    return _begin(BatchType.CANCEL, body)


@v2.post("/process-instances/suspension")
@v2.arguments(BatchRequest)
@v2.response(200, BatchCreated)
def suspend_instances(body: dict[str, Any]) -> dict[str, Any]:
    """Suspend every active instance that the filter finds."""
    return _begin(BatchType.SUSPEND, body)


@v2.post("/process-instances/resumption")
@v2.arguments(BatchRequest)
@v2.response(200, BatchCreated)
def resume_instances(body: dict[str, Any]) -> dict[str, Any]:
    """Resume every suspended instance that the filter finds."""
    return _begin(BatchType.RESUME, body)


@v2.post("/process-instances/incident-resolution")
@v2.arguments(BatchRequest, required=False)
@v2.response(200, BatchCreated)
def resolve_incidents(body: dict[str, Any]) -> dict[str, Any]:
    """Resolve the incidents of every instance that the filter finds."""
    return _begin(BatchType.RESOLVE, body, "incidents.repair")


@v2.post("/process-instances/migration")
@v2.arguments(BatchMigration)
@v2.response(200, BatchCreated)
def migrate_instances(body: dict[str, Any]) -> dict[str, Any]:
    """Migrate every instance that the filter finds, each wholly or not at all."""
    plan = body["migrationPlan"]
    mapping = mapping_in(plan["mappingInstructions"])
    chosen = Plan(plan["targetProcessDefinitionKey"], mapping, body["timers"] == "RECOMPUTE")
    return _begin(BatchType.MIGRATE, body, plan=chosen)


@v2.post("/process-instances/modification")
@v2.arguments(BatchModification)
@v2.response(200, BatchCreated)
def modify_instances(body: dict[str, Any]) -> dict[str, Any]:
    """Move the tokens of every active instance that the filter finds."""
    moves = [(each["sourceElementId"], each["targetElementId"]) for each in body["moveInstructions"]]
    return _begin(BatchType.MODIFY, body, moves=moves)


@v2.post("/process-instances/<key:key>/incident-resolution")
@v2.arguments(Act, required=False)
@v2.response(200, BatchCreated)
def resolve_incidents_of_instance(body: dict[str, Any], key: int) -> dict[str, Any]:
    """Resolve the incidents of one instance and of those that it called."""
    require("incidents.repair")
    keys = instances.tree_of(current_runtime(), key, caller().tenant_id)
    wanted = {"processInstanceKey": {"$in": [str(each) for each in keys]}}
    return _begin(BatchType.RESOLVE, {**body, "filter": wanted}, "incidents.repair")


@v2.post("/batch-operation-items/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def search_items(body: dict[str, Any]) -> dict[str, Any]:
    """Search what became of each item."""
    require("instances.read")
    sort = [
        *(body.get("sort") or []),
        {"field": "batchOperationKey", "order": "ASC"},
    ]  # an item is one only in its batch
    return found("batch-operation-items", {**body, "sort": sort})


@v2.post("/batch-operations/<key:key>/suspension")
def suspend_batch(key: int) -> tuple[str, int]:
    """Do no more of it for now."""
    batches.suspend(current_runtime(), key, who=require("instances.modify"), tenant_id=caller().tenant_id)
    return "", 204


@v2.post("/batch-operations/<key:key>/resumption")
def resume_batch(key: int) -> tuple[str, int]:
    """Go on with what is left."""
    batches.resume(current_runtime(), key, who=require("instances.modify"), tenant_id=caller().tenant_id)
    return "", 204


@v2.post("/batch-operations/<key:key>/cancellation")
def cancel_batch(key: int) -> tuple[str, int]:
    """Do nothing of what is left; what is done stays done."""
    batches.cancel(current_runtime(), key, who=require("instances.modify"), tenant_id=caller().tenant_id)
    return "", 204
