"""Execution listeners: jobs before and after an element, one after another."""

from __future__ import annotations

import pytest

from engine.errors import Conflict
from engine.execution import contract as c
from tests.engine.execution.drawing import (
    COMPENSATE,
    END,
    START,
    boundary,
    chain,
    end,
    flow,
    listeners,
    loop,
    mapping,
    node,
    sub,
    throw,
    timer,
    undone,
    user,
    work,
)


def process(elements: str, flows: str, own: str = "") -> str:
    extensions = f"<bpmn:extensionElements>{own}</bpmn:extensionElements>" if own else ""
    return extensions + elements + flows


def opened(bench) -> list[tuple[str, str]]:
    return [(job.type, job.listener) for job in bench.of(c.JobOpened)]


def listened(bench, element_id: str, **variables) -> None:
    bench.instance.complete_listener(bench.key(element_id), variables)
    bench.settle()


@pytest.mark.proves("execution listeners")
def test_listeners_run_one_after_another_around_the_work(bench):
    lots = listeners("start:a", "start:b:5", "end:c", "end:d")
    bench.start(START + work("t", lots) + END + chain("s", "t", "e"))
    assert opened(bench) == [("a", "START")]
    assert bench.of(c.JobOpened)[0].kind == "EXECUTION_LISTENER"
    listened(bench, "t")
    assert (opened(bench)[-1], bench.of(c.JobOpened)[-1].retries) == (("b", "START"), 5)
    listened(bench, "t")
    assert opened(bench)[-1] == ("t", "UNSPECIFIED")
    bench.complete("t")
    listened(bench, "t")
    listened(bench, "t")
    assert [kind for kind, _ in opened(bench)] == ["a", "b", "t", "c", "d"]
    assert len(bench.of(c.JobClosed)) == 5
    assert bench.ended


@pytest.mark.proves("execution listeners")
def test_a_start_listeners_variables_are_local_and_an_end_listeners_go_outwards(bench):
    maps = mapping({"mine": "=1"}, {"out": "=mine + extra"})
    bench.start(START + user("t", listeners("start:a", "end:b") + maps) + user("z") + chain("s", "t", "z"))
    assert not bench.of(c.UserTaskOpened)
    listened(bench, "t", extra=5)
    assert bench.instance.local_variables(bench.key("t")) == {"mine": 1, "extra": 5}
    bench.complete("t")
    assert len(bench.of(c.UserTaskClosed)) == 1
    assert bench.instance.variables() == {"out": 6}
    listened(bench, "t", more=7)
    assert bench.instance.variables() == {"out": 6, "more": 7}
    assert bench.waiting_at() == ["z"]


@pytest.mark.proves("execution listeners")
def test_nothing_is_asked_or_subscribed_before_the_start_listeners_are_done(bench):
    body = START + work("t", listeners("start:a")) + boundary("due", "t", timer("=wait")) + END
    bench.start(body + chain("s", "t", "e") + flow("due", "e"))
    assert not bench.waits()
    with pytest.raises(Conflict):
        bench.instance.complete(bench.key("t"), {})
    with pytest.raises(Conflict):
        bench.instance.throw_error(bench.key("t"), "E")
    listened(bench, "t", wait="PT1H")
    assert list(bench.waits()) == ["due"]


@pytest.mark.proves("execution listeners")
def test_nothing_interrupts_any_more_once_the_end_listeners_run(bench):
    body = START + work("t", listeners("end:a")) + boundary("due", "t", timer("PT1H")) + END
    bench.start(body + chain("s", "t", "e") + flow("due", "e")).complete("t")
    assert not bench.waits()
    listened(bench, "t")
    assert bench.ended


@pytest.mark.proves("execution listeners")
def test_the_process_and_a_subprocess_have_listeners(bench):
    inner = START.replace('"s"', '"s1"') + user("a") + chain("s1", "a")
    more = f"<bpmn:extensionElements>{listeners('start:in', 'end:out')}</bpmn:extensionElements>"
    bench.start(
        process(START + sub("p1", inner, more) + END, chain("s", "p1", "e"), listeners("start:begin", "end:finish"))
    )
    assert opened(bench) == [("begin", "START")]
    root = bench.instance.run.key
    bench.instance.complete_listener(root, {"x": 1})
    bench.settle()
    listened(bench, "p1")
    bench.complete("a")
    listened(bench, "p1")
    assert not bench.ended
    bench.instance.complete_listener(root, {"y": 2})
    bench.settle()
    assert [kind for kind, _ in opened(bench)] == ["begin", "in", "out", "finish"]
    assert bench.of(c.InstanceCompleted)[0].variables == {"x": 1, "y": 2}


@pytest.mark.proves("execution listeners")
def test_gateways_decide_with_what_their_start_listeners_found(bench):
    gateway = node("exclusiveGateway", "g", listeners("start:look"), attributes='default="g_a"')
    bench.start(START + gateway + user("a") + user("b") + flow("s", "g") + flow("g", "a") + flow("g", "b", "=urgent"))
    listened(bench, "g", urgent=True)
    assert bench.waiting_at() == ["b"]


@pytest.mark.proves("execution listeners")
def test_a_parallel_join_listens_once_all_have_come(bench):
    join = node("parallelGateway", "j", listeners("start:look"))
    body = START + '<bpmn:parallelGateway id="f"/>' + user("a") + user("b") + join + user("z")
    bench.start(body + chain("s", "f", "a", "j", "z") + chain("f", "b", "j")).complete("a")
    assert not opened(bench)
    bench.complete("b")
    listened(bench, "j")
    assert bench.waiting_at() == ["z"]


@pytest.mark.proves("execution listeners")
def test_events_listen_too(bench):
    start = node("startEvent", "s", listeners("end:begun"))
    catch = node("intermediateCatchEvent", "c", listeners("start:key", "end:came"), timer("=wait"))
    pass_by = throw("p", "", listeners("start:p1", "end:p2"))
    bench.start(start + catch + pass_by + end("e", "", listeners("start:e1", "end:e2")) + chain("s", "c", "p", "e"))
    listened(bench, "s")
    listened(bench, "c", wait="PT5M")
    bench.fire("c")
    for element in ("c", "p", "p", "e", "e"):
        listened(bench, element)
    assert [kind for kind, _ in opened(bench)] == ["begun", "key", "came", "p1", "p2", "e1", "e2"]
    assert bench.of(c.InstanceCompleted)[0].end_elements == ["e"]


@pytest.mark.proves("execution listeners")
def test_a_boundary_event_listens_at_its_end(bench):
    body = START + user("t") + boundary("due", "t", timer("PT1H"), inner=listeners("end:late")) + user("z")
    bench.start(body + chain("s", "t") + flow("due", "z")).fire("due")
    listened(bench, "due", told=True)
    assert (bench.waiting_at(), bench.instance.variables()) == (["z"], {"told": True})


@pytest.mark.proves("execution listeners")
def test_each_instance_of_a_multi_instance_activity_listens(bench):
    marker = loop('inputCollection="=[1,2]" inputElement="i" outputCollection="all" outputElement="=got"')
    bench.start(START + work("t", listeners("start:a", "end:b"), marker) + user("z") + chain("s", "t", "z"))
    assert opened(bench) == [("a", "START")] * 2
    keys = [t.id for t in bench.instance.active() if t.task_spec.name == "t [each]"]
    for key in keys:
        bench.instance.complete_listener(key, {})
        bench.instance.complete(key, {"got": key})
        bench.instance.complete_listener(key, {})
    assert bench.settle().instance.variables()["all"] == keys


@pytest.mark.proves("execution listeners")
def test_a_throwing_compensation_event_listens_before_and_after(bench):
    body = START + user("a") + undone("a") + throw("t", COMPENSATE, listeners("start:x", "end:y")) + END
    bench.start(body + chain("s", "a", "t", "e")).complete("a")
    assert bench.waiting_at() == ["t"]
    listened(bench, "t")
    bench.complete("undo_a")
    listened(bench, "t")
    assert bench.ended


@pytest.mark.proves("execution listeners")
def test_a_listener_whose_type_cannot_be_told_is_an_incident_and_all_of_them_run_again(bench):
    bench.start(START + user("t", listeners("start:a", "start:=kind")) + chain("s", "t"))
    listened(bench, "t")
    incident = bench.of(c.IncidentRaised)[0]
    assert incident.element_id == "t"
    bench.instance.set_variables(bench.instance.run.key, {"kind": "b"})
    bench.instance.resolve_incident(incident.key)
    bench.settle()
    listened(bench, "t")
    listened(bench, "t")
    assert [kind for kind, _ in opened(bench)] == ["a", "a", "b"]
    assert len(bench.of(c.UserTaskOpened)) == 1


@pytest.mark.proves("execution listeners")
def test_a_listener_without_retries_left_is_an_incident_and_only_it_is_tried_again(bench):
    bench.start(START + user("t", listeners("start:a")) + chain("s", "t"))
    bench.instance.fail(bench.key("t"), "no luck")
    incident = bench.settle().of(c.IncidentRaised)[0]
    assert incident.error_type == "JOB_NO_RETRIES"
    bench.instance.resolve_incident(incident.key)
    bench.settle()
    listened(bench, "t")
    assert bench.of(c.UserTaskOpened)


@pytest.mark.proves("execution listeners")
def test_an_element_that_is_ended_withdraws_its_listener(bench):
    inner = START.replace('"s"', '"s1"') + user("a", listeners("start:x")) + chain("s1", "a")
    body = START + sub("p1", inner) + boundary("due", "p1", timer("PT1H")) + END + chain("s", "p1") + flow("due", "e")
    bench.start(body).fire("due")
    assert [event.canceled for event in bench.of(c.JobClosed)] == [True]


@pytest.mark.proves(
    "execution listeners", "an element that is done but cannot be left (no flow, an output element that fails)"
)
def test_a_condition_that_fails_after_the_end_listeners_does_not_run_them_again(bench):
    body = START + user("t", listeners("end:a")) + user("y") + user("z") + flow("s", "t")
    bench.start(body + flow("t", "y", "=x = 1") + flow("t", "z", "=x = 2"), {"x": 3}).complete("t")
    listened(bench, "t")
    incident = bench.of(c.IncidentRaised)[0]
    bench.instance.set_variables(bench.instance.run.key, {"x": 2})
    bench.instance.resolve_incident(incident.key)
    assert bench.settle().waiting_at() == ["z"]
    assert len(opened(bench)) == 1
