"""Decisions: evaluating one, and its XML."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Response
from marshmallow import fields

from engine.errors import InvalidInput, NotFound
from engine.services import decisions, resources
from engine.services.decisions import Evaluated
from engine.services.queries import decision_instances
from web.api.blueprint import Body, Key, v2, variables
from web.api.security import caller, own_tenant, require
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
    if bool(body.get("decisionDefinitionId")) == bool(body.get("decisionDefinitionKey")):
        raise InvalidInput("Give either decisionDefinitionId or decisionDefinitionKey.")
    evaluated = decisions.evaluate(
        current_runtime(),
        body.get("decisionDefinitionId"),
        body["variables"] or {},
        decision_key=body.get("decisionDefinitionKey"),
        who=caller().username,
        tenant_id=own_tenant(body),
    )
    return written_evaluation(evaluated)


@v2.get("/decision-instances/<string:key>")
def decision_instance(key: str) -> dict[str, Any]:
    """One decision of an evaluation with its inputs and the rules that matched; its key is "evaluation-number"."""
    require("instances.read")
    if not re.fullmatch("[0-9]{1,18}-[0-9]+", key):
        raise InvalidInput(f"'{key}' is no key of a decision instance.")
    made = decision_instances(current_runtime(), int(key.partition("-")[0]), caller().tenant_id)
    found = next((one for one in made if one["decisionEvaluationInstanceKey"] == key), None)
    if found is None:
        raise NotFound(f"There is no decision instance with key {key}.")
    return {**found, **_written_trace(found.pop("trace"))}


@v2.get("/decision-definitions/<key:key>/xml")
def decision_xml(key: int) -> Response:
    """The DMN file of a decision as it was deployed."""
    require("processes.read")
    found = resources.decision_xml(current_runtime(), key, caller().tenant_id)
    return Response(found, content_type="text/xml; charset=utf-8")


@v2.get("/decision-requirements/<key:key>/xml")
def requirements_xml(key: int) -> Response:
    """A DMN file as it was deployed."""
    require("processes.read")
    found = resources.requirements_xml(current_runtime(), key, caller().tenant_id)
    return Response(found, content_type="text/xml; charset=utf-8")


def written_evaluation(evaluated: Evaluated) -> dict[str, Any]:
    """An evaluation with each decision's inputs and matched rules, values as JSON text."""
    shared = {
        "tenantId": evaluated.tenant_id,
        "decisionDefinitionId": evaluated.decision_id,
        "decisionDefinitionName": evaluated.name or evaluated.decision_id,
        "decisionDefinitionVersion": evaluated.version,
        "decisionDefinitionKey": str(evaluated.decision_key),
    }
    traced = evaluated.trace["decisions"]
    return {
        **shared,
        "decisionRequirementsId": evaluated.requirements_id,
        "decisionRequirementsKey": str(evaluated.requirements_key),
        "decisionEvaluationKey": str(evaluated.key),
        "decisionInstanceKey": str(evaluated.key),
        "output": _json(evaluated.result),
        "failedDecisionDefinitionId": evaluated.failed_decision_id,
        "failureMessage": evaluated.failure,
        "evaluatedDecisions": [_written_decision(each, number, evaluated) for number, each in enumerate(traced, 1)],
    }


def _written_decision(traced: dict[str, Any], number: int, evaluated: Evaluated) -> dict[str, Any]:
    key, version = evaluated.definitions.get(traced["id"], (evaluated.decision_key, evaluated.version))
    return {
        "decisionDefinitionId": traced["id"],
        "decisionDefinitionName": traced["name"],
        "decisionDefinitionVersion": version,
        "decisionDefinitionType": traced["type"],
        "decisionDefinitionKey": str(key),
        "decisionEvaluationInstanceKey": f"{evaluated.key}-{number}",
        "tenantId": evaluated.tenant_id,
        "output": _json(traced["output"]),
        **_written_trace(traced),
    }


def _written_trace(traced: dict[str, Any]) -> dict[str, Any]:
    return {
        "evaluatedInputs": [
            {"inputId": each["id"], "inputName": each["name"], "inputValue": _json(each["value"])}
            for each in traced["inputs"]
        ],
        "matchedRules": [
            {
                "ruleId": rule["id"],
                "ruleIndex": rule["index"],
                "evaluatedOutputs": [
                    {
                        "outputId": each["id"],
                        "outputName": each["label"] or each["name"],
                        "outputValue": _json(each["value"]),
                        "ruleId": rule["id"],
                        "ruleIndex": rule["index"],
                    }
                    for each in rule["outputs"]
                ],
            }
            for rule in traced["matched_rules"]
        ],
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
