"""Call activities: what goes in, what comes back, which version runs, and what escapes from inside."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import boundary, diagram, end, error, error_root, start, user_task
from tests.web.api.drawing import any_error, called, escalation, escalation_root, job, mapping, script, throw

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
def test_variables_go_in_and_come_back_as_the_attributes_say(api, attributes, extensions, seen, after):
    api.deploy(("child.bpmn", child()))
    key = api.begin(caller(called("a", "child", attributes, extensions)), "p", x=1, y=2)
    work = api.job("w")
    assert work["variables"] == seen
    api.complete(work, x=5, new=6)
    assert api.variables(key) == after


def test_the_called_process_may_be_an_expression_and_a_missing_one_is_an_incident(api):
    key = api.begin(caller(called("a", '="chi" + suffix')), "p", suffix="ld")
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("CALLED_ELEMENT_ERROR", "a")
    api.deploy(("child.bpmn", child()))
    api.resolve(found)
    assert api.job("w")["processDefinitionId"] == "child"


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
