"""Deployed files by their keys, and what is left when one is deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.diagrams import (
    call,
    diagram,
    end,
    message,
    message_root,
    signal,
    signal_root,
    start,
    timer,
    user_task,
)
from tests.web.api.test_incidents import rule

FORM = (
    b'{"id": "ask", "type": "default", "components": [{"type": "textfield", "key": "name", "label": "%s", "id": "f1"}]}'
)
DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="graph" name="graph" namespace="n">
<decision id="d" name="d"><variable name="d"/><literalExpression><text>{}</text></literalExpression></decision>
</definitions>"""


def begins(*events: str) -> bytes:
    starts = "".join(start(f"s{number}", event) for number, event in enumerate(events))
    roots = message_root("m", "go") + signal_root("g", "all")
    flows = " ".join(f"s{number}>t" for number in range(len(events)))
    return diagram("p", starts + user_task("t") + end(), f"{flows} t>end", roots)


def deploy(api, name: str, content: bytes) -> dict[str, str]:
    """The key of each thing that came of it, by what it is."""
    answer = api.deploy((name, content))
    assert answer.status_code == 200, answer.text
    keys = {}
    for item in answer.json["deployments"]:
        for kind, found in item.items():
            if found is not None:
                keys[kind] = found[f"{kind}Key"]
    return keys


def process(api, *events: str) -> str:
    return deploy(api, "p.bpmn", begins(*events))["processDefinition"]


def delete(api, key: str) -> None:
    assert api.post(f"/resources/{key}/deletion") == {"resourceKey": key, "batchOperation": None}


def refused(api, path: str, body=None) -> int:
    return api.call("POST", path, body if body is not None else {}).status_code


def versions(api) -> list[int]:
    """Of the instances that are there."""
    return [each["processDefinitionVersion"] for each in api.search("process-instances")]


@pytest.mark.proves("/v2 deployments")
def test_a_resource_is_read_by_its_key(api):
    xml, form = begins(""), FORM % b"Name"
    keys = deploy(api, "p.bpmn", xml) | deploy(api, "ask.form", form) | deploy(api, "d.dmn", DMN.format(1).encode())
    found = api.call("GET", f"/resources/{keys['processDefinition']}").json
    assert found == found | {"resourceName": "p.bpmn", "resourceId": "p", "version": 1, "versionTag": None}
    assert api.call("GET", f"/resources/{keys['decisionRequirements']}").json["resourceId"] == "graph"
    content = api.call("GET", f"/resources/{keys['form']}/content")
    assert (content.json["id"], content.mimetype) == ("ask", "application/json")
    assert api.call("GET", f"/forms/{keys['form']}").json["schema"] == form.decode()
    assert api.call("GET", f"/resources/{keys['processDefinition']}/content").data == xml
    binary = api.call("GET", f"/resources/{keys['form']}/content/binary")
    assert (binary.data, binary.mimetype) == (form, "application/octet-stream")
    assert api.call("GET", f"/resources/{keys['decisionDefinition']}").status_code == 404


@pytest.mark.proves("/v2 deployments")
def test_a_version_on_which_instances_run_is_not_deleted(api):
    key = process(api, "")
    running = api.start("p")
    answer = api.call("POST", f"/resources/{key}/deletion", {})
    assert (answer.status_code, answer.json["title"]) == (409, "INVALID_STATE")
    assert "1 instances run on version 1 of 'p'" in answer.json["detail"]
    api.post(f"/process-instances/{running}/cancellation")
    delete(api, key)
    assert refused(api, f"/resources/{key}/deletion") == 404


@pytest.mark.proves("/v2 deployments")
def test_without_its_latest_version_a_process_is_started_in_the_one_before(api):
    keys = [process(api, "", *[message("m")] * number) for number in range(2)]
    delete(api, keys[1])
    assert refused(api, "/process-instances", {"processDefinitionKey": keys[1]}) == 404
    assert refused(api, "/process-instances", {"processDefinitionId": "p", "processDefinitionVersion": 2}) == 404
    api.start("p")
    assert versions(api) == [1]
    latest = api.search("process-definitions", filter={"isLatestVersion": True})
    assert [each["processDefinitionKey"] for each in latest] == [keys[0]]
    by_state = {each["processDefinitionKey"]: each["state"] for each in api.search("process-definitions")}
    assert by_state == {keys[0]: "ACTIVE", keys[1]: "DELETED"}
    found = api.search("process-definitions", filter={"state": "DELETED"})
    assert [each["processDefinitionKey"] for each in found] == [keys[1]]


@pytest.mark.proves("/v2 deployments")
def test_the_number_of_a_deleted_version_is_not_given_again(api):
    first = process(api, "")
    delete(api, process(api, "", message("m")))
    assert process(api, "") == first  # unchanged since the version that is the latest again
    process(api, "", message("m"))
    assert [each["version"] for each in api.search("process-definitions")] == [1, 2, 3]
    for each in api.search("process-definitions", filter={"state": "ACTIVE"}):
        delete(api, each["processDefinitionKey"])
    assert api.call("GET", f"/process-definitions/{process(api, '')}").json["version"] == 4


@pytest.mark.proves("/v2 deployments")
def test_messages_and_signals_start_the_version_that_is_the_latest_again(api):
    old = process(api, message("m"), signal("g"))
    new = process(api, message("m"))
    delete(api, new)
    api.publish("go")
    api.post("/signals/broadcast", {"signalName": "all"})
    api.work()
    assert versions(api) == [1, 1]
    for each in api.search("process-instances"):
        api.post(f"/process-instances/{each['processInstanceKey']}/cancellation")
    delete(api, old)
    api.publish("go")
    api.post("/signals/broadcast", {"signalName": "all"})
    api.work()
    assert len(versions(api)) == 2


@pytest.mark.proves("/v2 deployments")
def test_a_timer_start_goes_with_its_version_and_the_one_before_counts_from_then(api, clock):
    process(api, timer("cycle", "R1/PT2H"))
    new = process(api, timer("cycle", "R1/PT1H"))
    delete(api, new)
    clock.advance(timedelta(hours=1, seconds=1))
    api.work()
    assert versions(api) == []
    clock.advance(timedelta(hours=1))
    api.work()
    assert versions(api) == [1]


def test_deleting_an_older_version_changes_nothing_for_the_latest(api):
    old = process(api, message("m"))
    process(api, message("m"), signal("g"))
    delete(api, old)
    api.publish("go")
    assert versions(api) == [2]


@pytest.mark.proves("/v2 deployments")
def test_a_deleted_graph_takes_its_decisions_with_it_and_a_task_that_needs_one_is_an_incident(api):
    old = deploy(api, "d.dmn", DMN.format(1).encode())
    new = deploy(api, "d.dmn", DMN.format(2).encode())
    delete(api, new["decisionRequirements"])
    assert refused(api, "/decision-definitions/evaluation", {"decisionDefinitionKey": new["decisionDefinition"]}) == 404
    asked = {"decisionDefinitionId": "d"}
    assert api.post("/decision-definitions/evaluation", asked)["output"] == "1"
    assert [each["version"] for each in api.search("decision-definitions")] == [1]
    assert [each["version"] for each in api.search("decision-requirements")] == [1]
    delete(api, old["decisionRequirements"])
    assert refused(api, "/decision-definitions/evaluation", asked) == 404
    key = api.begin(diagram("q", start() + rule("d") + end(), "start>x x>end"), "q")
    assert api.incident(key)["errorType"] == "CALLED_DECISION_ERROR"


@pytest.mark.proves("/v2 deployments")
def test_a_call_of_a_process_without_any_version_is_an_incident(api):
    delete(api, process(api, ""))
    key = api.begin(diagram("q", start() + call("c", "p") + end(), "start>c c>end"), "q")
    assert api.incident(key)["errorType"] == "CALLED_ELEMENT_ERROR"


@pytest.mark.proves("/v2 deployments")
def test_a_task_that_is_open_keeps_the_form_that_is_deleted_and_the_next_one_has_the_one_before(api):
    old = deploy(api, "ask.form", FORM % b"Old")["form"]
    new = deploy(api, "ask.form", FORM % b"New")["form"]
    drawn = diagram("q", start() + user_task("t", '<zeebe:formDefinition formId="ask"/>') + end(), "start>t t>end")
    (opened,) = api.tasks(api.begin(drawn, "q"))
    delete(api, new)
    assert "New" in api.call("GET", f"/user-tasks/{opened['userTaskKey']}/form").json["schema"]
    assert [each["formKey"] for each in api.tasks(api.start("q"))] == [old]


def test_an_ended_instance_of_a_deleted_version_is_still_told(api):
    key = process(api, "")
    ended = api.start("p")
    api.post(f"/process-instances/{ended}/cancellation")
    delete(api, key)
    assert api.call("GET", f"/process-instances/{ended}").json["processDefinitionVersion"] == 1
    assert api.call("GET", f"/process-definitions/{key}/xml").status_code == 200
    assert {each["elementName"] for each in api.elements(ended, "t")} == {"t"}


def test_nothing_is_migrated_to_a_deleted_version(api):
    process(api, "")
    running = api.start("p")
    new = process(api, "", message("m"))
    delete(api, new)
    plan = {
        "targetProcessDefinitionKey": new,
        "mappingInstructions": [{"sourceElementId": "t", "targetElementId": "t"}],
    }
    assert refused(api, f"/process-instances/{running}/migration", plan) == 404
    batch = {"filter": {"processInstanceKey": running}, "migrationPlan": plan}
    assert refused(api, "/process-instances/migration", batch) == 404


def test_history_is_not_deleted_on_the_way(api):
    key = process(api, "")
    assert refused(api, f"/resources/{key}/deletion", {"deleteHistory": True}) == 400
    assert api.call("GET", f"/resources/{key}").status_code == 200
    assert refused(api, "/resources/12/deletion") == 404
