"""Ad-hoc subprocesses and compensation over the API."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import diagram, end, start, user_task
from tests.web.api.drawing import extended, job


def ad_hoc(inside: str, attributes: str = "", extensions: str = "") -> str:
    return f'<bpmn:adHocSubProcess id="h">{extended(f"<zeebe:adHoc {attributes}/>" + extensions)}{inside}</bpmn:adHocSubProcess>'


def process(inside: str, attributes: str = "", extensions: str = "") -> bytes:
    return diagram("p", start() + ad_hoc(inside, attributes, extensions) + user_task("z") + end(), "start>h h>z z>end")


def scope(api, key: str) -> str:
    return api.elements(key, "h")[0]["elementInstanceKey"]


def activate(api, key: str, *elements: str, **more):
    body = {"elements": [{"elementId": element} for element in elements], **more}
    return api.call("POST", f"/element-instances/ad-hoc-activities/{key}/activation", body)


@pytest.mark.proves("ad-hoc subprocess", "/v2 element instances")
def test_elements_are_activated_from_outside(api):
    key = api.begin(process(job("a") + job("b")), "p")
    assert activate(api, scope(api, key), "a", "b").status_code == 204
    api.complete(api.job("a"))
    assert activate(api, scope(api, key), "a", cancelRemainingInstances=True).status_code == 204
    assert not api.jobs("b")
    api.complete(api.job("a"))
    assert [each["elementId"] for each in api.tasks(key)] == ["z"]
    types = {each["type"] for each in api.search("element-instances", filter={"processInstanceKey": key})}
    assert types >= {"AD_HOC_SUB_PROCESS", "AD_HOC_SUB_PROCESS_INNER_INSTANCE"}
    assert api.states(key, "h#innerInstance") == ["COMPLETED", "TERMINATED", "COMPLETED"]


def test_what_cannot_be_activated_is_refused(api):
    key = api.begin(process(job("a")), "p")
    assert activate(api, scope(api, key), "nobody").status_code == 400
    assert activate(api, scope(api, key)).status_code == 400
    assert activate(api, key, "a").status_code == 404
    assert activate(api, "12345", "a").status_code == 404
    activate(api, scope(api, key), "a")
    api.complete(api.job("a"))
    assert activate(api, scope(api, key), "a").status_code == 404


@pytest.mark.proves("ad-hoc subprocess")
def test_a_worker_directs_it(api):
    key = api.begin(process(job("a") + job("b"), extensions='<zeebe:taskDefinition type="direct"/>'), "p")
    first = api.job("direct")
    assert first["kind"] == "AD_HOC_SUB_PROCESS"
    assert [each["elementId"] for each in first["variables"]["adHocSubProcessElements"]] == ["a", "b"]
    result = {"type": "adHocSubProcess", "activateElements": [{"elementId": "b", "variables": {"x": 1}}]}
    both = result | {"isCompletionConditionFulfilled": True}
    assert api.call("POST", f"/jobs/{first['jobKey']}/completion", {"result": both}).status_code == 400
    api.post(f"/jobs/{first['jobKey']}/completion", {"result": result})
    work = api.job("b")
    assert work["variables"]["x"] == 1
    api.complete(work)
    done = {"type": "adHocSubProcess", "isCompletionConditionFulfilled": True}
    api.post(f"/jobs/{api.job('direct')['jobKey']}/completion", {"result": done})
    assert [each["elementId"] for each in api.tasks(key)] == ["z"]


def test_handlers_are_jobs_and_element_instances_like_any_other(api):
    undone = (
        '<bpmn:boundaryEvent id="on_a" attachedToRef="a"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>'
        + job("undo").replace("<bpmn:serviceTask ", '<bpmn:serviceTask isForCompensation="true" ')
        + '<bpmn:association id="as" sourceRef="on_a" targetRef="undo"/>'
    )
    stop = end("end", "<bpmn:compensateEventDefinition/>")
    key = api.begin(diagram("p", start() + job("a") + undone + stop, "start>a a>end"), "p")
    api.complete(api.job("a"))
    assert api.states(key, "end") == ["ACTIVE"]
    (event,) = api.elements(key, "on_a")
    assert (event["type"], event["state"]) == ("BOUNDARY_EVENT", "COMPLETED")
    undo = api.job("undo")
    api.post(f"/jobs/{undo['jobKey']}/failure", {"retries": 0, "errorMessage": "no luck"})
    api.resolve(api.incident(key))
    api.complete(api.job("undo"))
    assert api.state(key) == "COMPLETED"


@pytest.mark.proves("EXECUTION_LISTENER_NO_RETRIES, TASK_LISTENER_NO_RETRIES, AD_HOC_SUB_PROCESS_NO_RETRIES")
def test_a_worker_that_cannot_direct_it_is_an_incident_by_its_own_name(api):
    key = api.begin(process(job("a"), extensions='<zeebe:taskDefinition type="direct"/>'), "p")
    api.post(f"/jobs/{api.job('direct')['jobKey']}/failure", {"retries": 0})
    assert api.incident(key)["errorType"] == "AD_HOC_SUB_PROCESS_NO_RETRIES"
