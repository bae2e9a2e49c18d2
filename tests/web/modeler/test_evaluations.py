"""The page that says why a decision was made: its inputs, the rules that hit, and who may see it."""

from __future__ import annotations

import json

import pytest

from engine.services import decisions
from tests.web.desk import parsed, text_of

GIVEN = {"amount": 60, "customer_tier": "B"}


@pytest.fixture
def evaluated(desk):
    return decisions.evaluate(desk.runtime, "severity", GIVEN, who="boss")


def test_a_person_reads_the_inputs_and_the_rules_that_hit(desk, evaluated):
    page = parsed(desk.get("olga", f"/processes/evaluations/{evaluated.key}?lang=en"))
    traced = evaluated.trace["decisions"]
    assert len(page.xpath("//section")) == len(traced)
    hit = [rule for each in traced for rule in each["matched_rules"]]
    assert hit
    rows = page.xpath("//tr[contains(@class, 'table-success')]")
    assert len(rows) == len(hit)
    assert {f"{rule['index']} · Hit" for rule in hit} == {text_of(row.xpath("th")[0]) for row in rows}
    assert len(page.xpath("//tbody/tr")) > len(hit)
    names = {given["name"] or given["id"] for each in traced for given in each["inputs"]}
    assert all(name in text_of(page) for name in names)


def test_the_values_that_were_asked_stand_above_their_columns(desk, evaluated):
    page = parsed(desk.get("olga", f"/processes/evaluations/{evaluated.key}"))
    (row,) = page.xpath("//thead/tr[th[text()='当时的值']]")
    given = evaluated.trace["decisions"][0]["inputs"]
    assert [text_of(cell) for cell in row.xpath("td")[: len(given)]] == [
        one["value"] if isinstance(one["value"], str) else json.dumps(one["value"]) for one in given
    ]


def test_it_is_for_those_who_may_see_instances(desk, evaluated):
    assert desk.get("ann", f"/processes/evaluations/{evaluated.key}").status_code == 403
    assert desk.get("sue", f"/processes/evaluations/{evaluated.key}").status_code == 200
    assert desk.get("olga", "/processes/evaluations/12").status_code == 404
