"""Migrating one instance, trying it first, and the plan that is made by matching ids."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from engine.errors import InvalidInput
from engine.services import migration
from engine.services.migration import Obstacle, Plan
from web.api.blueprint import Body, Key, v2
from web.api.security import caller, require
from web.api.views.instances import Act, reason_in
from web.ui.context import current_runtime


class Timers(fields.String):
    """KEEP: timers that are mapped keep their moment. RECOMPUTE: they are armed again from now. An addition of ours."""

    def __init__(self, **options: Any) -> None:
        super().__init__(load_default="KEEP", validate=validate.OneOf(["KEEP", "RECOMPUTE"]), **options)


class MappingInstruction(Body):
    sourceElementId = fields.String(required=True, validate=validate.Length(min=1))
    targetElementId = fields.String(required=True, validate=validate.Length(min=1))


class MigrationRequest(Act):
    targetProcessDefinitionKey = Key(required=True)
    mappingInstructions = fields.List(fields.Nested(MappingInstruction), required=True)
    timers = Timers()


class PlanRequest(Body):
    targetProcessDefinitionKey = Key(required=True)


def mapping_in(instructions: list[dict[str, Any]]) -> dict[str, str]:
    """Element ids to element ids. Raises InvalidInput for one that is mapped twice."""
    found: dict[str, str] = {}
    for each in instructions:
        if each["sourceElementId"] in found:
            raise InvalidInput(f"'{each['sourceElementId']}' is mapped twice; map each element once.")
        found[each["sourceElementId"]] = each["targetElementId"]
    return found


def _plan(body: dict[str, Any]) -> Plan:
    mapping = mapping_in(body["mappingInstructions"])
    return Plan(body["targetProcessDefinitionKey"], mapping, body["timers"] == "RECOMPUTE")


@v2.post("/process-instances/<key:key>/migration")
@v2.arguments(MigrationRequest)
def migrate_instance(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Take an instance to another process definition, wholly or not at all."""
    who = require("instances.modify")
    migration.migrate(
        current_runtime(), key, _plan(body), who=who, reason=reason_in(body), tenant_id=caller().tenant_id
    )
    return "", 204


@v2.post("/process-instances/<key:key>/migration/preview")
@v2.arguments(MigrationRequest)
def preview_migration(body: dict[str, Any], key: int) -> dict[str, Any]:
    """What a migration would do to an instance as it stands now; nothing is changed. An addition of ours."""
    require("instances.read")
    (found,) = migration.preview(current_runtime(), [key], _plan(body), caller().tenant_id)
    return {
        "processInstanceKey": str(key),
        "possible": found.possible,
        "obstacles": [show_obstacle(each) for each in found.obstacles],
        "openedCatchEvents": found.done.opened,
        "closedCatchEvents": found.done.closed,
        "migratedElementInstances": [
            {"elementInstanceKey": str(element), "elementId": to} for element, to in found.done.elements.items()
        ],
    }


@v2.get("/process-definitions/<key:key>/migration-plan")
@v2.arguments(PlanRequest, location="query")
def propose_plan(query: dict[str, Any], key: int) -> dict[str, Any]:
    """The plan that maps what has one id, type and place in both definitions, and what it leaves out. An addition of ours."""
    require("processes.read")
    target = query["targetProcessDefinitionKey"]
    found = migration.plan_by_ids(current_runtime(), key, target, caller().tenant_id)
    pairs = found.plan.mapping.items()
    return {
        "targetProcessDefinitionKey": str(target),
        "mappingInstructions": [{"sourceElementId": one, "targetElementId": other} for one, other in pairs],
        "obstacles": [show_obstacle(each) for each in found.left],
        "newElementIds": found.added,
    }


def show_obstacle(each: Obstacle) -> dict[str, Any]:
    return {
        "code": each.code,
        "sourceElementId": each.source,
        "targetElementId": each.target,
        "message": each.message,
        "messageZh": each.message_zh,
    }
