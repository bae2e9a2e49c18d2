"""FEEL expressions on their own."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from engine.errors import InvalidInput
from engine.services import expressions
from web.api.blueprint import Body, v2, variables
from web.api.security import own_tenant, require
from web.ui.context import current_runtime


class Expression(Body):
    expression = fields.String(required=True, validate=validate.Length(1))
    variables = variables()
    scopeKey = fields.String(load_default=None, allow_none=True)
    tenantId = fields.String(allow_none=True)


@v2.post("/expression/evaluation")
@v2.arguments(Expression)
def evaluate_expression(body: dict[str, Any]) -> dict[str, Any]:
    """Evaluate a FEEL expression over variables; what has no value is null, and the warnings say why."""
    who = require("processes.read")
    if body["scopeKey"]:
        raise InvalidInput("An expression is evaluated over the variables that are given; leave 'scopeKey' out.")
    given, tenant = body["variables"] or {}, own_tenant(body)
    answer = expressions.evaluate(current_runtime(), body["expression"], given, who=who, tenant_id=tenant)
    return {
        "expression": body["expression"],
        "result": answer.value,
        "warnings": [{"message": each} for each in answer.warnings],
        "referencedSecrets": [],
    }
