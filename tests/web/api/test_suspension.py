"""Suspending and resuming over `/v2`, as Camunda 8.10 documents it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.api.test_v2 import LATE, ONE_JOB, ONE_TASK, WAITS


def suspend(api, key, **body):
    api.post(f"/process-instances/{key}/suspension", body)


def test_a_suspended_instance_shows_so_in_search_and_is_no_longer_among_the_active(api):
    key = api.begin(ONE_TASK, "one")
    other = api.start("one")
    suspend(api, key, reason="维护", operationReference=7)
    found = api.call("GET", f"/process-instances/{key}").json
    assert (found["state"], found["suspendedDate"]) == ("SUSPENDED", "2026-03-02T09:00:00.000Z")
    for wanted, keys in (
        ("ACTIVE", [other]),
        ("SUSPENDED", [key]),
        ({"$in": ["ACTIVE", "SUSPENDED"]}, [key, other]),
        ({"$neq": "SUSPENDED"}, [other]),
        ({"$like": "SUSP*"}, [key]),
        ({"$notIn": ["ACTIVE"]}, [key]),
    ):
        items = api.search("process-instances", filter={"state": wanted}, sort=[{"field": "processInstanceKey"}])
        assert [item["processInstanceKey"] for item in items] == keys, wanted
    api.post(f"/process-instances/{key}/resumption")
    found = api.call("GET", f"/process-instances/{key}").json
    assert (found["state"], found["suspendedDate"]) == ("ACTIVE", None)


def test_sorting_by_state_pages_with_cursors(api):
    key = api.begin(ONE_TASK, "one")
    other = api.start("one")
    suspend(api, key)
    page = api.post("/process-instances/search", {"sort": [{"field": "state"}], "page": {"limit": 1}})
    assert page["items"][0]["processInstanceKey"] == other
    after = page["page"]["endCursor"]
    page = api.post("/process-instances/search", {"sort": [{"field": "state"}], "page": {"limit": 1, "after": after}})
    assert page["items"][0]["processInstanceKey"] == key


@pytest.mark.proves("/v2 process instances")
def test_what_a_suspended_instance_refuses_is_an_invalid_state(api):
    key = api.begin(ONE_TASK, "one")
    suspend(api, key)
    (task,) = api.tasks(key)
    for path, body in (
        (f"/user-tasks/{task['userTaskKey']}/completion", {}),
        (f"/process-instances/{key}/modification", {"activateInstructions": [{"elementId": "e"}]}),
        (f"/process-instances/{key}/suspension", {}),
    ):
        answer = api.call("POST", path, body)
        assert (answer.status_code, answer.json["title"]) == (409, "INVALID_STATE"), path
        assert "suspended" in answer.json["detail"]
        assert answer.content_type == "application/problem+json"
    assert len(api.tasks(key)) == 1


def test_workers_get_its_jobs_only_after_the_resume(api):
    key = api.begin(ONE_JOB, "job")
    suspend(api, key)
    assert api.jobs("pay") == []
    api.post(f"/process-instances/{key}/resumption")
    api.complete(api.job("pay"))
    assert api.state(key) == "COMPLETED"


def test_its_timer_fires_after_the_resume(api, clock):
    key = api.begin(LATE, "late")
    suspend(api, key)
    clock.advance(timedelta(hours=2))
    api.work()
    assert api.state(key) == "SUSPENDED"
    api.post(f"/process-instances/{key}/resumption")
    api.work()
    assert api.state(key) == "COMPLETED"


def test_a_message_with_a_time_to_live_is_taken_on_resume_and_correlating_finds_nobody(api):
    key = api.begin(WAITS, "waits", order="5")
    suspend(api, key)
    assert api.call("POST", "/messages/correlation", {"name": "paid", "correlationKey": "5"}).status_code == 404
    api.publish("paid", "5", timeToLive=60_000)
    assert api.state(key) == "SUSPENDED"
    api.post(f"/process-instances/{key}/resumption")
    assert api.state(key) == "COMPLETED"


def test_variables_and_cancellation_are_allowed_meanwhile(api):
    key = api.begin(ONE_TASK, "one")
    suspend(api, key)
    api.put_variables(key, {"amount": 3})
    assert api.variables(key) == {"amount": 3}
    api.post(f"/process-instances/{key}/cancellation")
    assert api.state(key) == "TERMINATED"


def test_odd_requests_are_problems(api):
    key = api.begin(ONE_TASK, "one")
    for path, body, status in (
        ("/process-instances/999/suspension", {}, 404),
        (f"/process-instances/{key}/resumption", {}, 409),
        (f"/process-instances/{key}/suspension", {"operationReference": 0}, 400),
        (f"/process-instances/{key}/suspension", {"reason": "x" * 1001}, 400),
        (f"/process-instances/{key}/suspension", {"reason": 5}, 400),
        (f"/process-instances/{2**63}/suspension", {}, 404),
    ):
        answer = api.call("POST", path, body)
        assert (answer.status_code, answer.json["status"]) == (status, status), (path, body)
    api.post(f"/process-instances/{key}/cancellation")
    assert api.call("POST", f"/process-instances/{key}/suspension").status_code == 409
