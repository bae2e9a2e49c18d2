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


def evaluated(api, amount):
    api.deploy(("risk.dmn", FILE))
    return api.post(
        "/decision-definitions/evaluation", {"decisionDefinitionId": "offer", "variables": {"amount": amount}}
    )


@pytest.mark.proves("/v2 decisions")
def test_each_decision_of_an_evaluation_is_an_instance_of_its_own(api):
    answer = evaluated(api, 12)
    key, root = answer["decisionEvaluationKey"], answer["decisionDefinitionKey"]
    made = api.search("decision-instances", filter={"decisionEvaluationKey": key})
    assert [(one["decisionEvaluationInstanceKey"], one["decisionDefinitionId"]) for one in made] == [
        (f"{key}-1", "risk"),
        (f"{key}-2", "offer"),
    ]
    assert [(one["result"], one["decisionDefinitionType"]) for one in made] == [
        ('"high"', "DECISION_TABLE"),
        ("0", "LITERAL_EXPRESSION"),
    ]
    assert {one["rootDecisionDefinitionKey"] for one in made} == {root}
    assert made[0]["decisionDefinitionKey"] != root == made[1]["decisionDefinitionKey"]
    (risk, offer) = (api.call("GET", f"/decision-instances/{key}-{number}").json for number in (1, 2))
    assert ([each["inputValue"] for each in risk["evaluatedInputs"]], len(risk["matchedRules"])) == (["12"], 1)
    assert (offer["evaluatedInputs"], offer["matchedRules"]) == ([], [])
    assert api.call("GET", f"/decision-instances/{key}-3").status_code == 404


def test_decision_instances_are_found_by_what_each_is_and_paged_without_gaps(api):
    keys = [evaluated(api, amount)["decisionEvaluationKey"] for amount in (5, 12)]
    everything = [f"{key}-{number}" for key in keys for number in (1, 2)]
    names = lambda **asked: [one["decisionEvaluationInstanceKey"] for one in api.search("decision-instances", **asked)]  # noqa: E731
    assert names(filter={"decisionDefinitionId": "risk"}) == [f"{key}-1" for key in keys]
    assert names(filter={"decisionDefinitionId": {"$in": ["offer"]}}) == [f"{key}-2" for key in keys]
    assert names(filter={"decisionDefinitionType": "LITERAL_EXPRESSION"}) == [f"{key}-2" for key in keys]
    assert names(filter={"decisionEvaluationInstanceKey": f"{keys[1]}-2"}) == [f"{keys[1]}-2"]
    seen, cursor = [], {}
    while page := api.post("/decision-instances/search", {"page": {"limit": 1, **cursor}}):
        if not page["items"]:
            break
        seen += [one["decisionEvaluationInstanceKey"] for one in page["items"]]
        cursor = {"after": page["page"]["endCursor"]}
    assert seen == everything
    assert names(sort=[{"field": "decisionEvaluationKey", "order": "DESC"}])[0].startswith(keys[1])
