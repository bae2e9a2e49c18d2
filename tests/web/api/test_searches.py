"""Searching as the API documents it: operators, dates, sorting, pages, and what is refused."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import diagram, end, start, user_task

ONE = diagram("one", start() + user_task() + end(), "start>task task>end")


@pytest.mark.parametrize(
    ("resource", "wanted", "number"),
    [
        ("process-definitions", {"isLatestVersion": True}, 1),
        ("process-definitions", {"version": {"$gte": 1, "$lt": 2}}, 1),
        ("process-definitions", {"isLatestVersion": True, "version": 1}, 0),
        ("process-instances", {"state": {"$neq": "COMPLETED"}}, 2),
        ("process-instances", {"state": {"$notIn": ["ACTIVE"]}}, 1),
        ("process-instances", {"$or": [{"state": "COMPLETED"}, {"variables": [{"name": "n", "value": "1"}]}]}, 2),
        ("process-instances", {"elementId": "task"}, 2),
        ("process-instances", {"elementId": {"$like": "ta*"}, "state": "ACTIVE"}, 2),
        ("process-instances", {"startDate": {"$gte": "2026-03-02T09:00:00Z", "$lt": "2026-03-02T09:00:01Z"}}, 3),
        ("process-instances", {"startDate": {"$gt": "2026-03-02T17:00:00+08:00"}}, 0),
        ("process-instances", {"endDate": {"$exists": True}}, 1),
        ("process-instances", {"processDefinitionName": "one"}, 3),
        ("process-instances", {"variables": [{"name": "n", "value": {"$in": ["1", "2"]}}]}, 2),
        ("process-instances", {"variables": [{"name": "none", "value": {"$exists": False}}]}, 3),
        ("user-tasks", {"candidateGroup": "agent", "state": "CREATED"}, 2),
        ("user-tasks", {"candidateGroup": {"$in": ["agent", "x"]}, "state": {"$eq": "CREATED"}}, 2),
        ("user-tasks", {"candidateGroup": "x"}, 0),
        ("user-tasks", {"priority": {"$gt": 49, "$lte": 50}}, 3),
        ("user-tasks", {"processInstanceVariables": [{"name": "n", "value": "0"}]}, 1),
        ("user-tasks", {"name": {"$like": "t?sk"}}, 3),
        ("element-instances", {"type": "USER_TASK", "state": "ACTIVE"}, 2),
        ("element-instances", {"elementId": {"$in": ["start", "end"]}}, 4),
        ("variables", {"name": "n", "value": "1"}, 1),
        ("variables", {"name": "n", "value": {"$neq": "1"}}, 2),
        ("incidents", {"state": "ACTIVE"}, 0),
    ],
)
def test_a_filter_finds(api, resource, wanted, number):
    api.deploy(("one.bpmn", ONE))
    keys = [api.start("one", n=n) for n in range(3)]
    api.post(f"/user-tasks/{api.tasks(keys[0])[0]['userTaskKey']}/completion")
    api.deploy(("one.bpmn", ONE.replace(b'name="task"', b'name="other"')))
    assert len(api.search(resource, filter=wanted)) == number


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("process-instances", {"filter": {"processInstanceKey": str(2**70)}}),
        ("process-instances", {"filter": {"state": {"$in": "ACTIVE"}}}),
        ("process-instances", {"filter": {"state": {"$exists": "yes"}}}),
        ("process-instances", {"filter": {"state": {"$near": "x"}}}),
        ("process-instances", {"filter": {"startDate": "yesterday"}}),
        ("process-instances", {"filter": {"variables": ["n"]}}),
        ("process-instances", {"filter": {"variables": [{"value": "1"}]}}),
        ("process-instances", {"filter": {"$or": "x"}}),
        ("variables", {"filter": {"value": {"$like": "1*"}}}),
        ("user-tasks", {"sort": [{"field": "name", "order": "UP"}]}),
        ("user-tasks", {"page": {"limit": -1}}),
        ("user-tasks", {"page": {"after": "a", "before": "b"}}),
        ("user-tasks", {"filter": {"priority": "high"}}),
    ],
)
def test_what_cannot_be_searched_for_is_said_and_breaks_nothing(api, resource, body):
    answer = api.call("POST", f"/{resource}/search", body)
    assert (answer.status_code, answer.json["title"], answer.json["instance"]) == (
        400,
        "INVALID_ARGUMENT",
        f"/v2/{resource}/search",
    )


def test_a_page_may_begin_at_a_number(api):
    api.deploy(("one.bpmn", ONE))
    keys = [api.start("one") for _ in range(4)]
    found = api.post("/process-instances/search", {"page": {"from": 1, "limit": 2}})
    assert [each["processInstanceKey"] for each in found["items"]] == keys[1:3]
    assert found["page"]["totalItems"] == 4


def test_counts_by_element_over_all_instances(api):
    deployed = api.deploy(("one.bpmn", ONE)).json["deployments"][0]["processDefinition"]
    keys = [api.start("one") for _ in range(3)]
    api.post(f"/user-tasks/{api.tasks(keys[0])[0]['userTaskKey']}/completion")
    api.post(f"/process-instances/{keys[1]}/cancellation")
    counted = api.post(f"/process-definitions/{deployed['processDefinitionKey']}/statistics/element-instances")["items"]
    (task,) = (each for each in counted if each["elementId"] == "task")
    assert task == {"elementId": "task", "active": 1, "canceled": 1, "incidents": 0, "completed": 1}


def test_waiting_for_an_end_that_does_not_come_is_a_timeout(api):
    api.deploy(("one.bpmn", ONE))
    body = {"processDefinitionId": "one", "awaitCompletion": True, "requestTimeout": 1}
    answer = api.call("POST", "/process-instances", body)
    assert (answer.status_code, answer.json["title"]) == (504, "DEADLINE_EXCEEDED")
    assert len(api.search("process-instances", filter={"state": "ACTIVE"})) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/process-instances", {"processDefinitionId": "one", "tenantId": "other"}),
        ("/process-instances", {"processDefinitionId": "one", "runtimeInstructions": [{"afterElementId": "task"}]}),
        ("/messages/publication", {"name": "m", "tenantId": "other"}),
        ("/signals/broadcast", {"signalName": "s", "tenantId": "other"}),
    ],
)
def test_what_is_not_known_here_is_refused_and_not_passed_over(api, path, body):
    api.deploy(("one.bpmn", ONE))
    assert api.call("POST", path, body).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"/user-tasks/{10**22}/completion", {}, 404),
        ("GET", f"/variables/{10**22}", None, 404),
        ("POST", "/process-instances", {"processDefinitionId": "one", "processDefinitionVersion": 10**22}, 400),
        ("POST", "/process-instances", {"processDefinitionKey": str(10**22)}, 400),
        ("GET", "/decision-instances/none", None, 400),
        ("GET", "/decision-instances/12-1", None, 404),
    ],
)
def test_a_number_that_nothing_can_have_breaks_nothing(api, method, path, body, status):
    assert api.call(method, path, body).status_code == status
