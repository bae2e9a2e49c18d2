"""Compensation: which handlers a throw event starts, and when it goes on."""

from __future__ import annotations

import pytest

from engine.execution import contract as c
from tests.engine.execution.drawing import (
    COMPENSATE,
    END,
    START,
    boundary,
    chain,
    end,
    flow,
    loop,
    sub,
    throw,
    timer,
    undone,
    user,
    work,
)

ERROR = '<bpmn:error id="E" errorCode="bad"/>'


def one(name: str) -> str:
    return f'<bpmn:compensateEventDefinition activityRef="{name}"/>'


@pytest.mark.proves("compensation")
def test_a_throw_event_starts_the_handlers_of_what_is_complete_and_waits_for_all_of_them(bench):
    body = START + user("a") + undone("a") + user("b") + undone("b") + throw("t", COMPENSATE) + user("z")
    bench.start(body + chain("s", "a", "b", "t", "z"))
    bench.complete("a").complete("b")
    assert bench.waiting_at() == ["t", "undo_a", "undo_b"]
    started = [e.element_id for e in bench.of(c.ElementActivated) if e.element_type == "BOUNDARY_EVENT"]
    assert started == ["on_b", "on_a"], "what was completed last is undone first"
    bench.complete("undo_b")
    assert bench.waiting_at() == ["t", "undo_a"]
    assert bench.complete("undo_a", undone=True).waiting_at() == ["z"]
    assert bench.instance.variables()["undone"] is True
    assert "undo_a" not in [e.flow_id for e in bench.of(c.FlowTaken)]


@pytest.mark.proves("compensation")
def test_without_anything_to_undo_the_event_is_passed(bench):
    body = START + user("a") + undone("a") + throw("t", COMPENSATE) + user("z")
    body += (
        '<bpmn:exclusiveGateway id="g" default="g_t"/>' + flow("s", "g") + flow("g", "a", "=x") + chain("g", "t", "z")
    )
    assert bench.start(body + flow("a", "t"), {"x": False}).waiting_at() == ["z"]


@pytest.mark.proves("compensation")
def test_what_still_runs_or_was_terminated_is_not_undone(bench):
    body = START + '<bpmn:parallelGateway id="f"/>' + user("a") + undone("a") + user("b") + throw("t", COMPENSATE) + END
    late = user("late") + undone("late") + boundary("due", "late", timer("PT1H"))
    body += late + chain("s", "f", "a") + chain("f", "b", "t", "e") + chain("f", "late")
    bench.start(body).fire("due")
    bench.complete("b")
    assert bench.waiting_at() == ["a"]
    assert not [e for e in bench.of(c.ElementActivated) if e.element_id.startswith("undo")]


@pytest.mark.proves("compensation")
def test_an_activity_that_was_done_three_times_is_undone_three_times_and_only_once(bench):
    gate = '<bpmn:exclusiveGateway id="g" default="g_t"/>'
    body = START + user("a") + undone("a") + gate + throw("t", COMPENSATE) + throw("t2", COMPENSATE) + END
    body += chain("s", "a", "g", "t", "t2", "e") + flow("g", "a", "=again")
    bench.start(body).complete("a", again=True).complete("a", again=True).complete("a", again=False)
    assert bench.waiting_at() == ["t", "undo_a", "undo_a", "undo_a"]
    for _ in range(3):
        bench.complete("undo_a")
    assert bench.ended


@pytest.mark.proves("compensation")
def test_a_named_activity_alone_is_undone(bench):
    body = START + user("a") + undone("a") + user("b") + undone("b") + throw("t", one("b")) + end("e", COMPENSATE)
    bench.start(body + chain("s", "a", "b", "t", "e")).complete("a").complete("b")
    assert bench.waiting_at() == ["t", "undo_b"]
    assert bench.complete("undo_b").waiting_at() == ["e", "undo_a"]
    bench.complete("undo_a")
    assert bench.of(c.InstanceCompleted)[0].end_elements == ["e"]


@pytest.mark.proves("compensation")
def test_a_completed_subprocess_is_undone_by_its_own_handler_and_those_inside_it(bench):
    deep = sub("deep", START.replace('"s"', '"s2"') + user("c") + undone("c") + chain("s2", "c"))
    inner = START.replace('"s"', '"s1"') + user("a") + undone("a") + deep + chain("s1", "a", "deep")
    body = START + sub("p1", inner) + undone("p1") + throw("t", COMPENSATE) + END + chain("s", "p1", "t", "e")
    bench.start(body).complete("a").complete("c")
    assert bench.waiting_at() == ["t", "undo_a", "undo_c", "undo_p1"]
    scopes = {e.scope_key for e in bench.of(c.ElementActivated) if e.element_id.startswith("undo")}
    assert scopes == {bench.instance.run.key}, "the subprocess is gone; handlers run where the event is"
    for name in ("undo_a", "undo_c", "undo_p1"):
        bench.complete(name)
    assert bench.ended


@pytest.mark.proves("compensation")
def test_a_throw_event_inside_a_subprocess_undoes_nothing_outside_it(bench):
    inner = START.replace('"s"', '"s1"') + user("b") + undone("b") + end("x", COMPENSATE) + chain("s1", "b", "x")
    body = START + user("a") + undone("a") + sub("p1", inner) + user("z") + chain("s", "a", "p1", "z")
    bench.start(body).complete("a").complete("b")
    assert bench.waiting_at() == ["undo_b", "x"]
    assert bench.complete("undo_b").waiting_at() == ["z"]


@pytest.mark.proves("compensation")
def test_a_subprocess_that_still_runs_is_not_entered(bench):
    inner = START.replace('"s"', '"s1"') + user("a") + undone("a") + user("a2") + chain("s1", "a", "a2")
    body = START + '<bpmn:parallelGateway id="f"/>' + sub("p1", inner) + user("b") + throw("t", COMPENSATE) + END
    bench.start(body + chain("s", "f", "p1") + chain("f", "b", "t", "e")).complete("a").complete("b")
    assert bench.waiting_at() == ["a2"]


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.proves("compensation")
def test_a_multi_instance_activity_is_undone_once_when_all_of_it_is_done(bench, sequential):
    marker = loop('inputCollection="=[1,2]" inputElement="i"', sequential)
    body = START + user("a", more=marker) + undone("a") + throw("t", COMPENSATE) + END + chain("s", "a", "t", "e")
    bench.start(body).complete("a").complete("a")
    assert bench.waiting_at() == ["t", "undo_a"]


@pytest.mark.proves("compensation")
def test_every_instance_of_a_multi_instance_subprocess_is_undone(bench):
    marker = loop('inputCollection="=[1,2]" inputElement="i"')
    inner = START.replace('"s"', '"s1"') + user("a") + undone("a") + chain("s1", "a")
    body = START + sub("p1", inner, marker) + throw("t", COMPENSATE) + END + chain("s", "p1", "t", "e")
    bench.start(body).complete("a").complete("a")
    assert bench.waiting_at() == ["t", "undo_a", "undo_a"]


@pytest.mark.proves("compensation")
def test_a_handler_may_be_a_subprocess_or_multi_instance(bench):
    marker = loop('inputCollection="=[1,2]"')
    handler = user("undo_a", more=marker, attributes='isForCompensation="true"')
    steps = START.replace('"s"', '"s1"') + user("h1") + user("h2") + chain("s1", "h1", "h2")
    as_sub = sub("undo_b", steps, attributes='isForCompensation="true"')
    body = (
        START + user("a") + undone("a", handler) + user("b") + undone("b", as_sub) + throw("t", COMPENSATE) + user("z")
    )
    bench.start(body + chain("s", "a", "b", "t", "z")).complete("a").complete("b")
    bench.complete("undo_a").complete("h1").complete("undo_a")
    assert bench.waiting_at() == ["h2", "t"]
    assert bench.complete("h2").waiting_at() == ["z"]


@pytest.mark.parametrize("interrupting", ["true", "false"])
@pytest.mark.proves("compensation")
def test_an_event_subprocess_undoes_what_the_scope_around_it_completed(bench, interrupting):
    begin = f'<bpmn:startEvent id="s1" isInterrupting="{interrupting}">{timer("PT1H")}</bpmn:startEvent>'
    handler = sub("on_late", begin + end("x", COMPENSATE) + chain("s1", "x"), attributes='triggeredByEvent="true"')
    body = START + user("a") + undone("a") + user("b") + handler + chain("s", "a", "b")
    bench.start(body).complete("a").fire("s1")
    left = ["b"] if interrupting == "false" else []
    assert bench.waiting_at() == [*left, "undo_a", "x"]
    assert bench.complete("undo_a").waiting_at() == left
    assert bench.ended == (interrupting == "true")


@pytest.mark.proves("compensation")
def test_a_handler_that_is_interrupted_counts_as_done(bench):
    body = START + user("a") + undone("a") + throw("t", COMPENSATE) + user("z") + user("y")
    body += boundary("due", "undo_a", timer("PT1H")) + chain("s", "a", "t", "z") + flow("due", "y")
    bench.start(body).complete("a")
    assert bench.fire("due").waiting_at() == ["y", "z"]


@pytest.mark.proves("compensation")
def test_handlers_end_with_the_scope_of_the_event_that_started_them(bench):
    inner = START.replace('"s"', '"s1"') + user("a") + undone("a") + end("x", COMPENSATE) + chain("s1", "a", "x")
    body = (
        START
        + sub("p1", inner)
        + boundary("due", "p1", timer("PT1H"))
        + user("z")
        + chain("s", "p1")
        + flow("due", "z")
    )
    bench.start(body).complete("a").fire("due")
    assert bench.waiting_at() == ["z"]


@pytest.mark.proves("compensation")
def test_a_handlers_incident_holds_up_the_throw_event_until_it_is_resolved(bench):
    handler = user("undo_a", '<zeebe:priorityDefinition priority="=missing"/>', attributes='isForCompensation="true"')
    body = START + user("a") + undone("a", handler) + throw("t", COMPENSATE) + END + chain("s", "a", "t", "e")
    bench.start(body).complete("a")
    incident = bench.of(c.IncidentRaised)[0]
    bench.instance.set_variables(bench.instance.run.key, {"missing": 50})
    bench.instance.resolve_incident(incident.key)
    assert bench.settle().complete("undo_a").ended


@pytest.mark.proves("compensation")
def test_an_error_that_a_handlers_worker_reports_is_caught_around_the_event(bench):
    inner = (
        START.replace('"s"', '"s1"')
        + user("a")
        + undone("a", kind="job")
        + end("x", COMPENSATE)
        + chain("s1", "a", "x")
    )
    caught = boundary("oops", "p1", '<bpmn:errorEventDefinition errorRef="E"/>')
    body = START + sub("p1", inner) + caught + user("z") + chain("s", "p1") + flow("oops", "z")
    bench.start(body, roots=ERROR).complete("a")
    bench.instance.throw_error(bench.key("undo_a"), "bad")
    assert bench.settle().waiting_at() == ["z"]


@pytest.mark.proves("compensation")
def test_what_a_loop_remembers_stays_small(bench):
    gate = '<bpmn:exclusiveGateway id="g" default="g_a"/>'
    body = START + work("a") + undone("a") + gate + END + chain("s", "a", "g", "a") + flow("g", "e", "=stop")
    bench.start(body, {"stop": False})
    bench.complete("a")
    size = len(bench.instance.dump())
    for _ in range(200):
        bench.complete("a")
    assert len(bench.instance.dump()) < size + 20
