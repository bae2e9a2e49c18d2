"""Call activities: what goes in, what comes back, which version runs, and what escapes from inside."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.engine.diagrams import boundary, diagram, end, error, error_root, message, message_root, start, user_task
from tests.web.api.drawing import (
    any_error,
    called,
    escalation,
    escalation_root,
    event_start,
    job,
    loop,
    mapping,
    script,
    subprocess,
    throw,
)

ROOTS = error_root("E", "bad")


def caller(activity: str, more: str = "", flows: str = "", roots: str = "") -> bytes:
    return diagram(
        "p", start() + activity + user_task("wait") + end() + more, f"start>a a>wait wait>end {flows}", roots
    )


def child(work: str = "", tag: str = "", roots: str = "", last: str = "") -> bytes:
    return diagram("child", start() + (work or job("w")) + (last or end()), "start>w w>end", roots, tag)


def inside(api, key: str) -> str:
    (found,) = api.search("process-instances", filter={"parentProcessInstanceKey": key})
    return found["processInstanceKey"]


@pytest.mark.parametrize(
    ("attributes", "extensions", "seen", "after"),
    [
        ("", "", {"x": 1, "y": 2}, {"x": 5, "y": 2, "new": 6}),
        ('propagateAllChildVariables="true"', "", {"x": 1, "y": 2}, {"x": 5, "y": 2, "new": 6}),
        ('propagateAllChildVariables="false"', "", {"x": 1, "y": 2}, {"x": 1, "y": 2}),
        (
            'propagateAllChildVariables="false"',
            mapping(outputs=[("=new", "got")]),
            {"x": 1, "y": 2},
            {"x": 1, "y": 2, "got": 6},
        ),
        (
            'propagateAllParentVariables="false"',
            mapping([("=x + 1", "i")]),
            {"i": 2},
            {
                "x": 5,
                "y": 2,
                "new": 6,
            },
        ),
        ('propagateAllParentVariables="false"', "", {}, {"x": 5, "y": 2, "new": 6}),
        ("", mapping([("=x + 1", "i")]), {"x": 1, "y": 2, "i": 2}, {"x": 5, "y": 2, "new": 6}),
    ],
)
@pytest.mark.proves("call activity")
def test_variables_go_in_and_come_back_as_the_attributes_say(api, attributes, extensions, seen, after):
    api.deploy(("child.bpmn", child()))
    key = api.begin(caller(called("a", "child", attributes, extensions)), "p", x=1, y=2)
    work = api.job("w")
    assert work["variables"] == seen
    api.complete(work, x=5, new=6)
    assert api.variables(key) == after


@pytest.mark.proves("call activity", "CALLED_ELEMENT_ERROR")
def test_the_called_process_may_be_an_expression_and_a_missing_one_is_an_incident(api):
    key = api.begin(caller(called("a", '="chi" + suffix')), "p", suffix="ld")
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("CALLED_ELEMENT_ERROR", "a")
    api.deploy(("child.bpmn", child()))
    api.resolve(found)
    assert api.job("w")["processDefinitionId"] == "child"


@pytest.mark.proves("call activity")
def test_bindings_choose_the_version(api):
    def numbered(n: int, tag: str = "") -> bytes:
        return child(script("w", f"={n}", "n"), tag)

    def run(binding: str) -> int:
        key = api.start(f"p_{binding}")
        return int(api.variables(key)["n"])

    parents = []
    for kind in ("latest", "deployment", "versionTag"):
        attributes = f'bindingType="{kind}"' + (' versionTag="v1"' if kind == "versionTag" else "")
        xml = caller(called("a", "child", attributes)).replace(b'id="p"', f'id="p_{kind}"'.encode())
        parents.append((f"{kind}.bpmn", xml))
    assert api.deploy(("child.bpmn", numbered(1, "v1"))).status_code == 200
    answer = api.deploy(*parents, ("child.bpmn", numbered(2, "v2")))
    assert answer.status_code == 200, answer.text
    assert api.deploy(("child.bpmn", numbered(3))).status_code == 200
    assert [run(kind) for kind in ("latest", "deployment", "versionTag")] == [3, 2, 1]


@pytest.mark.parametrize("event", [error("E"), any_error()])
@pytest.mark.proves("call activity")
def test_an_error_that_escapes_is_caught_at_the_call(api, event):
    api.deploy(("child.bpmn", child(roots=ROOTS, last=end(event=error("E")))))
    key = api.begin(caller(called("a", "child"), boundary("b", "a", event), "b>wait", ROOTS), "p")
    below = inside(api, key)
    api.complete(api.job("w"))
    assert (api.state(below), api.states(key, "a"), api.states(key, "b")) == (
        "TERMINATED",
        ["TERMINATED"],
        ["COMPLETED"],
    )


def test_a_jobs_error_escapes_with_its_variables(api):
    api.deploy(("child.bpmn", child()))
    key = api.begin(caller(called("a", "child"), boundary("b", "a", error("E")), "b>wait", ROOTS), "p")
    api.throw(api.job("w"), "bad", why="gone")
    assert api.variables(key) == {"why": "gone"}


def test_an_error_that_nobody_catches_stays_an_incident_where_it_was_thrown(api):
    api.deploy(("child.bpmn", child(roots=ROOTS, last=end(event=error("E")))))
    key = api.begin(caller(called("a", "child")), "p")
    below = inside(api, key)
    api.complete(api.job("w"))
    assert (api.incident(below)["errorType"], api.incident(below)["elementId"]) == ("UNHANDLED_ERROR_EVENT", "end")
    assert (api.state(key), api.state(below)) == ("ACTIVE", "ACTIVE")


@pytest.mark.proves("an escalation that leaves a called process")
def test_an_escalation_that_escapes_is_caught_at_the_call_and_the_child_goes_on(api):
    roots = escalation_root("S", "slow")
    work = throw("w", escalation("S"), mapping([("=3", "level")]))
    api.deploy(
        (
            "child.bpmn",
            diagram("child", start() + work + job("x") + end(), "start>w w>x x>end", roots),
        )
    )
    told = boundary("b", "a", escalation("S"), interrupting=False)
    key = api.begin(caller(called("a", "child"), told + user_task("told") + end("e2"), "b>told told>e2", roots), "p")
    assert [task["elementId"] for task in api.tasks(key)] == ["told"]
    assert api.states(key, "a") == ["ACTIVE"]
    api.complete(api.job("x"))
    assert sorted(task["elementId"] for task in api.tasks(key)) == ["told", "wait"]


def test_cancelling_the_caller_cancels_the_called_and_not_the_other_way(api):
    api.deploy(("child.bpmn", child()))
    key = api.begin(caller(called("a", "child")), "p")
    below = inside(api, key)
    refused = api.call("POST", f"/process-instances/{below}/cancellation", {})
    assert (refused.status_code, refused.json["title"]) == (409, "INVALID_STATE")
    api.post(f"/process-instances/{key}/cancellation")
    assert (api.state(key), api.state(below)) == ("TERMINATED", "TERMINATED")
    assert api.jobs("w") == []


@pytest.mark.proves("an escalation that leaves a called process")
def test_an_escalation_that_ends_the_call_ends_the_child_where_it_threw(api):
    roots = escalation_root("S", "slow")
    api.deploy(("child.bpmn", child(throw("w", escalation("S")), roots=roots)))
    told = boundary("b", "a", escalation("S"))
    key = api.begin(caller(called("a", "child"), told + end("late"), "b>late", roots), "p")
    assert api.state(key) == "COMPLETED"
    child_key = inside(api, key)
    assert (api.state(child_key), api.states(child_key, "w"), api.states(child_key, "end")) == (
        "TERMINATED",
        ["TERMINATED"],
        [],
    )


def test_several_calls_that_fail_at_once_are_caught_once(api):
    api.deploy(("child.bpmn", child(throw("w", ""), last=end("end", error("E")), roots=ROOTS)))
    told = boundary("b", "a", error("E"))
    activity = called("a", "child", more=loop('inputCollection="=[1,2,3]"'))
    key = api.begin(caller(activity, told + end("failed"), "b>failed", ROOTS), "p")
    assert (api.state(key), api.states(key, "failed")) == ("COMPLETED", ["COMPLETED"])
    children = api.search("process-instances", filter={"parentProcessInstanceKey": key})
    assert {each["state"] for each in children} == {"TERMINATED"}


@pytest.mark.proves("/v2 messages, signals")
def test_a_child_that_an_error_ends_waits_for_nothing_any_more(api):
    late = subprocess("h", event_start("hs", message("M")) + end("he"), "hs>he", by="event")
    body = start() + late + job("w") + end("end", error("E"))
    api.deploy(("child.bpmn", diagram("child", body, "start>w w>end", ROOTS + message_root("M", "stop", "=1"))))
    told = boundary("b", "a", error("E"))
    key = api.begin(caller(called("a", "child"), told + end("failed"), "b>failed", ROOTS), "p")
    assert len(api.search("message-subscriptions")) == 1
    api.complete(api.job("w"))
    assert api.state(key) == "COMPLETED"
    assert not api.search("message-subscriptions")


@pytest.mark.proves("/v2 process instances", "/v2 element instances")
def test_an_incident_stops_the_callers_too_however_deep_it_is(api):
    names = ["one", "two", "three", "four", "five", "six", "seven"]
    for name, below in pairwise(names):
        xml = diagram(name, start() + called("a", below) + end(), "start>a a>end")
        assert api.deploy((f"{name}.bpmn", xml)).status_code == 200
    assert api.deploy(("seven.bpmn", diagram("seven", start() + job("w") + end(), "start>w w>end"))).status_code == 200
    other, keys = api.start("one"), [api.start("one")]
    while len(keys) < len(names):
        keys.append(inside(api, keys[-1]))
    (failing,) = [each for each in api.jobs("w") if each["processInstanceKey"] == keys[-1]]
    api.post(f"/jobs/{failing['jobKey']}/failure", {"retries": 0})
    stopped = api.search("process-instances", filter={"hasIncident": True})
    assert {each["processInstanceKey"] for each in stopped} == set(keys)
    for each in keys[:-1]:
        (activity,) = api.elements(each, "a")
        assert (activity["hasIncident"], activity["incidentKey"]) == (True, None)
    (beside,) = api.elements(other, "a")
    assert beside["hasIncident"] is False
    api.resolve(api.incident(keys[-1]))
    assert api.search("process-instances", filter={"hasIncident": True}) == []
