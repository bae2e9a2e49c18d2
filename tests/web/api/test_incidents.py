"""Every kind of failing expression is an incident with Camunda's name for it, and goes on once it is mended."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.model.incident import Incident, message_hash
from engine.services.incidents import hash_messages
from tests.engine.diagrams import catch, diagram, end, message, message_root, signal, start, timer, user_task
from tests.web.api.drawing import called, extended, gateway, job, link, loop, mapping, script, throw

AFTER = user_task("after") + end()
DMN = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="drg" name="d" namespace="tests">
<decision id="tier" name="Tier"><variable name="tier"/><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i" label="sum"><inputExpression id="x" typeRef="number"><text>sum</text></inputExpression></input>
<output id="o" name="tier" typeRef="string"/>
<rule id="r1"><inputEntry id="a1"><text>&gt; 500</text></inputEntry><outputEntry id="b1"><text>"A"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="a2"><text>&gt; 900</text></inputEntry><outputEntry id="b2"><text>"B"</text></outputEntry></rule>
<rule id="r3"><inputEntry id="a3"><text>&lt;= 500</text></inputEntry><outputEntry id="b3"><text>"C"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def rule(decision: str = "tier") -> str:
    inside = f'<zeebe:calledDecision decisionId="{decision}" resultVariable="tier"/>'
    return f'<bpmn:businessRuleTask id="x">{extended(inside)}</bpmn:businessRuleTask>'


def person(extensions: str) -> str:
    return f'<bpmn:userTask id="x">{extended("<zeebe:userTask/>" + extensions)}</bpmn:userTask>'


def assignment(attributes: str) -> str:
    return person(f"<zeebe:assignmentDefinition {attributes}/>")


SIGNAL = '<bpmn:signal id="G" name="=v"/>'
CASES = {
    "job type": (job("x", kind="=v"), "EXTRACT_VALUE_ERROR", "work", ""),
    "retries": (job("x", retries="=v"), "EXTRACT_VALUE_ERROR", 3, ""),
    "timer": (catch("x", timer("duration", "=v")), "EXTRACT_VALUE_ERROR", "PT1H", ""),
    "correlation key": (catch("x", message("m")), "EXTRACT_VALUE_ERROR", "k", message_root("m", "n", "=v")),
    "message name": (catch("x", message("m")), "EXTRACT_VALUE_ERROR", "n", message_root("m", "=v", "=1")),
    "signal name": (catch("x", signal("G")), "EXTRACT_VALUE_ERROR", "n", SIGNAL),
    "signal thrown": (throw("x", signal("G")), "EXTRACT_VALUE_ERROR", "n", SIGNAL),
    "collection": (job("x", more=loop('inputCollection="=v"')), "EXTRACT_VALUE_ERROR", [1], ""),
    "called process": (called("x", "=v"), "EXTRACT_VALUE_ERROR", "p", ""),
    "called process missing": (called("x", "none"), "CALLED_ELEMENT_ERROR", None, ""),
    "decision id": (rule("=v"), "EXTRACT_VALUE_ERROR", "tier", ""),
    "decision missing": (rule("none"), "CALLED_DECISION_ERROR", None, ""),
    "decision": (rule(), "DECISION_EVALUATION_ERROR", None, ""),
    "candidate groups": (assignment('candidateGroups="=v"'), "EXTRACT_VALUE_ERROR", ["g"], ""),
    "assignee": (assignment('assignee="=v"'), "EXTRACT_VALUE_ERROR", "li", ""),
    "due date": (person('<zeebe:taskSchedule dueDate="=v"/>'), "EXTRACT_VALUE_ERROR", "2030-01-01T00:00:00Z", ""),
    "priority": (person('<zeebe:priorityDefinition priority="=v"/>'), "EXTRACT_VALUE_ERROR", 70, ""),
    "input": (job("x", mapping([('=assert(v, v = "ok")', "y")])), "IO_MAPPING_ERROR", "ok", ""),
    "script": (script("x", '=assert(v, v = "ok")', "y"), "EXTRACT_VALUE_ERROR", "ok", ""),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.proves(
    "service, send task",
    "script task",
    "EXTRACT_VALUE_ERROR",
    "IO_MAPPING_ERROR",
    "CALLED_ELEMENT_ERROR",
    "CALLED_DECISION_ERROR",
    "DECISION_EVALUATION_ERROR",
)
def test_an_expression_that_fails_is_an_incident_on_its_element_and_can_be_repaired(api, case):
    element, error_type, good, roots = CASES[case]
    api.deploy(("d.dmn", DMN))
    xml = diagram("p", start() + element + AFTER, "start>x x>after after>end", roots)
    key = api.begin(xml, "p", v={"no": "use"}, sum=1000)
    found = api.incident(key)
    assert (found["errorType"], found["elementId"], found["state"]) == (error_type, "x", "ACTIVE")
    assert api.state(key) == "ACTIVE"
    assert api.call("GET", f"/process-instances/{key}").json["hasIncident"] is True
    api.resolve(found)
    assert api.incident(key)["incidentKey"] != found["incidentKey"]  # nothing was mended
    if good is not None:
        api.put_variables(key, {"v": good, "sum": 700})
        api.resolve(api.incident(key))
        assert api.search("incidents", filter={"processInstanceKey": key, "state": "ACTIVE"}) == []


@pytest.mark.parametrize(("kind", "value", "error_type"), [
    ("exclusive", {"x": 0}, "CONDITION_ERROR"),
    ("inclusive", {"x": 0}, "CONDITION_ERROR"),
    ("exclusive", {}, "EXTRACT_VALUE_ERROR"),
    ("exclusive", {"x": "text"}, "EXTRACT_VALUE_ERROR"),
])  # fmt: skip
@pytest.mark.proves(
    "an element that is done but cannot be left (no flow, an output element that fails)", "CONDITION_ERROR"
)
def test_a_gateway_without_a_way_is_an_incident(api, kind, value, error_type):
    elements = start() + gateway("g", kind) + user_task("a") + user_task("b") + end()
    xml = diagram("p", elements, "start>g g>a:=x&gt;1 g>b:=x&gt;2 a>end b>end")
    key = api.begin(xml, "p", **value)
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == (error_type, "g")
    api.put_variables(key, {"x": 3})
    api.resolve(found)
    assert [task["elementId"] for task in api.tasks(key)] == (["a"] if kind == "exclusive" else ["a", "b"])


@pytest.mark.proves("IO_MAPPING_ERROR", "any of them, resolved")
def test_an_output_that_fails_keeps_what_the_worker_sent(api):
    work = job("x", mapping(outputs=[("=assert(r, limit &gt; r)".replace("&gt;", ">"), "y")]))
    key = api.begin(diagram("p", start() + work + AFTER, "start>x x>after after>end"), "p", limit=1)
    api.complete(api.job("x"), r=5)
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("IO_MAPPING_ERROR", "x")
    api.put_variables(key, {"limit": 9})
    api.resolve(found)
    assert api.variables(key)["y"] == 5


def requirements_of(api) -> str:
    return api.search("decision-requirements")[0]["decisionRequirementsKey"]


@pytest.mark.proves("business rule task", "/v2 decisions")
def test_a_decision_gives_its_result_to_the_process_and_is_remembered(api):
    api.deploy(("d.dmn", DMN))
    key = api.begin(diagram("p", start() + rule() + AFTER, "start>x x>after after>end"), "p", sum=700)
    assert api.variables(key)["tier"] == "A"
    (made,) = api.search("decision-instances", filter={"processInstanceKey": key})
    assert (made["state"], made["result"], made["decisionDefinitionType"]) == ("EVALUATED", '"A"', "DECISION_TABLE")
    by_type = {"decisionDefinitionType": "DECISION_TABLE", "decisionRequirementsKey": requirements_of(api)}
    assert api.search("decision-instances", filter=by_type) == [made]
    assert api.search("decision-instances", filter={"decisionDefinitionType": "LITERAL_EXPRESSION"}) == []
    one = api.call("GET", f"/decision-instances/{made['decisionEvaluationInstanceKey']}").json
    assert [each["inputValue"] for each in one["evaluatedInputs"]] == ["700"]
    assert [each["ruleId"] for each in one["matchedRules"]] == ["r1"]


def test_a_link_jumps(api):
    elements = start() + throw("jump", link("there")) + catch("land", link("there")) + user_task("after") + end()
    key = api.begin(diagram("p", elements, "start>jump land>after after>end"), "p")
    assert [task["elementId"] for task in api.tasks(key)] == ["after"]


def test_an_inclusive_gateway_takes_all_ways_that_hold_and_joins_them(api):
    elements = (
        start() + gateway("f", "inclusive", "flow4") + user_task("a") + user_task("b") + user_task("c")
        + gateway("j", "inclusive") + user_task("after") + end()
    )  # fmt: skip
    flows = "start>f f>a:=x&gt;1 f>b:=x&gt;2 f>c a>j b>j c>j j>after after>end"
    key = api.begin(diagram("p", elements, flows), "p", x=3)
    assert sorted(task["elementId"] for task in api.tasks(key)) == ["a", "b"]
    for task in api.tasks(key):
        api.post(f"/user-tasks/{task['userTaskKey']}/completion")
    assert [task["elementId"] for task in api.tasks(key)] == ["after"]
    other = api.start("p", x=0)
    assert [task["elementId"] for task in api.tasks(other)] == ["c"]


def test_the_hash_of_a_message_is_javas():
    assert [message_hash(text) for text in ("", "hello", "polygenelubricants", "漏水", "😀")] == [
        0, 99162322, -(2**31), 909061, 1772899,
    ]  # fmt: skip


@pytest.mark.proves("/v2 incidents")
def test_instances_are_counted_by_the_error_that_stops_them(api):
    for name in ("p", "q"):
        api.deploy((f"{name}.bpmn", diagram(name, start() + job("x") + AFTER, "start>x x>after after>end")))
    keys = [api.start(name) for name in ("p", "p", "q", "q")]
    for taken in api.jobs("x"):
        told = "other" if taken["processInstanceKey"] == keys[3] else "no luck"
        api.post(f"/jobs/{taken['jobKey']}/failure", {"retries": 0, "errorMessage": told})
    sort = [{"field": "activeInstancesWithErrorCount", "order": "DESC"}]
    counted = api.post("/incidents/statistics/process-instances-by-error", {"sort": sort})["items"]
    code = message_hash("no luck")
    assert counted == [
        {"errorHashCode": code, "errorMessage": "no luck", "activeInstancesWithErrorCount": 3},
        {"errorHashCode": message_hash("other"), "errorMessage": "other", "activeInstancesWithErrorCount": 1},
    ]
    path = "/incidents/statistics/process-instances-by-definition"
    by_version = api.post(path, {"filter": {"errorHashCode": code}, "sort": sort})["items"]
    found = [(each["processDefinitionId"], each["activeInstancesWithErrorCount"]) for each in by_version]
    assert found == [("p", 2), ("q", 1)]
    assert api.call("POST", path, {}).status_code == 400
    stopped = api.search("process-instances", filter={"incidentErrorHashCode": code})
    assert [each["processInstanceKey"] for each in stopped] == keys[:3]
    with api.runtime.unit_of_work() as uow:  # as an older release wrote them
        uow.connection.execute(update(Incident).values(message_hash=None))
    assert api.post("/incidents/statistics/process-instances-by-error")["items"] == []
    hash_messages(api.runtime)
    assert api.search("process-instances", filter={"incidentErrorHashCode": {"$in": [code]}}) == stopped


@pytest.mark.parametrize("given", ["5", "true", "[]"])
def test_a_text_that_is_none_is_an_incident_and_no_guess(api, given):
    assigned = f'<zeebe:assignmentDefinition assignee="={given}"/>'
    task = f'<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/>{assigned}</bpmn:extensionElements></bpmn:userTask>'
    key = api.begin(diagram("p", start() + task + end(), "start>t t>end"), "p")
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("EXTRACT_VALUE_ERROR", "t")
