"""`/api`: cases and customers, read by programs: what a token and its user may see, and nothing more."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from engine.services import api_tokens
from tests.web.desk import PASSWORD


def ask(desk, path: str, who: str = "ann", token: str | None = None) -> Any:
    mark = base64.b64encode(f"{who}:{PASSWORD}".encode()).decode()
    header = f"Bearer {token}" if token else f"Basic {mark}"
    return desk.app.test_client().get(path, headers={"Authorization": header})


@pytest.fixture
def number(desk) -> str:
    return desk.complain()


@pytest.mark.proves("/v2 what is Kefuflow's alone, under `/api`")
def test_cases_are_listed_page_by_page_and_filtered(desk, number):
    other = desk.complain(contact="13900000009")
    first = ask(desk, "/api/cases?limit=1").json
    assert [each["number"] for each in first["items"]] == [other]
    second = ask(desk, f"/api/cases?limit=1&after={first['next']}").json
    assert [each["number"] for each in second["items"]] == [number]
    assert ask(desk, f"/api/cases?search={number}").json["items"][0]["key"].isdigit()
    assert ask(desk, "/api/cases?status=closed").json == {"items": [], "next": None}


@pytest.mark.proves("/v2 what is Kefuflow's alone, under `/api`")
def test_a_case_comes_with_its_customer_its_tasks_and_its_timeline(desk, number):
    found = ask(desk, f"/api/cases/{number}").json
    assert (found["number"], found["customer"]["name"]) == (number, "王小明")
    assert found["tasks"][0]["createdAt"].startswith("2026-")
    assert found["timeline"]
    customer = ask(desk, f"/api/customers/{found['customer']['key']}").json
    assert customer["phone"] == "13800138000"
    assert ask(desk, "/api/customers?search=13800138000").json["items"][0]["key"] == customer["key"]


def test_personal_data_is_masked_for_those_who_may_not_see_it(desk, number):
    (found,) = ask(desk, "/api/customers", who="wes").json["items"]
    assert found["masked"] is True
    assert "13800138000" not in str(found)


def test_a_token_needs_the_scope_and_its_user_the_permission(desk, number):
    made = api_tokens.create(desk.runtime, "t", ["cases:read"], timedelta(days=1), actor=desk.actor("ann"))
    assert ask(desk, "/api/cases", token=made.bearer).status_code == 200
    assert ask(desk, "/api/customers", token=made.bearer).status_code == 403
    assert ask(desk, "/api/cases", who="olga").status_code == 403
    assert desk.app.test_client().get("/api/cases").status_code == 401


def test_what_does_not_fit_is_a_problem(desk):
    for path, status in (("/api/cases?limit=0", 400), ("/api/cases?after=x", 400), ("/api/cases/none", 404), ("/api/customers/12", 404),
                         ("/api/customers/99999999999999999999", 404)):  # fmt: skip
        answer = ask(desk, path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), path
