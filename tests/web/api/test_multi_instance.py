"""An activity for each item of a list: what each sees, what comes out, and when it stops."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.diagrams import boundary, diagram, end, error, error_root, message_root, start, timer, user_task
from tests.web.api.drawing import called, job, loop, mapping, script, subprocess

IO = 'inputCollection="=list" inputElement="item" outputCollection="out" outputElement="=r"'


def around(activity: str, roots: str = "", more: str = "", flows: str = "") -> bytes:
    return diagram(
        "p", start() + activity + user_task("wait") + end() + more, f"start>a a>wait wait>end {flows}", roots
    )


@pytest.mark.proves("multi-instance")
def test_outputs_keep_the_order_of_the_items_whatever_the_order_of_completion(api):
    key = api.begin(around(job("a", more=loop(IO))), "p", list=["x", "y", "z"])
    found = sorted(api.jobs("a"), key=lambda each: each["variables"]["loopCounter"])
    assert [each["variables"] | {"list": 0} for each in found] == [
        {"list": 0, "out": [None, None, None], "item": item, "loopCounter": n, "r": None}
        for n, item in enumerate("xyz", 1)
    ]
    for each in reversed(found):
        api.complete(each, r=each["variables"]["item"] * 2)
    assert api.variables(key) == {"list": ["x", "y", "z"], "out": ["xx", "yy", "zz"]}


@pytest.mark.proves("multi-instance")
def test_an_instance_without_a_result_leaves_null_in_its_place(api):
    key = api.begin(around(job("a", more=loop(IO))), "p", list=[1, 2])
    first, second = api.jobs("a")
    api.complete(first)
    api.complete(second, r=5)
    assert sorted(api.variables(key)["out"], key=str) == [5, None]


@pytest.mark.proves("multi-instance")
def test_an_empty_list_is_passed_at_once(api):
    key = api.begin(around(job("a", more=loop(IO))), "p", list=[])
    assert api.variables(key) == {"list": [], "out": []}
    assert [task["elementId"] for task in api.tasks(key)] == ["wait"]


@pytest.mark.proves("multi-instance")
def test_no_list_is_an_incident_that_a_variable_repairs(api):
    key = api.begin(around(job("a", more=loop(IO))), "p")
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("EXTRACT_VALUE_ERROR", "a")
    api.put_variables(key, {"list": [1]})
    api.resolve(found)
    assert api.job("a")["variables"]["item"] == 1


@pytest.mark.proves("multi-instance")
def test_the_completion_condition_ends_what_is_left(api):
    until = "=numberOfCompletedInstances >= 2 or (numberOfActiveInstances = 0 and numberOfInstances > 9)"
    key = api.begin(around(job("a", more=loop(IO, until=until))), "p", list=[1, 2, 3, 4])
    found = api.jobs("a")
    api.complete(found[0], r=1)
    assert api.variables(key) == {"list": [1, 2, 3, 4]}
    api.complete(found[1], r=2)
    assert api.variables(key)["out"] == [1, 2, None, None]
    assert sorted(api.states(key, "a")) == ["COMPLETED", "COMPLETED", "COMPLETED", "TERMINATED", "TERMINATED"]
    late = api.call("POST", f"/jobs/{found[2]['jobKey']}/completion", {})
    assert late.status_code in (404, 409)


@pytest.mark.proves("multi-instance")
def test_the_completion_condition_sees_the_instances_own_result(api):
    key = api.begin(around(job("a", more=loop(IO, sequential=True, until='=r = "enough"'))), "p", list=[1, 2, 3])
    api.complete(api.job("a"), r="more")
    api.complete(api.job("a"), r="enough")
    assert api.variables(key)["out"] == ["more", "enough", None]
    assert api.jobs("a") == []


@pytest.mark.proves("multi-instance")
def test_one_after_another_with_a_deadline_around_them_all(api, clock):
    late = boundary("late", "a", timer("duration", "PT1H"))
    key = api.begin(around(job("a", more=loop(IO, sequential=True)), more=late, flows="late>wait"), "p", list=[1, 2, 3])
    api.complete(api.job("a"), r=1)
    clock.advance(timedelta(minutes=59))
    api.work()
    assert api.tasks(key) == []
    clock.advance(timedelta(minutes=1))
    api.work()
    assert [task["elementId"] for task in api.tasks(key)] == ["wait"]
    assert "out" not in api.variables(key)


@pytest.mark.proves("multi-instance")
def test_mappings_are_each_instances_own(api):
    task = job("a", mapping([("=item + loopCounter", "sum")], [("=sum * 10", "r")]), more=loop(IO))
    key = api.begin(around(task), "p", list=[1, 2])
    for each in api.jobs("a"):
        api.complete(each)
    assert api.variables(key)["out"] == [20, 40]


@pytest.mark.proves("multi-instance")
def test_a_loop_of_subprocesses_in_a_loop(api):
    inner = subprocess(
        "b",
        start("s2") + script("calc", "=item * 10 + x", "r") + end("e2"),
        "s2>calc calc>e2",
        more=loop('inputCollection="=[1,2]" inputElement="x" outputCollection="row" outputElement="=r"'),
    )
    outer = subprocess(
        "a",
        start("s1") + inner + end("e1"),
        "s1>b b>e1",
        more=loop('inputCollection="=list" inputElement="item" outputCollection="out" outputElement="=row"'),
    )
    key = api.begin(around(outer), "p", list=[1, 2])
    assert api.variables(key)["out"] == [[11, 12], [21, 22]]


@pytest.mark.proves("multi-instance")
def test_a_loop_of_calls(api):
    child = diagram("child", start() + script("calc", "=item * 10", "r") + end(), "start>calc calc>end")
    assert api.deploy(("child.bpmn", child)).status_code == 200
    key = api.begin(around(called("a", "child", more=loop(IO))), "p", list=[1, 2, 3])
    assert api.variables(key)["out"] == [10, 20, 30]


@pytest.mark.proves("multi-instance")
def test_a_loop_of_messages(api):
    waits = f'<bpmn:receiveTask id="a" messageRef="m">{loop(IO)}</bpmn:receiveTask>'
    key = api.begin(around(waits, message_root("m", "paid", "=item")), "p", list=["k1", "k2"])
    api.publish("paid", "k2", variables={"r": 2})
    api.publish("paid", "k1", variables={"r": 1})
    assert api.variables(key)["out"] == [1, 2]


@pytest.mark.proves("multi-instance")
def test_an_error_in_one_ends_the_others(api):
    caught = boundary("caught", "a", error("E"))
    key = api.begin(around(job("a", more=loop(IO)), error_root("E", "bad"), caught, "caught>wait"), "p", list=[1, 2, 3])
    api.throw(api.jobs("a")[1], "bad", why="x")
    assert sorted(api.states(key, "a")) == ["TERMINATED"] * 4
    assert api.variables(key)["why"] == "x"


@pytest.mark.proves("multi-instance")
def test_a_condition_that_is_no_boolean_is_an_incident_and_nothing_is_lost(api):
    key = api.begin(around(job("a", more=loop(IO, until="=stop"))), "p", list=[1])
    api.complete(api.job("a"), r=1)
    found = api.incident(key)
    assert found["errorType"] == "EXTRACT_VALUE_ERROR"
    api.put_variables(key, {"stop": False})
    api.resolve(found)
    assert api.variables(key)["out"] == [1]
