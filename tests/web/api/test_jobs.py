"""Jobs as workers of any language see them."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta

import pytest

from tests.engine.diagrams import diagram, end, start, user_task
from tests.web.api.drawing import job


def one(api, retries: str = "3", extensions: str = "", **variables: object) -> str:
    xml = diagram("p", start() + job("w", extensions, retries=retries) + user_task("t") + end(), "start>w w>t t>end")
    return str(api.begin(xml, "p", **variables))


@pytest.mark.parametrize(("retries", "expected"), [("5", 5), ("=n", 7), ("=n + 1", 8)])
def test_a_job_has_the_retries_and_headers_of_the_diagram(api, retries, expected):
    headers = '<zeebe:taskHeaders><zeebe:header key="to" value="a"/></zeebe:taskHeaders>'
    key = one(api, retries, headers, n=7)
    found = api.job("w")
    assert (found["retries"], found["customHeaders"], found["processInstanceKey"]) == (expected, {"to": "a"}, key)
    assert (found["elementId"], found["processDefinitionVersion"], found["kind"]) == ("w", 1, "BPMN_ELEMENT")


def test_a_job_that_nobody_answers_comes_again_when_its_time_is_over(api, clock):
    one(api)
    first = api.job("w")
    assert first["deadline"] == int((clock() + timedelta(minutes=1)).timestamp() * 1000)
    clock.advance(timedelta(seconds=59))
    assert api.jobs("w") == []
    clock.advance(timedelta(seconds=1))
    again = api.job("w")
    assert (again["jobKey"], again["retries"]) == (first["jobKey"], 3)


def test_a_worker_asks_for_more_time(api, clock):
    one(api)
    found = api.job("w")
    assert api.call("PATCH", f"/jobs/{found['jobKey']}", {"changeset": {"timeout": 600_000}}).status_code == 204
    clock.advance(timedelta(minutes=9))
    assert api.jobs("w") == []


@pytest.mark.parametrize("changes", [{}, {"retries": None}, {"retries": 0}])
def test_a_change_of_nothing_or_to_nothing_is_refused(api, changes):
    one(api)
    assert api.call("PATCH", f"/jobs/{api.job('w')['jobKey']}", {"changeset": changes}).status_code == 400


@pytest.mark.proves("/v2 jobs")
def test_a_failed_job_waits_for_its_backoff_and_takes_the_workers_variables_along(api, clock):
    one(api)
    found = api.job("w")
    body = {"retries": 2, "errorMessage": "busy", "retryBackOff": 60_000, "variables": {"hint": 1}}
    api.post(f"/jobs/{found['jobKey']}/failure", body)
    assert api.jobs("w") == []
    (stored,) = api.search("jobs", filter={"type": "w"})
    assert (stored["hasFailedWithRetriesLeft"], stored["errorMessage"], stored["deadline"]) == (True, "busy", None)
    clock.advance(timedelta(minutes=1))
    again = api.job("w")
    assert (again["retries"], again["variables"]) == (2, {"hint": 1})
    (scoped,) = api.search("variables", filter={"name": "hint"})
    assert scoped["scopeKey"] == found["elementInstanceKey"]


def test_only_the_variables_that_are_asked_for_come(api):
    one(api, a=1, b=2, c=3)
    assert api.jobs("w", fetchVariable=["a", "c", "none"])[0]["variables"] == {"a": 1, "c": 3}


def test_jobs_come_in_order_and_no_more_than_asked(api):
    keys = [one(api)] + [api.start("p") for _ in range(2)]
    assert [each["processInstanceKey"] for each in api.jobs("w", maxJobsToActivate=2)] == keys[:2]
    assert [each["processInstanceKey"] for each in api.jobs("w")] == keys[2:]


@pytest.mark.parametrize(
    "more",
    [{"type": ""}, {"timeout": 0}, {"maxJobsToActivate": 0}, {"type": None}, {"timeout": "soon"}, {"fetchVariable": "a"}],
)  # fmt: skip
def test_a_bad_question_is_said_so(api, more):
    ask = {"type": "w", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1} | more
    answer = api.call("POST", "/jobs/activation", ask)
    assert (answer.status_code, answer.json["title"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.proves("/v2 jobs")
def test_a_job_of_a_cancelled_instance_is_gone(api):
    key = one(api)
    found = api.job("w")
    api.post(f"/process-instances/{key}/cancellation")
    for command in ("completion", "failure", "error"):
        answer = api.call("POST", f"/jobs/{found['jobKey']}/{command}", {"errorCode": "x", "retries": 1})
        assert answer.status_code == 409, command
    (stored,) = api.search("jobs", filter={"processInstanceKey": key})
    assert stored["state"] == "CANCELED"


def poll(api, connection: socket.socket, wait: int = 20_000) -> list[dict[str, object]]:
    ask = {"type": "w", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": wait}
    answer = api.call("POST", "/jobs/activation", ask, environ_overrides={"gunicorn.socket": connection})
    return list(answer.json["jobs"])


@pytest.mark.proves("/v2 jobs")
def test_a_worker_that_has_gone_away_takes_no_job_and_no_thread(api):
    ours, theirs = socket.socketpair()
    theirs.close()
    began = time.monotonic()
    assert poll(api, ours) == []
    assert time.monotonic() - began < 10
    ours.close()


def test_a_worker_that_waits_gets_the_job_that_comes(api):
    ours, theirs = socket.socketpair()
    coming = threading.Timer(0.3, one, [api])
    coming.start()
    assert [each["type"] for each in poll(api, ours)] == ["w"]
    coming.join()
    ours.close()
    theirs.close()


@pytest.mark.parametrize("more", [{"maxJobsToActivate": 1.5}, {"requestTimeout": 0.5}, {"timeout": 10.5}])
def test_half_a_job_or_millisecond_is_refused(api, more):
    ask = {"type": "w", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1} | more
    assert api.call("POST", "/jobs/activation", ask).status_code == 400


def test_numbers_may_be_texts_as_one_of_camundas_clients_sends_them(api):
    one(api)
    (found,) = api.jobs("w", timeout="60000", requestTimeout="-1", maxJobsToActivate="1")
    assert found["type"] == "w"
