"""Errors, escalations and signals: who catches what, with which variables, and what happens when nobody does."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import (
    boundary,
    catch,
    diagram,
    end,
    error,
    error_root,
    signal,
    signal_root,
    start,
    user_task,
)
from tests.web.api.drawing import (
    any_error,
    escalation,
    escalation_root,
    event_start,
    job,
    mapping,
    subprocess,
    throw,
)

ROOTS = error_root("E", "bad") + error_root("F", "worse") + escalation_root("S", "slow") + signal_root("G", "go")
LATER = user_task("wait") + user_task("other") + end()


def guarded(events: str, flows: str, more: str = "") -> bytes:
    """A job `w` in a subprocess `inner` in a subprocess `outer`, each of which may bear events."""
    inner = subprocess("inner", start("s2") + job("w") + end("e2"), "s2>w w>e2")
    outer = subprocess("outer", start("s1") + inner + end("e1") + more, "s1>inner inner>e1")
    return diagram("p", start() + outer + events + LATER, f"start>outer outer>end wait>end other>end {flows}", ROOTS)


@pytest.mark.parametrize(("code", "where"), [("bad", "wait"), ("worse", "other"), ("unheard", "other")])
@pytest.mark.proves(
    "the very error code comes before a handler of any code, event subprocesses before boundaries, inner before outer"
)
def test_the_very_code_comes_before_any_code(api, code, where):
    events = boundary("b1", "outer", any_error()) + boundary("b2", "outer", error("E"))
    key = api.begin(guarded(events, "b1>other b2>wait"), "p")
    api.throw(api.job("w"), code)
    assert [task["elementId"] for task in api.tasks(key)] == [where]
    assert api.states(key, "inner") == ["TERMINATED"]


def test_an_errors_variables_follow_the_mappings_of_who_catches_it(api):
    caught = boundary("b", "outer", error("E")).replace(
        'cancelActivity="true">',
        f'cancelActivity="true"><bpmn:extensionElements>{mapping(outputs=[("=why", "reason")])}</bpmn:extensionElements>',
    )
    key = api.begin(guarded(caught, "b>wait"), "p")
    api.throw(api.job("w"), "bad", why="broken", noise=1)
    assert api.variables(key) == {"reason": "broken"}


@pytest.mark.proves("an uncaught error", "error thrown by a worker, uncaught", "UNHANDLED_ERROR_EVENT")
def test_an_uncaught_error_is_an_incident_and_its_job_can_be_taken_again(api):
    key = api.begin(guarded(boundary("b", "outer", error("F")), "b>wait"), "p")
    api.throw(api.job("w"), "bad")
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("UNHANDLED_ERROR_EVENT", "w")
    assert found["jobKey"]
    api.resolve(found)
    api.throw(api.job("w"), "worse")
    assert [task["elementId"] for task in api.tasks(key)] == ["wait"]


@pytest.mark.proves(
    "the very error code comes before a handler of any code, event subprocesses before boundaries, inner before outer"
)
def test_an_event_subprocess_catches_before_the_boundary_and_sees_the_variables(api):
    handler = subprocess(
        "handler",
        event_start("hs", error("E"), extensions=mapping(outputs=[("=why", "seen")])) + user_task("h") + end("he"),
        "hs>h h>he",
        by="event",
    )
    key = api.begin(guarded(boundary("b", "outer", error("E")), "b>wait", handler), "p")
    api.throw(api.job("w"), "bad", why="x")
    (task,) = api.tasks(key)
    assert task["elementId"] == "h"
    seen = api.post(f"/user-tasks/{task['userTaskKey']}/variables/search")["items"]
    assert {item["name"]: item["value"] for item in seen}["seen"] == '"x"'
    api.post(f"/user-tasks/{task['userTaskKey']}/completion")
    assert api.state(key) == "COMPLETED"


def test_an_error_thrown_by_its_handler_goes_on_outwards(api):
    handler = subprocess("handler", event_start("hs", error("E")) + end("he", error("E")), "hs>he", by="event")
    key = api.begin(guarded(boundary("b", "outer", error("E")), "b>wait", handler), "p")
    api.throw(api.job("w"), "bad")
    assert [task["elementId"] for task in api.tasks(key)] == ["wait"]


@pytest.mark.proves("an error or escalation code")
def test_an_error_code_may_be_an_expression_where_it_is_thrown(api):
    roots = '<bpmn:error id="X" name="x" errorCode="=code"/>' + error_root("E", "bad")
    inner = subprocess("a", start("s") + end("e", error("X")), "s>e")
    xml = diagram(
        "p",
        start() + inner + boundary("b", "a", error("E")) + LATER,
        "start>a a>other b>wait wait>end other>end",
        roots,
    )
    key = api.begin(xml, "p", code="bad")
    assert [task["elementId"] for task in api.tasks(key)] == ["wait"]
    key = api.start("p", code="none of these")
    assert api.incident(key)["errorType"] == "UNHANDLED_ERROR_EVENT"


def test_an_escalation_takes_the_boundary_and_leaves_the_rest_alone(api):
    inner = subprocess(
        "a",
        start("s") + throw("t", escalation("S"), mapping([("=n + 1", "level")])) + user_task("still") + end("e"),
        "s>t t>still still>e",
    )
    told = boundary("b", "a", escalation("S"), interrupting=False)
    key = api.begin(
        diagram("p", start() + inner + told + LATER, "start>a a>other b>wait wait>end other>end", ROOTS), "p", n=1
    )
    assert sorted(task["elementId"] for task in api.tasks(key)) == ["still", "wait"]
    assert api.variables(key) == {"n": 1, "level": 2}


def test_an_escalation_that_nobody_catches_passes(api):
    key = api.begin(
        diagram("p", start() + throw("t", escalation("S")) + end(event=escalation("S")), "start>t t>end", ROOTS), "p"
    )
    assert api.state(key) == "COMPLETED"


def test_an_escalation_without_a_code_catches_every_one(api):
    inner = subprocess("a", start("s") + end("e", escalation("S")), "s>e")
    key = api.begin(
        diagram(
            "p",
            start() + inner + boundary("b", "a", escalation()) + LATER,
            "start>a a>other b>wait wait>end other>end",
            ROOTS,
        ),
        "p",
    )
    assert [task["elementId"] for task in api.tasks(key)] == ["wait"]


@pytest.mark.proves("signals", "/v2 messages, signals")
def test_a_signal_reaches_everyone_who_listens_and_starts_what_begins_with_it(api):
    listens = diagram("catches", start() + catch("c", signal("G")) + user_task("t") + end(), "start>c c>t t>end", ROOTS)
    guarded_ = diagram(
        "guarded",
        start() + user_task("t") + boundary("b", "t", signal("G"), interrupting=False) + user_task("told") + end(),
        "start>t t>end b>told told>end",
        ROOTS,
    )
    handler = subprocess("h", event_start("hs", signal("G")) + user_task("ht") + end("he"), "hs>ht ht>he", by="event")
    handled = diagram("handled", start() + user_task("t") + end() + handler, "start>t t>end", ROOTS)
    begun = diagram("begun", start(event=signal("G")) + user_task("t") + end(), "start>t t>end", ROOTS)
    thrower = diagram(
        "throws", start() + throw("x", signal("G"), mapping([("=7", "n")])) + end(), "start>x x>end", ROOTS
    )
    for name, xml in {
        "catches": listens,
        "guarded": guarded_,
        "handled": handled,
        "begun": begun,
        "throws": thrower,
    }.items():
        answer = api.deploy((f"{name}.bpmn", xml))
        assert answer.status_code == 200, answer.text
    one, two, three = api.start("catches"), api.start("guarded"), api.start("handled")
    api.start("throws")
    api.work()
    assert [task["elementId"] for task in api.tasks(one)] == ["t"]
    assert sorted(task["elementId"] for task in api.tasks(two)) == ["t", "told"]
    assert [task["elementId"] for task in api.tasks(three)] == ["ht"]
    (started,) = api.search("process-instances", filter={"processDefinitionId": "begun"})
    assert api.variables(started["processInstanceKey"]) == {"n": 7}
    assert api.variables(one) == {"n": 7}
    answer = api.post("/signals/broadcast", {"signalName": "go", "variables": {"n": 8}})
    assert answer["signalKey"].isdigit()
    api.work()
    assert len(api.search("process-instances", filter={"processDefinitionId": "begun"})) == 2
    assert len(api.tasks(two)) == 3


def test_terminate_ends_its_own_scope_only(api):
    inner = subprocess(
        "a",
        start("s")
        + '<bpmn:parallelGateway id="g"/>'
        + user_task("x")
        + end("e")
        + end("kill", "<bpmn:terminateEventDefinition/>"),
        "s>g g>x g>kill x>e",
    )
    key = api.begin(diagram("p", start() + inner + user_task("after") + end(), "start>a a>after after>end"), "p")
    assert [task["elementId"] for task in api.tasks(key)] == ["after"]
    assert api.states(key, "a") == ["COMPLETED"]


def test_a_signal_starts_the_newest_version_only(api):
    roots = signal_root("S", "go")
    for task in ("t1", "t2"):
        body = start(event=signal("S")) + user_task(task) + end()
        answer = api.deploy(("p.bpmn", diagram("p", body, f"start>{task} {task}>end", roots)))
        assert answer.status_code == 200, answer.text
    api.post("/signals/broadcast", {"signalName": "go"})
    api.work()
    found = api.search("user-tasks", filter={"state": "CREATED"})
    assert [each["elementId"] for each in found] == ["t2"]
