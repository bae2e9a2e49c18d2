"""Decisions over the API: what an evaluation says of each decision of its file."""

from __future__ import annotations

import json

import pytest

from tests.engine.decisions.models import decision, definitions, input_data, literal, table

RULES = table([("< 10", '"low"'), (">= 10", '"high"')], inputs=("amount: number",), outputs=({"name": "risk"},))
FILE = definitions(
    input_data("amount", "number"),
    decision("risk", RULES, needs=["in:#amount"]),
    decision("offer", literal('if risk = "low" then 5 else 0'), needs=["#risk"]),
)


@pytest.mark.proves("/v2 decisions")
def test_every_evaluated_decision_is_told_with_its_own_key(api):
    assert api.deploy(("risk.dmn", FILE)).status_code == 200
    keys = {item["decisionDefinitionId"]: item["decisionDefinitionKey"] for item in api.search("decision-definitions")}
    asked = {"decisionDefinitionId": "offer", "variables": {"amount": 12}}
    answer = api.post("/decision-definitions/evaluation", asked)

    assert (answer["decisionDefinitionKey"], answer["output"]) == (keys["offer"], "0")
    told = {each["decisionDefinitionId"]: each for each in answer["evaluatedDecisions"]}
    assert {name: each["decisionDefinitionKey"] for name, each in told.items()} == keys
    (rule,) = told["risk"]["matchedRules"]
    (seen,) = told["risk"]["evaluatedInputs"]
    assert (rule["ruleIndex"], json.loads(rule["evaluatedOutputs"][0]["outputValue"])) == (2, "high")
    assert (seen["inputName"], seen["inputValue"]) == ("amount", "12")
