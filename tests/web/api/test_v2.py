"""`/v2` as a client uses it, on both databases."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from tests.engine.diagrams import diagram

TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
MESSAGE = (
    '<bpmn:message id="m" name="paid"><bpmn:extensionElements><zeebe:subscription correlationKey="=order"/>'
    "</bpmn:extensionElements></bpmn:message>"
)
JOB = (
    '<bpmn:serviceTask id="pay"><bpmn:extensionElements><zeebe:taskDefinition type="pay" retries="2"/>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
START, END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'

ONE_TASK = diagram("one", START + '<bpmn:userTask id="t" name="核实"/>' + END, "s>t t>e")
ONE_JOB = diagram("job", START + JOB + END, "s>pay pay>e")
WAITS = diagram(
    "waits",
    START + '<bpmn:receiveTask id="r" messageRef="m"/>' + END,
    "s>r r>e",
    MESSAGE,
)
LATE = diagram(
    "late",
    START + f'<bpmn:userTask id="t"/><bpmn:boundaryEvent id="b" attachedToRef="t">{TIMER}</bpmn:boundaryEvent>' + END,
    "s>t t>e b>e",
)


@pytest.mark.proves("/v2 credentials")
def test_nobody_gets_in_without_credentials(api):
    assert api.client.get("/v2/topology").status_code == 401
    assert api.client.post("/v2/process-instances", json={}).status_code == 401


def test_a_wrong_password_is_refused(api):
    api.headers = {"Authorization": "Basic YWRtaW46bm8="}
    answer = api.call("GET", "/topology")
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


@pytest.mark.proves("/v2 cluster")
def test_topology_says_what_a_client_looks_for(api):
    found = api.call("GET", "/topology").json
    assert found["brokers"][0]["partitions"][0]["role"] == "leader"
    assert found["gatewayVersion"].startswith("8.")


@pytest.mark.proves("/v2 deployments")
def test_a_deployment_names_what_it_brought_and_keeps_the_version_of_the_unchanged(api):
    first = api.deploy(("one.bpmn", ONE_TASK)).json["deployments"][0]["processDefinition"]
    assert (first["processDefinitionId"], first["processDefinitionVersion"]) == ("one", 1)
    again = api.deploy(("one.bpmn", ONE_TASK)).json["deployments"][0]["processDefinition"]
    assert again == first
    changed = api.deploy(("one.bpmn", ONE_TASK.replace("核实".encode(), "复核".encode()))).json
    assert changed["deployments"][0]["processDefinition"]["processDefinitionVersion"] == 2
    xml = api.call("GET", f"/process-definitions/{first['processDefinitionKey']}/xml")
    assert xml.data == ONE_TASK


@pytest.mark.proves("/v2 deployments")
def test_a_broken_diagram_is_refused_with_where_and_why_and_nothing_is_deployed(api):
    broken = diagram("bad", START + '<bpmn:serviceTask id="x"/>' + END, "s>x x>e")
    answer = api.deploy(("one.bpmn", ONE_TASK), ("bad.bpmn", broken))
    assert answer.status_code == 400
    finding = answer.json["findings"][0]
    assert (finding["file"], finding["element_id"], finding["code"]) == ("bad.bpmn", "x", "missing-job-type")
    assert api.search("process-definitions") == []


@pytest.mark.proves("/v2 user tasks")
def test_a_user_task_is_found_assigned_and_completed(api):
    api.deploy(("one.bpmn", ONE_TASK))
    key = api.start("one", amount=3)
    (task,) = api.search("user-tasks", filter={"processInstanceKey": key, "state": "CREATED"})
    assert (task["name"], task["assignee"]) == ("核实", None)
    api.post(f"/user-tasks/{task['userTaskKey']}/assignment", {"assignee": "li"})
    taken = api.call(
        "POST", f"/user-tasks/{task['userTaskKey']}/assignment", {"assignee": "wu", "allowOverride": False}
    )
    assert taken.status_code == 409
    api.post(f"/user-tasks/{task['userTaskKey']}/completion", {"variables": {"done": True}})
    found = api.call("GET", f"/process-instances/{key}").json
    assert found["state"] == "COMPLETED"
    values = {
        v["name"]: v["value"] for v in api.search("variables", filter={"processInstanceKey": key, "scopeKey": key})
    }
    assert values == {"amount": "3", "done": "true"}
    again = api.call("POST", f"/user-tasks/{task['userTaskKey']}/completion", {})
    assert again.status_code == 409


@pytest.mark.proves("/v2 jobs", "/v2 incidents", "JOB_NO_RETRIES", "any of them, resolved")
def test_a_worker_takes_a_job_fails_it_to_an_incident_and_a_repair_lets_it_go_on(api):
    api.deploy(("job.bpmn", ONE_JOB))
    key = api.start("job", amount=3)
    ask = {"type": "pay", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 5, "requestTimeout": -1}
    (job,) = api.post("/jobs/activation", ask)["jobs"]
    assert (job["variables"], job["retries"], job["elementId"]) == ({"amount": 3}, 2, "pay")
    assert api.post("/jobs/activation", ask)["jobs"] == []
    api.post(f"/jobs/{job['jobKey']}/failure", {"retries": 0, "errorMessage": "no answer"})
    (incident,) = api.search("incidents", filter={"processInstanceKey": key, "state": "ACTIVE"})
    assert (incident["errorType"], incident["errorMessage"]) == ("JOB_NO_RETRIES", "no answer")
    assert api.call("GET", f"/process-instances/{key}").json["hasIncident"] is True
    assert api.call("PATCH", f"/jobs/{job['jobKey']}", {"changeset": {"retries": 1}}).status_code == 204
    api.post(f"/incidents/{incident['incidentKey']}/resolution")
    (job,) = api.post("/jobs/activation", ask)["jobs"]
    api.post(f"/jobs/{job['jobKey']}/completion", {"variables": {"paid": 3}})
    assert api.call("GET", f"/process-instances/{key}").json["state"] == "COMPLETED"


@pytest.mark.proves("/v2 messages, signals")
def test_a_message_reaches_the_instance_that_waits_for_its_key(api):
    api.deploy(("waits.bpmn", WAITS))
    one, other = api.start("waits", order="1"), api.start("waits", order="2")
    taken = api.post("/messages/correlation", {"name": "paid", "correlationKey": "2", "variables": {"by": "card"}})
    assert taken["processInstanceKey"] == other
    states = {i["processInstanceKey"]: i["state"] for i in api.search("process-instances")}
    assert states == {one: "ACTIVE", other: "COMPLETED"}
    missed = api.call("POST", "/messages/correlation", {"name": "paid", "correlationKey": "9"})
    assert missed.status_code == 404


def test_a_message_that_came_early_is_kept_for_its_time(api):
    api.deploy(("waits.bpmn", WAITS))
    api.post("/messages/publication", {"name": "paid", "correlationKey": "7", "timeToLive": 60_000, "messageId": "a"})
    twice = {"name": "paid", "correlationKey": "7", "timeToLive": 60_000, "messageId": "a"}
    assert api.call("POST", "/messages/publication", twice).status_code == 409
    key = api.start("waits", order="7")
    assert api.call("GET", f"/process-instances/{key}").json["state"] == "COMPLETED"


@pytest.mark.proves("/v2 clock (test mode)")
def test_a_timer_fires_when_the_clock_is_moved(api, clock):
    api.deploy(("late.bpmn", LATE))
    key = api.start("late")
    at = clock() + timedelta(hours=1)
    api.work()
    assert api.call("GET", f"/process-instances/{key}").json["state"] == "ACTIVE"
    pinned = api.call("PUT", "/clock", {"timestamp": int(at.timestamp() * 1000)})
    assert pinned.status_code == 204
    api.work()
    assert api.call("GET", f"/process-instances/{key}").json["state"] == "COMPLETED"
    elements = {
        e["elementName"]: e["state"] for e in api.search("element-instances", filter={"processInstanceKey": key})
    }
    assert elements["t"] == "TERMINATED"
    assert elements["b"] == "COMPLETED"


@pytest.mark.proves("/v2 process instances")
def test_an_instance_is_cancelled_once(api):
    api.deploy(("one.bpmn", ONE_TASK))
    key = api.start("one")
    assert api.call("POST", f"/process-instances/{key}/cancellation", {}).status_code == 204
    assert api.call("GET", f"/process-instances/{key}").json["state"] == "TERMINATED"
    assert api.call("POST", f"/process-instances/{key}/cancellation", {}).status_code in (404, 409)


TWO = diagram("two", START + '<bpmn:userTask id="a"/><bpmn:userTask id="b"/>' + END, "s>a a>b b>e")


@pytest.mark.proves("/v2 process instances")
def test_a_token_is_moved_and_an_instance_starts_where_it_is_told(api):
    api.deploy(("two.bpmn", TWO))
    key = api.start("two")
    (task,) = api.search("element-instances", filter={"processInstanceKey": key, "elementId": "a"})
    api.post(
        f"/process-instances/{key}/modification",
        {
            "activateInstructions": [{"elementId": "b", "variableInstructions": [{"variables": {"x": 1}}]}],
            "terminateInstructions": [{"elementInstanceKey": task["elementInstanceKey"]}],
        },
    )
    open_tasks = api.search("user-tasks", filter={"processInstanceKey": key, "state": "CREATED"})
    assert [each["elementId"] for each in open_tasks] == ["b"]
    created = api.post("/process-instances", {"processDefinitionId": "two", "startInstructions": [{"elementId": "b"}]})
    open_tasks = api.search(
        "user-tasks", filter={"processInstanceKey": created["processInstanceKey"], "state": "CREATED"}
    )
    assert [each["elementId"] for each in open_tasks] == ["b"]


def test_pages_follow_their_cursors_both_ways(api):
    api.deploy(("one.bpmn", ONE_TASK))
    keys = [api.start("one") for _ in range(5)]
    order = [{"field": "processInstanceKey", "order": "DESC"}]
    first = api.post("/process-instances/search", {"sort": order, "page": {"limit": 2}})
    assert [i["processInstanceKey"] for i in first["items"]] == keys[:2:-1]
    assert first["page"]["totalItems"] == 5
    second = api.post(
        "/process-instances/search", {"sort": order, "page": {"limit": 2, "after": first["page"]["endCursor"]}}
    )
    assert [i["processInstanceKey"] for i in second["items"]] == keys[2:0:-1]
    back = api.post(
        "/process-instances/search", {"sort": order, "page": {"limit": 2, "before": second["page"]["startCursor"]}}
    )
    assert back["items"] == first["items"]


@pytest.mark.proves("/v2 process instances")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"processDefinitionId": "one"}, 3),
        ({"processDefinitionId": {"$like": "o*"}}, 3),
        ({"processDefinitionId": {"$neq": "one"}}, 0),
        ({"state": {"$in": ["COMPLETED", "TERMINATED"]}}, 0),
        ({"variables": [{"name": "n", "value": "1"}]}, 1),
        ({"startDate": {"$gt": "2020-01-01T00:00:00Z"}}, 3),
        ({"endDate": {"$exists": True}}, 0),
        ({"parentProcessInstanceKey": {"$exists": False}}, 3),
        ({"hasIncident": False}, 3),
    ],
)
def test_filters(api, wanted, found):
    api.deploy(("one.bpmn", ONE_TASK))
    for number in range(3):
        api.start("one", n=number)
    assert len(api.search("process-instances", filter=wanted)) == found


@pytest.mark.proves("/v2 errors", "/v2 users, groups, roles, tenants, authorizations, documents")
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/process-instances", {"processDefinitionId": "none"}, 404),
        ("POST", "/process-instances", {}, 400),
        ("POST", "/process-instances", {"processDefinitionId": 7}, 400),
        ("POST", "/process-instances/search", {"filter": {"nope": 1}}, 400),
        ("POST", "/process-instances/search", {"sort": [{"field": "nope"}]}, 400),
        ("POST", "/process-instances/search", {"page": {"after": "??"}}, 400),
        ("POST", "/process-instances/search", {"filter": {"processInstanceKey": "x"}}, 400),
        ("GET", "/process-instances/12", None, 404),
        ("POST", "/user-tasks/12/completion", {}, 404),
        ("POST", "/jobs/12/completion", {}, 404),
        ("POST", "/jobs/activation", {"type": "x"}, 400),
        ("POST", "/incidents/12/resolution", {}, 404),
        ("GET", "/nothing", None, 404),
        ("POST", "/users/search", {}, 404),
        ("POST", "/groups/search", {}, 404),
        ("POST", "/roles/search", {}, 404),
        ("POST", "/tenants/search", {}, 404),
        ("POST", "/authorizations/search", {}, 404),
        ("POST", "/documents", {}, 404),
        ("DELETE", "/topology", None, 405),
    ],
)
def test_bad_input_is_a_problem_with_its_status(api, method, path, body, status):
    answer = api.call(method, path, body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["detail"]


@pytest.mark.proves("/v2 deployments")
def test_a_refused_deployment_speaks_the_language_that_is_asked_for(api):
    broken = (
        "broken.bpmn",
        diagram("broken", START + '<bpmn:userTask id="t"/>', "s>t").replace(b'targetRef="t"', b'targetRef="gone"'),
    )
    details = {}
    for language in (None, "zh-CN,zh;q=0.9", "en-GB", "fr"):
        headers = {**api.headers, **({"Accept-Language": language} if language else {})}
        answer = api.client.post(
            "/v2/deployments", data={"resources": [(io.BytesIO(broken[1]), broken[0])]}, headers=headers
        )
        assert answer.status_code == 400
        assert {"severity", "file", "element_id", "line", "message", "message_zh", "hint", "hint_zh"} <= answer.json[
            "findings"
        ][0].keys()
        details[language] = answer.json["detail"]
    assert details[None] == details["en-GB"] == details["fr"] != details["zh-CN,zh;q=0.9"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in details["zh-CN,zh;q=0.9"])
