"""Listeners over the API: jobs of their own kinds, and user tasks that wait for them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from engine.services import tasks
from tests.engine.diagrams import boundary, diagram, end, start, timer, user_task
from tests.web.api.drawing import job


def listeners(kind: str, *each: str) -> str:
    drawn = "".join(
        f'<zeebe:{kind}Listener eventType="{event}" type="{job_type}" retries="2"/>'
        for event, job_type in (text.split(":") for text in each)
    )
    return f"<zeebe:{kind}Listeners>{drawn}</zeebe:{kind}Listeners>"


def process(task: str, more: str = "", flows: str = "") -> bytes:
    return diagram("p", start() + task + end() + more, f"start>t t>end {flows}")


def with_task(*each: str, groups: str = "agent", rest: str = "", flows: str = "") -> bytes:
    return process(user_task("t", listeners("task", *each), groups), rest, flows)


ASSIGNED = 'agent" assignee="ann'  # candidate groups, and one more attribute


def answer(api, found, **result):
    body = {"result": {"type": "userTask", **result}} if result else {}
    return api.call("POST", f"/jobs/{found['jobKey']}/completion", body)


def agree(api, job_type: str, **result):
    found = api.job(job_type)
    told = answer(api, found, **result)
    assert told.status_code == 204, told.text
    return found


def task_of(api, key: str):
    (found,) = api.search("user-tasks", filter={"processInstanceKey": key})
    return found


def test_execution_listeners_are_jobs_that_say_so(api):
    key = api.begin(process(job("t", listeners("execution", "start:before", "end:after"))), "p")
    before = api.job("before")
    assert (before["kind"], before["listenerEventType"], before["retries"]) == ("EXECUTION_LISTENER", "START", 2)
    assert not api.jobs("t")
    api.complete(before, mine=1)
    work = api.job("t")
    assert (work["kind"], work["listenerEventType"]) == ("BPMN_ELEMENT", "UNSPECIFIED")
    assert work["variables"] == {"mine": 1}
    api.complete(work)
    api.complete(api.job("after"), result=2)
    assert api.variables(key) == {"result": 2}
    found = api.search("jobs", filter={"processInstanceKey": key, "kind": "EXECUTION_LISTENER"})
    assert {each["listenerEventType"] for each in found} == {"START", "END"}
    assert {each["state"] for each in found} == {"COMPLETED"}


@pytest.mark.proves("EXECUTION_LISTENER_NO_RETRIES, TASK_LISTENER_NO_RETRIES, AD_HOC_SUB_PROCESS_NO_RETRIES")
def test_a_listener_that_fails_is_an_incident_and_may_throw_no_error(api):
    key = api.begin(process(job("t", listeners("execution", "start:before"))), "p")
    found = api.job("before")
    assert api.call("POST", f"/jobs/{found['jobKey']}/error", {"errorCode": "E"}).status_code == 409
    api.post(f"/jobs/{found['jobKey']}/failure", {"retries": 0, "errorMessage": "no luck"})
    incident = api.incident(key)
    assert (incident["errorType"], incident["jobKey"]) == ("EXECUTION_LISTENER_NO_RETRIES", found["jobKey"])
    api.resolve(incident)
    api.complete(api.job("before"))
    assert api.job("t")


@pytest.mark.proves("EXECUTION_LISTENER_NO_RETRIES, TASK_LISTENER_NO_RETRIES, AD_HOC_SUB_PROCESS_NO_RETRIES")
def test_a_task_listener_without_tries_is_an_incident_by_its_own_name(api):
    key = api.begin(with_task("creating:made"), "p")
    api.post(f"/jobs/{api.job('made')['jobKey']}/failure", {"retries": 0})
    assert api.incident(key)["errorType"] == "TASK_LISTENER_NO_RETRIES"


@pytest.mark.proves("execution listeners")
def test_a_listener_has_the_elements_headers_and_its_own_before_them(api):
    def headers(**each: str) -> str:
        drawn = "".join(f'<zeebe:header key="{name}" value="{value}"/>' for name, value in each.items())
        return f"<zeebe:taskHeaders>{drawn}</zeebe:taskHeaders>"

    own = f'<zeebe:executionListener eventType="start" type="before">{headers(tone="warm")}</zeebe:executionListener>'
    drawn = headers(tone="cold", place="door") + f"<zeebe:executionListeners>{own}</zeebe:executionListeners>"
    api.begin(process(job("t", drawn)), "p")
    before = api.job("before")
    assert before["customHeaders"] == {"tone": "warm", "place": "door"}
    api.complete(before)
    assert api.job("t")["customHeaders"] == {"tone": "cold", "place": "door"}


@pytest.mark.proves("task listeners")
def test_a_task_is_nobodys_until_its_creating_and_assigning_listeners_agree(api):
    key = api.begin(with_task("creating:made", "assigning:given", groups=ASSIGNED), "p")
    assert task_of(api, key)["state"] == "CREATING"
    assert not api.tasks(key)
    made = agree(api, "made", corrections={"priority": 80, "candidateUsers": ["bob"]})
    assert (made["kind"], made["listenerEventType"], made["userTask"]["assignee"]) == (
        "TASK_LISTENER",
        "CREATING",
        "ann",
    )
    assert (task_of(api, key)["state"], task_of(api, key)["assignee"]) == ("ASSIGNING", None)
    given = agree(api, "given")
    assert (given["userTask"]["assignee"], given["userTask"]["changedAttributes"]) == ("ann", ["assignee"])
    (task,) = api.tasks(key)
    assert (task["assignee"], task["priority"], task["candidateUsers"]) == ("ann", 80, ["bob"])


def test_a_creating_listener_gives_the_task_to_somebody_only_where_the_process_has_not(api):
    key = api.begin(with_task("creating:made"), "p")
    agree(api, "made", corrections={"assignee": "bob", "dueDate": "2026-03-09T10:00:00Z"})
    (task,) = api.tasks(key)
    assert (task["assignee"], task["dueDate"]) == ("bob", "2026-03-09T10:00:00.000Z")
    api.begin(with_task("creating:made", groups=ASSIGNED), "p")
    found = api.job("made")
    assert answer(api, found, corrections={"assignee": "bob"}).status_code == 409
    assert answer(api, found, denied=True).status_code == 400


@pytest.mark.proves("task listeners", "/v2 jobs")
def test_an_assignment_waits_for_its_listeners_who_may_correct_or_deny_it(api):
    key = api.begin(with_task("assigning:one", "assigning:two"), "p")
    task = int(task_of(api, key)["userTaskKey"])
    tasks.assign(api.runtime, task, "ann", who="admin")
    assert (task_of(api, key)["state"], task_of(api, key)["assignee"]) == ("ASSIGNING", None)
    with pytest.raises(tasks.TaskNotOpen, match="listeners"):
        tasks.complete(api.runtime, task, who="admin")
    agree(api, "one", corrections={"assignee": "bob", "priority": 10})
    two = agree(api, "two")
    assert two["userTask"]["changedAttributes"] == ["assignee", "priority"]
    assert (task_of(api, key)["assignee"], task_of(api, key)["priority"]) == ("bob", 10)
    tasks.unclaim(api.runtime, task, who="admin")
    agree(api, "one", denied=True, deniedReason="no")
    assert not api.jobs("two")
    found = task_of(api, key)
    assert (found["state"], found["assignee"]) == ("CREATED", "bob")
    denied = api.search("jobs", filter={"processInstanceKey": key, "isDenied": True})
    assert [each["deniedReason"] for each in denied] == ["no"]


@pytest.mark.proves("task listeners")
def test_a_completion_waits_for_its_listeners_and_is_done_by_who_asked(api):
    key = api.begin(with_task("completing:check"), "p")
    task = int(task_of(api, key)["userTaskKey"])
    tasks.complete(api.runtime, task, {"x": 1}, who="ann")
    assert (task_of(api, key)["state"], api.state(key)) == ("COMPLETING", "ACTIVE")
    assert "x" not in api.variables(key)
    agree(api, "check", denied=True, deniedReason="not yet")
    assert (task_of(api, key)["state"], api.variables(key)) == ("CREATED", {})
    tasks.complete(api.runtime, task, {"x": 2}, who="ann")
    agree(api, "check", corrections={"priority": 1})
    assert (api.state(key), api.variables(key)["x"]) == ("COMPLETED", 2)
    assert task_of(api, key)["state"] == "COMPLETED"
    assert api.variables(key, str(task))["completed_by"] == "ann"


@pytest.mark.parametrize("denied", [True, False])
@pytest.mark.proves("task listeners")
def test_the_api_answers_when_the_listeners_have(api, denied):
    key = api.begin(with_task("completing:check"), "p")
    task = task_of(api, key)["userTaskKey"]
    told = []

    def ask() -> None:
        told.append(api.call("POST", f"/user-tasks/{task}/completion", {"action": "escalate"}))

    asking = threading.Thread(target=ask)
    asking.start()
    found = api.post("/jobs/activation", {"type": "check", "timeout": 60000, "maxJobsToActivate": 1})["jobs"]
    while not found:
        found = api.post("/jobs/activation", {"type": "check", "timeout": 60000, "maxJobsToActivate": 1})["jobs"]
    assert found[0]["userTask"]["action"] == "escalate"
    answer(api, found[0], denied=denied, deniedReason="because")
    asking.join()
    assert told[0].status_code == (409 if denied else 204)
    assert not denied or "because" in told[0].json["detail"]


@pytest.mark.proves("task listeners")
def test_updates_and_variables_set_on_the_task_wait_for_updating_listeners(api):
    key = api.begin(with_task("updating:seen"), "p")
    task = task_of(api, key)["userTaskKey"]
    tasks.update(api.runtime, int(task), {"priority": 70}, who="admin")
    seen = agree(api, "seen")
    assert (seen["userTask"]["priority"], seen["userTask"]["changedAttributes"]) == (70, ["priority"])
    assert task_of(api, key)["priority"] == 70
    api.put_variables(task, {"note": "x"}, local=True)
    assert api.variables(key, task) == {}
    agree(api, "seen")
    assert api.variables(key, task) == {"note": "x"}


@pytest.mark.proves("task listeners")
def test_canceling_listeners_hear_of_a_task_that_was_taken_away(api):
    rest = boundary("late", "t", timer("duration", "PT1H"))
    key = api.begin(with_task("canceling:gone", rest=rest, flows="late>end"), "p")
    api.call("POST", f"/process-instances/{key}/cancellation", {})
    assert (api.state(key), task_of(api, key)["state"]) == ("TERMINATED", "CANCELED")
    found = api.job("gone")
    assert (found["kind"], found["listenerEventType"]) == ("TASK_LISTENER", "CANCELING")
    api.post(f"/jobs/{found['jobKey']}/failure", {"retries": 0, "errorMessage": "no luck"})
    incident = api.incident(key)
    api.resolve(incident)
    assert answer(api, api.job("gone")).status_code == 204


def test_a_task_that_is_taken_away_while_a_listener_is_asked_withdraws_it(api):
    rest = boundary("late", "t", timer("duration", "PT1H"))
    key = api.begin(with_task("creating:made", rest=rest, flows="late>end"), "p")
    api.call("POST", f"/process-instances/{key}/cancellation", {})
    assert not api.jobs("made")
    assert task_of(api, key)["state"] == "CANCELED"


def test_a_task_listener_gives_no_variables(api):
    api.begin(with_task("creating:made"), "p")
    found = api.job("made")
    assert api.call("POST", f"/jobs/{found['jobKey']}/completion", {"variables": {"x": 1}}).status_code == 400


def test_a_task_listener_whose_type_cannot_be_told_is_an_incident_on_the_task(api):
    key = api.begin(with_task("completing:=kind"), "p")
    task = int(task_of(api, key)["userTaskKey"])
    tasks.complete(api.runtime, task, {"x": 1}, who="ann")
    incident = api.incident(key)
    assert incident["elementId"] == "t"
    api.put_variables(key, {"kind": "check"})
    api.resolve(incident)
    agree(api, "check")
    assert (api.state(key), api.variables(key)["x"]) == ("COMPLETED", 1)


@pytest.mark.proves("/v2 user tasks")
def test_what_listeners_denied_or_agreed_to_is_in_the_tasks_log_by_its_own_name(api, monkeypatch):
    monkeypatch.setattr("web.api.views.tasks.LONGEST_WAIT", timedelta(0))
    key = api.begin(with_task("assigning:given"), "p")
    path = f"/user-tasks/{api.tasks(key)[0]['userTaskKey']}"
    for denied in (True, False):
        body = {"assignee": "ann", "action": "approve " * 20}
        assert api.call("POST", f"{path}/assignment", body).status_code == 504
        agree(api, "given", denied=denied)
    found = api.post(f"{path}/audit-logs/search", {"sort": [{"field": "auditLogKey"}]})["items"]
    assert [(each["operationType"], each["result"]) for each in found] == [("ASSIGN", "FAIL"), ("ASSIGN", "SUCCESS")]
