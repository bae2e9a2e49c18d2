"""Migration, moving tokens and batch operations over `/v2`, in Camunda's words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.diagrams import boundary, catch, diagram, end, start, timer, user_task
from tests.web.api.test_v2 import END, LATE, ONE_JOB, ONE_TASK, START

TWO = diagram("one", START + '<bpmn:userTask id="t"/><bpmn:userTask id="u"/>' + END, "s>t t>u u>e")
OTHER = diagram("one", START + '<bpmn:userTask id="x"/>' + END, "s>x x>e")


def deployed(api, xml):
    return api.deploy(("one.bpmn", xml)).json["deployments"][0]["processDefinition"]["processDefinitionKey"]


@pytest.fixture
def versions(api):
    """An instance of the first version, and the keys of both."""
    first = deployed(api, ONE_TASK)
    key = api.start("one")
    return key, first, deployed(api, TWO)


def mapped(target, *pairs, **more):
    instructions = [{"sourceElementId": one, "targetElementId": other} for one, other in pairs]
    return {"targetProcessDefinitionKey": target, "mappingInstructions": instructions, **more}


@pytest.mark.proves("/v2 migration")
def test_an_instance_is_migrated_and_goes_on_in_the_new_version(api, versions):
    key, _, target = versions
    (task,) = api.tasks(key)
    api.post(f"/process-instances/{key}/migration", mapped(target, ("t", "t")))
    found = api.call("GET", f"/process-instances/{key}").json
    assert (found["processDefinitionKey"], found["processDefinitionVersion"]) == (target, 2)
    api.post(f"/user-tasks/{task['userTaskKey']}/completion")
    assert [each["elementId"] for each in api.tasks(key)] == ["u"]


@pytest.mark.proves("/v2 migration")
def test_the_plan_is_proposed_and_tried_before(api, versions):
    key, first, target = versions
    plan = api.call("GET", f"/process-definitions/{first}/migration-plan?targetProcessDefinitionKey={target}").json
    assert {"sourceElementId": "t", "targetElementId": "t"} in plan["mappingInstructions"]
    assert (plan["newElementIds"], plan["obstacles"]) == (["u"], [])
    body = {"targetProcessDefinitionKey": target, "mappingInstructions": plan["mappingInstructions"]}
    found = api.post(f"/process-instances/{key}/migration/preview", body)
    assert (found["possible"], found["obstacles"]) == (True, [])
    assert api.call("GET", f"/process-instances/{key}").json["processDefinitionVersion"] == 1


@pytest.mark.proves("/v2 migration")
def test_what_cannot_be_migrated_is_a_problem_with_its_obstacles(api, versions):
    key, _, _ = versions
    other = deployed(api, OTHER)
    answer = api.call("POST", f"/process-instances/{key}/migration", mapped(other))
    assert (answer.status_code, answer.json["title"]) == (409, "INVALID_STATE")
    (obstacle,) = answer.json["obstacles"]
    assert (obstacle["code"], obstacle["source"]) == ("active-not-mapped", "t")
    assert obstacle["message_zh"] == "“t”正在进行，但没有映射目标。"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"targetProcessDefinitionKey": "x", "mappingInstructions": []},
        {"targetProcessDefinitionKey": "{target}"},
        mapped("{target}", ("t", "t"), ("t", "u")),
        mapped("{target}", ("nothing", "t")),
        mapped("{target}", ("t", "e")),
        mapped("{target}", ("t", ""), timers="KEEP"),
        mapped("{target}", ("t", "t"), timers="SOMETIMES"),
    ],
)
def test_a_plan_that_does_not_fit_is_an_invalid_argument(api, versions, body):
    key, _, target = versions
    body = {name: target if value == "{target}" else value for name, value in body.items()}
    answer = api.call("POST", f"/process-instances/{key}/migration", body)
    assert (answer.status_code, answer.json["title"]) == (400, "INVALID_ARGUMENT"), answer.text
    assert answer.content_type == "application/problem+json"


def test_an_unknown_instance_or_target_is_not_found(api, versions):
    key, _, target = versions
    assert api.call("POST", "/process-instances/9/migration", mapped(target, ("t", "t"))).status_code == 404
    assert api.call("POST", f"/process-instances/{key}/migration", mapped("9", ("t", "t"))).status_code == 404


def test_tokens_are_moved_and_ended_by_element_id(api):
    key = api.begin(TWO, "one")
    moved = {"sourceElementInstruction": {"sourceType": "byId", "sourceElementId": "t"}, "targetElementId": "u"}
    api.post(f"/process-instances/{key}/modification", {"moveInstructions": [moved]})
    assert [each["elementId"] for each in api.tasks(key)] == ["u"]
    both = {"activateInstructions": [{"elementId": "t"}], "terminateInstructions": [{"elementId": "u"}]}
    api.post(f"/process-instances/{key}/modification", both)
    assert [each["elementId"] for each in api.tasks(key)] == ["t"]
    for wrong in ({"terminateInstructions": [{}]}, {"moveInstructions": [{"targetElementId": "u"}]}):
        assert api.call("POST", f"/process-instances/{key}/modification", wrong).status_code == 400
    nowhere = {"terminateInstructions": [{"elementId": "u"}]}
    assert api.call("POST", f"/process-instances/{key}/modification", nowhere).status_code == 400


@pytest.mark.parametrize("element", ["start", "late", "left", "flow1"])
@pytest.mark.proves("/v2 process instances")
def test_a_token_is_put_on_nothing_that_only_its_event_may_enter(api, element):
    event = timer("duration", "PT1H")
    elements = start() + user_task("t") + boundary("late", "t", event) + end()
    behind = '<bpmn:eventBasedGateway id="g"/>' + catch("left", event) + catch("right", event)
    xml = diagram("p", elements + behind, "start>t t>g late>end g>left g>right left>end right>end")
    key = api.begin(xml, "p")
    body = {"activateInstructions": [{"elementId": element}]}
    assert api.call("POST", f"/process-instances/{key}/modification", body).status_code == 400
    started = {"processDefinitionId": "p", "startInstructions": [{"elementId": element}]}
    assert api.call("POST", "/process-instances", started).status_code == 400
    assert [each["elementId"] for each in api.tasks(key)] == ["t"]


def begin(api, what, **body):
    made = api.post(f"/process-instances/{what}", {"filter": {"processDefinitionId": "one"}, **body})
    return made["batchOperationKey"], made["batchOperationType"]


@pytest.mark.proves("/v2 batch operations")
def test_a_batch_operation_is_watched_to_its_end(api):
    keys = [api.begin(ONE_TASK, "one"), api.start("one")]
    batch, kind = begin(api, "cancellation", reason="误发")
    assert kind == "CANCEL_PROCESS_INSTANCE"
    found = api.call("GET", f"/batch-operations/{batch}").json
    assert (found["state"], found["operationsTotalCount"], found["endDate"]) == ("CREATED", 2, None)
    api.work()
    found = api.call("GET", f"/batch-operations/{batch}").json
    assert (found["state"], found["operationsCompletedCount"], found["operationsFailedCount"]) == ("COMPLETED", 2, 0)
    assert (found["actorId"], found["actorType"], found["errors"]) == ("admin", "USER", [])
    items = api.search("batch-operation-items", filter={"batchOperationKey": batch, "state": "COMPLETED"})
    assert [item["processInstanceKey"] for item in items] == keys
    assert api.search("process-instances", filter={"batchOperationKey": batch, "state": "TERMINATED"})
    (one,) = api.search("batch-operations", filter={"operationType": kind, "state": {"$in": ["COMPLETED"]}})
    assert one["batchOperationKey"] == batch


@pytest.mark.proves("/v2 batch operations")
def test_many_are_migrated_moved_suspended_and_resumed(api, versions):
    key, first, target = versions
    plan = mapped(target, ("t", "t"))
    begin(api, "migration", filter={"processDefinitionKey": first}, migrationPlan=plan)
    api.work()
    assert api.call("GET", f"/process-instances/{key}").json["processDefinitionVersion"] == 2
    begin(api, "modification", moveInstructions=[{"sourceElementId": "t", "targetElementId": "u"}])
    api.work()
    assert [each["elementId"] for each in api.tasks(key)] == ["u"]
    begin(api, "suspension")
    api.work()
    assert api.state(key) == "SUSPENDED"
    begin(api, "resumption")
    api.work()
    assert api.state(key) == "ACTIVE"


@pytest.mark.proves("/v2 incidents", "any of them, resolved")
def test_the_incidents_of_one_instance_or_of_many_are_resolved(api):
    keys = [api.begin(ONE_JOB, "job"), api.start("job")]
    for job in api.jobs("pay"):
        api.post(f"/jobs/{job['jobKey']}/failure", {"retries": 0, "errorMessage": "no"})
    made = api.post(f"/process-instances/{keys[0]}/incident-resolution")
    assert made["batchOperationType"] == "RESOLVE_INCIDENT"
    api.work()
    assert [each["processInstanceKey"] for each in api.search("incidents", filter={"state": "ACTIVE"})] == keys[1:]
    begin(api, "incident-resolution", filter={"hasIncident": True})
    api.work()
    assert api.search("incidents", filter={"state": "ACTIVE"}) == []


@pytest.mark.proves("/v2 batch operations")
def test_a_batch_operation_is_suspended_resumed_and_cancelled(api):
    api.begin(ONE_TASK, "one")
    batch, _ = begin(api, "cancellation")
    api.post(f"/batch-operations/{batch}/suspension")
    api.work()
    assert api.call("GET", f"/batch-operations/{batch}").json["state"] == "SUSPENDED"
    assert api.call("POST", f"/batch-operations/{batch}/suspension").status_code == 409
    api.post(f"/batch-operations/{batch}/resumption")
    api.post(f"/batch-operations/{batch}/cancellation")
    api.work()
    (item,) = api.search("batch-operation-items", filter={"batchOperationKey": batch})
    assert (item["state"], item["errorMessage"]) == ("CANCELED", None)
    assert api.call("POST", f"/batch-operations/{batch}/resumption").status_code == 409
    assert api.call("POST", "/batch-operations/7/cancellation").status_code == 404


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("cancellation", {}),
        ("cancellation", {"filter": []}),
        ("cancellation", {"filter": {"color": "red"}}),
        ("cancellation", {"filter": {"processInstanceKey": "x"}}),
        ("migration", {"filter": {}}),
        ("migration", {"filter": {}, "migrationPlan": {"targetProcessDefinitionKey": "1"}}),
        ("modification", {"filter": {}, "moveInstructions": []}),
        ("modification", {"filter": {}, "moveInstructions": [{"sourceElementId": "t"}]}),
        ("suspension", {"filter": {"state": 5}}),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_and_none_begins(api, what, body):
    answer = api.call("POST", f"/process-instances/{what}", body)
    assert (answer.status_code, answer.json["status"]) == (400, 400), answer.text
    assert api.search("batch-operations") == []


def test_items_of_several_batches_page_without_a_gap(api):
    key = api.begin(ONE_TASK, "one")
    begin(api, "suspension"), begin(api, "cancellation")
    seen, after = [], None
    for _ in range(2):
        page = {"limit": 1, **({"after": after} if after else {})}
        found = api.post("/batch-operation-items/search", {"page": page})
        seen += [(item["itemKey"], item["batchOperationKey"]) for item in found["items"]]
        after = found["page"]["endCursor"]
    assert len(set(seen)) == 2
    assert {item for item, _ in seen} == {key}


@pytest.mark.proves("/v2 timers (ours)")
def test_a_timer_is_found_moved_and_fired(api, clock):
    key = api.begin(LATE, "late")
    (found,) = api.search("timers", filter={"processInstanceKey": key})
    assert (found["elementId"], found["dueDate"], found["suspended"]) == ("b", "2026-03-02T10:00:00.000Z", False)
    path = f"/timers/{found['timerKey']}"
    assert api.call("PATCH", path, {"dueDate": "2026-03-02T20:00:00+08:00", "reason": "再等等"}).status_code == 204
    assert api.call("GET", path).json["dueDate"] == "2026-03-02T12:00:00.000Z"
    clock.advance(timedelta(hours=2))
    api.work()
    assert api.state(key) == "ACTIVE"
    api.post(f"{path}/firing", {"reason": "不等了"})
    assert api.state(key) == "COMPLETED"
    assert api.call("POST", f"{path}/firing").status_code == 404
    assert api.call("PATCH", path, {"dueDate": "2026-03-02T20:00:00Z"}).status_code == 404


def test_a_timer_of_a_suspended_instance_is_moved_but_not_fired(api, clock):
    key = api.begin(LATE, "late")
    api.post(f"/process-instances/{key}/suspension")
    (found,) = api.search("timers", filter={"processInstanceKey": key})
    path = f"/timers/{found['timerKey']}"
    assert api.call("POST", f"{path}/firing").status_code == 409
    assert api.call("PATCH", path, {"dueDate": "2026-03-02T09:30:00Z"}).status_code == 204
    clock.advance(timedelta(hours=1))
    api.work()
    assert api.state(key) == "SUSPENDED"
    api.post(f"/process-instances/{key}/resumption")
    api.work()
    assert api.state(key) == "COMPLETED"


@pytest.mark.parametrize("body", [{}, {"dueDate": "soon"}, {"dueDate": "2026-03-02T20:00:00"}, {"dueDate": None}])
def test_a_moment_that_does_not_fit_is_an_invalid_argument(api, body):
    key = api.begin(LATE, "late")
    (found,) = api.search("timers", filter={"processInstanceKey": key})
    answer = api.call("PATCH", f"/timers/{found['timerKey']}", body)
    assert (answer.status_code, answer.json["title"]) == (400, "INVALID_ARGUMENT")
