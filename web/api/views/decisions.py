"""Decisions: evaluating one, and its XML."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from engine.errors import InvalidInput
from engine.services import decisions, resources
from web.api.blueprint import Body, Key, v2, variables
from web.api.security import caller, require
from web.ui.context import current_runtime


class Evaluation(Body):
    decisionDefinitionId = fields.String(allow_none=True)
    decisionDefinitionKey = Key(allow_none=True)
    variables = variables()
    tenantId = fields.String(allow_none=True)


@v2.post("/decision-definitions/evaluation")
@v2.arguments(Evaluation)
def evaluate(body: dict[str, Any]) -> dict[str, Any]:
    """Evaluate a decision by its id (newest version) or key, and say which rules hit on what."""
    require("processes.read")
    if not body.get("decisionDefinitionId") and not body.get("decisionDefinitionKey"):
        raise InvalidInput("Give decisionDefinitionId or decisionDefinitionKey.")
    return decisions.evaluate(
        current_runtime(),
        body.get("decisionDefinitionId"),
        body["variables"] or {},
        definition_key=body.get("decisionDefinitionKey"),
        tenant_id=caller().tenant_id,
    )


@v2.get("/decision-definitions/<int:key>/xml")
def decision_xml(key: int) -> Response:
    """The DMN file of a decision as it was deployed."""
    require("processes.read")
    found = resources.decision_xml(current_runtime(), key, caller().tenant_id)
    return Response(found, content_type="text/xml; charset=utf-8")


@v2.get("/decision-requirements/<int:key>/xml")
def requirements_xml(key: int) -> Response:
    """A DMN file as it was deployed."""
    require("processes.read")
    found = resources.requirements_xml(current_runtime(), key, caller().tenant_id)
    return Response(found, content_type="text/xml; charset=utf-8")
