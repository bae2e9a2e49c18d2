"""Where variables live: mappings, scopes, shadowing, and setting them from outside."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import catch, diagram, end, message, message_root, start, user_task
from tests.web.api.drawing import extended, job, loop, mapping, script, subprocess

ORDER = {"id": 7, "lines": [1, 2]}


def one(task: str) -> bytes:
    return diagram("p", start() + task + user_task("wait") + end(), "start>work work>wait wait>end")


@pytest.mark.proves("input and output mappings")
def test_an_input_is_local_and_hides_the_outer_variable(api):
    key = api.begin(one(job("work", mapping([("=x + 1", "x"), ("=x * 10", "y")]))), "p", x=1)
    found = api.job("work")
    assert found["variables"] == {"x": 2, "y": 20}
    assert api.variables(key) == {"x": 1}
    assert api.variables(key, found["elementInstanceKey"]) == {"x": 2, "y": 20}
    api.complete(found, x=9, z=3)
    assert api.variables(key) == {"x": 1, "z": 3}  # x went to the nearest scope that had it


@pytest.mark.proves("input and output mappings")
def test_a_nested_input_target_makes_an_object(api):
    key = api.begin(
        one(job("work", mapping([("=order.id", "ask.order.id"), ('="x"', "ask.kind"), ("literal", "text")]))),
        "p",
        order=ORDER,
    )
    assert api.jobs("work", fetchVariable=["ask", "text"])[0]["variables"] == {
        "ask": {"order": {"id": 7}, "kind": "x"},
        "text": "literal",
    }
    assert api.variables(key) == {"order": ORDER}


@pytest.mark.proves("input and output mappings")
def test_outputs_alone_leave_what_they_do_not_name_behind(api):
    key = api.begin(
        one(job("work", mapping(outputs=[("=total * 2", "double"), ("=id", "order.ref")]))), "p", order=ORDER
    )
    api.complete(api.job("work"), total=4, id="A", noise=True)
    assert api.variables(key) == {"order": ORDER | {"ref": "A"}, "double": 8}


@pytest.mark.proves("input and output mappings")
def test_what_is_missing_is_null_in_both_directions(api):
    key = api.begin(one(job("work", mapping([("=nothing", "a"), ("=b.c.d", "e")], [("=nowhere", "f")]))), "p")
    found = api.job("work")
    assert found["variables"] == {"a": None, "e": None}
    api.complete(found)
    assert api.variables(key) == {"f": None}


@pytest.mark.proves("input and output mappings")
def test_outputs_see_those_before_them(api):
    key = api.begin(one(job("work", mapping(outputs=[("=r + 1", "a"), ("=a + 1", "b")]))), "p")
    api.complete(api.job("work"), r=1)
    assert api.variables(key) == {"a": 2, "b": 3}


@pytest.mark.proves("input and output mappings")
def test_a_subprocess_keeps_its_inputs_to_itself_and_hands_on_its_outputs(api):
    inside = subprocess(
        "work",
        start("s") + script("calc", "=x * 2", "twice") + script("hide", "=x + 100", "x") + end("e"),
        "s>calc calc>hide hide>e",
        mapping([("=x + 1", "x")], [("=x", "inner")]),
    )
    key = api.begin(one(inside), "p", x=1)
    assert api.variables(key) == {"x": 1, "twice": 4, "inner": 102}


@pytest.mark.proves("input and output mappings")
def test_each_instance_of_a_loop_has_its_own_copy(api):
    inside = subprocess(
        "work",
        start("s") + script("calc", "=item * 10", "item") + end("e"),
        "s>calc calc>e",
        more=loop('inputCollection="=[1,2,3]" inputElement="item" outputCollection="all" outputElement="=item"'),
    )
    key = api.begin(one(inside), "p", item="outer")
    assert api.variables(key) == {"item": "outer", "all": [10, 20, 30]}


@pytest.mark.proves("variables")
def test_variables_are_set_where_they_are_or_here(api):
    inside = subprocess("work", start("s") + user_task("t") + end("e"), "s>t t>e", mapping([("=1", "a")]))
    key = api.begin(one(inside), "p", b=1)
    (scope,) = api.elements(key, "work")
    (task,) = api.elements(key, "t")
    api.put_variables(task["elementInstanceKey"], {"a": 2, "b": 2, "c": 2})
    assert api.variables(key) == {"b": 2, "c": 2}
    assert api.variables(key, scope["elementInstanceKey"]) == {"a": 2}
    api.put_variables(task["elementInstanceKey"], {"a": 3, "b": 3}, local=True)
    assert api.variables(key, task["elementInstanceKey"]) == {"a": 3, "b": 3}
    assert api.variables(key) == {"b": 2, "c": 2}


@pytest.mark.proves("input and output mappings")
def test_a_message_without_outputs_spreads_and_with_outputs_does_not(api):
    root = message_root("m", "paid", "=order")
    event = '<bpmn:messageEventDefinition messageRef="m"/>'
    plain = diagram("p", start() + catch("c", message("m")) + user_task("t") + end(), "start>c c>t t>end", root)
    key = api.begin(plain, "p", order="1")
    api.publish("paid", "1", variables={"by": "card", "sum": 3})
    assert api.variables(key) == {"order": "1", "by": "card", "sum": 3}
    mapped = diagram(
        "q",
        start() + catch("c", extended(mapping(outputs=[("=sum", "paid")])) + event) + user_task("t") + end(),
        "start>c c>t t>end",
        root,
    )
    key = api.begin(mapped, "q", order="2")
    api.publish("paid", "2", variables={"by": "card", "sum": 3})
    assert api.variables(key) == {"order": "2", "paid": 3}


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "", "客服", [], {}, [None, {"a": []}], 12345678901234567])
@pytest.mark.proves("input and output mappings")
def test_a_value_comes_back_as_it_was_sent(api, value):
    key = api.begin(one(user_task("work")), "p", v=value)
    assert api.variables(key) == {"v": value}


@pytest.mark.proves("input and output mappings")
def test_a_start_mapping_makes_process_variables(api):
    begins = f'<bpmn:startEvent id="start">{extended(mapping(outputs=[("=a + 1", "b")]))}</bpmn:startEvent>'
    key = api.begin(diagram("p", begins + user_task("t") + end(), "start>t t>end"), "p", a=1)
    assert api.variables(key) == {"a": 1, "b": 2}


@pytest.mark.proves("input and output mappings")
def test_an_end_mapping_makes_process_variables(api):
    ends = f'<bpmn:endEvent id="end">{extended(mapping(outputs=[("=a + 1", "b")]))}</bpmn:endEvent>'
    key = api.begin(diagram("p", start() + script("s", "=1", "a") + ends, "start>s s>end"), "p")
    assert api.variables(key) == {"a": 1, "b": 2}
