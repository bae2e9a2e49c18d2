"""FEEL over the API."""

from __future__ import annotations

import pytest

PATH = "/expression/evaluation"


@pytest.mark.proves("/v2 expressions")
def test_an_expression_is_evaluated_over_the_variables_that_are_given(api):
    answer = api.post(PATH, {"expression": "=x + total price", "variables": {"x": 10, "total price": 20.5}})
    assert answer == {"expression": "=x + total price", "result": 30.5, "warnings": [], "referencedSecrets": []}
    assert api.post(PATH, {"expression": '{day: @"2026-03-01", b: [1]}'})["result"] == {"day": "2026-03-01", "b": [1]}
    assert api.post(PATH, {"expression": "=now()"})["result"].startswith("2026-03-02T")


@pytest.mark.proves("/v2 expressions")
def test_what_has_no_value_is_null_with_a_warning(api):
    answer = api.post(PATH, {"expression": "=a + 1"})
    assert answer["result"] is None
    assert "'a'" in answer["warnings"][0]["message"]


@pytest.mark.parametrize(
    "body", [{"expression": "=1 +"}, {"expression": ""}, {}, {"expression": "=1", "scopeKey": "7"}]
)
def test_what_cannot_be_read_is_a_problem(api, body):
    answer = api.call("POST", PATH, body)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


@pytest.mark.proves("/v2 expressions")
def test_the_problem_of_a_text_that_is_no_expression_says_the_column(api):
    assert "column 4" in api.call("POST", PATH, {"expression": "=1 +"}).json["detail"]
