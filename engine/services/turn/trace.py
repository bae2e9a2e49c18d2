"""A decision's trace as JSON, so that it can be explained long after."""

from __future__ import annotations

from typing import Any

from engine.decisions import DecisionOutcome, EvaluatedDecision, EvaluatedInput, MatchedRule
from engine.feel import to_json


def trace_to_json(outcome: DecisionOutcome) -> dict[str, Any]:
    """`decisions` in the order in which they were evaluated, and the `warnings` of all of them."""
    return {"decisions": [_decision(one) for one in outcome.trace], "warnings": list(outcome.warnings)}


def _decision(one: EvaluatedDecision) -> dict[str, Any]:
    tables = [
        {"id": table.id, "inputs": _inputs(table.inputs), "matched_rules": _rules(table.matched)}
        for table in one.tables
    ]
    return {
        "id": one.id,
        "name": one.name,
        "type": one.type,
        "inputs": _inputs(one.inputs),
        "matched_rules": _rules(one.matched_rules),
        "output": to_json(one.output),
        "tables": tables,
        "failed": one.failed,
    }


def _inputs(inputs: tuple[EvaluatedInput, ...]) -> list[dict[str, Any]]:
    return [{"id": one.id, "name": one.name, "value": to_json(one.value)} for one in inputs]


def _rules(rules: tuple[MatchedRule, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "index": rule.index,
            "outputs": [
                {"id": each.id, "name": each.name, "label": each.label, "value": to_json(each.value)}
                for each in rule.outputs
            ],
            "annotations": [list(pair) for pair in rule.annotations],
        }
        for rule in rules
    ]
