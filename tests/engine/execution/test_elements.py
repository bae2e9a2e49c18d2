"""What each element does, on small diagrams."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import Conflict, NotFound
from engine.execution import contract as c
from tests.engine.execution.drawing import END, START, chain, flow, user


@pytest.mark.proves("user task", "variables")
def test_a_user_task_waits_and_its_variables_reach_the_process(bench):
    bench.start(START + user("t") + END + chain("s", "t", "e"), {"amount": 5})
    assert bench.waiting_at() == ["t"]
    bench.complete("t", amount=7, note="x")
    assert bench.ended
    done = bench.of(c.InstanceCompleted)[0]
    assert done.variables == {"amount": 7, "note": "x"}
    assert done.end_elements == ["e"]


@pytest.mark.proves("exclusive, parallel, inclusive (split and join), event-based gateway")
def test_an_exclusive_gateway_takes_the_first_condition_that_holds_else_the_default(bench):
    gateway = '<bpmn:exclusiveGateway id="g" default="g_b"/>'
    body = START + gateway + user("a") + user("b") + flow("s", "g") + flow("g", "a", "=x &gt; 3") + flow("g", "b")
    assert bench.start(body, {"x": 4}).waiting_at() == ["a"]
    assert type(bench)().start(body, {"x": 3}).waiting_at() == ["b"]


def test_a_condition_that_is_null_is_an_incident_and_goes_on_once_mended(bench):
    gateway = '<bpmn:exclusiveGateway id="g" default="g_b"/>'
    body = START + gateway + user("a") + user("b") + flow("s", "g") + flow("g", "a", "=x &gt; 3") + flow("g", "b")
    bench.start(body)
    incident = bench.of(c.IncidentRaised)[0]
    assert (incident.element_id, incident.error_type) == ("g", "EXTRACT_VALUE_ERROR")
    bench.instance.set_variables(bench.instance.run.key, {"x": 9})
    bench.instance.resolve_incident(incident.key)
    assert bench.settle().waiting_at() == ["a"]


@pytest.mark.proves("exclusive, parallel, inclusive (split and join), event-based gateway")
def test_a_parallel_join_counts_tokens_per_flow(bench):
    body = (
        START
        + '<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>'
        + user("a")
        + user("b")
        + user("z")
        + flow("s", "f")
        + chain("f", "a", "j", "z")
        + chain("f", "b", "j")
    )
    bench.start(body).complete("a")
    assert bench.waiting_at() == ["b"]
    assert bench.complete("b").waiting_at() == ["z"]
    assert bench.completed().count("j") == 1


@pytest.mark.proves("exclusive, parallel, inclusive (split and join), event-based gateway")
def test_an_inclusive_join_waits_for_what_can_still_come(bench):
    body = (
        START
        + '<bpmn:inclusiveGateway id="f"/><bpmn:inclusiveGateway id="j"/>'
        + "".join(user(n) for n in "abcz")
        + flow("s", "f")
        + flow("f", "a", "=true")
        + flow("f", "b", "=true")
        + flow("f", "c", "=false")
        + "".join(flow(n, "j") for n in "abc")
        + flow("j", "z")
    )
    bench.start(body).complete("a")
    assert bench.waiting_at() == ["b"]
    assert bench.complete("b").waiting_at() == ["z"]


TIMER = "<bpmn:timerEventDefinition><bpmn:time{0}>{1}</bpmn:time{0}></bpmn:timerEventDefinition>"


def boundary(name: str, host: str, inner: str, interrupting: bool = True) -> str:
    cancel = str(interrupting).lower()
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{cancel}">{inner}</bpmn:boundaryEvent>'
    )


def test_an_interrupting_timer_ends_its_task(bench):
    body = START + user("t") + boundary("b", "t", TIMER.format("Duration", "PT24H")) + user("late") + END
    bench.start(body + chain("s", "t", "e") + chain("b", "late"))
    assert bench.of(c.TimerArmed)[0].due_at == bench.clock + timedelta(hours=24)
    bench.fire("b")
    assert bench.waiting_at() == ["late"]
    assert bench.of(c.UserTaskClosed)[0].canceled


def test_a_cycle_on_a_boundary_fires_every_time_and_then_stops(bench):
    body = START + user("t") + boundary("b", "t", TIMER.format("Cycle", "R2/PT1H"), False) + user("n")
    bench.start(body + chain("s", "t") + chain("b", "n"))
    bench.fire("b")
    assert bench.of(c.TimerArmed)[-1].due_at == bench.clock + timedelta(hours=2)
    bench.fire("b")
    assert bench.waiting_at() == ["n", "n", "t"]
    assert bench.waits() == {}


MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
ROOTS = (
    '<bpmn:message id="m" name="msg"><bpmn:extensionElements><zeebe:subscription correlationKey="=key"/>'
    '</bpmn:extensionElements></bpmn:message><bpmn:error id="err" errorCode="E1"/>'
    '<bpmn:escalation id="esc" escalationCode="X1"/>'
)


def test_a_non_interrupting_message_boundary_fires_again_and_again(bench):
    body = START + user("t") + boundary("b", "t", MESSAGE, False) + user("n") + chain("s", "t") + chain("b", "n")
    bench.start(body, {"key": 42}, ROOTS)
    assert bench.of(c.MessageAwaited)[0].correlation_key == "42"
    for number in range(3):
        bench.fire("b", got=number)
    assert bench.waiting_at() == ["n", "n", "n", "t"]
    assert bench.instance.variables()["got"] == 2


def test_without_a_correlation_key_the_wait_is_an_incident(bench):
    bench.start(START + user("t") + boundary("b", "t", MESSAGE) + chain("s", "t"), {}, ROOTS)
    assert bench.of(c.IncidentRaised)[0].element_id == "t"
    assert bench.of(c.UserTaskOpened) == []


def sub(name: str, inner: str, event: bool = False) -> str:
    triggered = ' triggeredByEvent="true"' if event else ""
    return f'<bpmn:subProcess id="{name}"{triggered}>{inner}</bpmn:subProcess>'


@pytest.mark.proves("embedded subprocess")
def test_an_error_end_event_is_caught_at_the_subprocess(bench):
    inner = (
        '<bpmn:startEvent id="is"/>'
        + user("w")
        + '<bpmn:endEvent id="ie"><bpmn:errorEventDefinition errorRef="err"/></bpmn:endEvent>'
        + chain("is", "w", "ie")
    )
    body = (
        START
        + sub("p1", inner)
        + boundary("b", "p1", '<bpmn:errorEventDefinition errorRef="err"/>')
        + user("h")
        + chain("s", "p1")
        + chain("b", "h")
    )
    bench.start(body, roots=ROOTS)
    assert bench.complete("w").waiting_at() == ["h"]


def test_an_uncaught_error_is_an_incident_where_it_was_thrown(bench):
    body = (
        START + '<bpmn:endEvent id="ie"><bpmn:errorEventDefinition errorRef="err"/></bpmn:endEvent>' + chain("s", "ie")
    )
    bench.start(body, roots=ROOTS)
    assert bench.of(c.IncidentRaised)[0].error_type == "UNHANDLED_ERROR_EVENT"
    assert not bench.ended


def test_an_error_that_a_caller_catches_ends_the_instance(bench):
    body = (
        START + '<bpmn:endEvent id="ie"><bpmn:errorEventDefinition errorRef="err"/></bpmn:endEvent>' + chain("s", "ie")
    )
    bench.caught_above = {"E1"}
    bench.start(body, roots=ROOTS)
    assert bench.of(c.ErrorEscaped)[0].code == "E1"
    assert bench.ended


def test_a_non_interrupting_escalation_lets_the_thrower_go_on(bench):
    inner = (
        '<bpmn:startEvent id="is"/><bpmn:intermediateThrowEvent id="th"><bpmn:escalationEventDefinition escalationRef="esc"/>'
        "</bpmn:intermediateThrowEvent>" + user("w") + chain("is", "th", "w")
    )
    body = (
        START
        + sub("p1", inner)
        + boundary("b", "p1", '<bpmn:escalationEventDefinition escalationRef="esc"/>', False)
        + user("h")
        + chain("s", "p1")
        + chain("b", "h")
    )
    assert bench.start(body, roots=ROOTS).waiting_at() == ["h", "w"]


def event_sub(interrupting: bool, definition: str = MESSAGE) -> str:
    flag = str(interrupting).lower()
    inner = (
        f'<bpmn:startEvent id="es" isInterrupting="{flag}">{definition}</bpmn:startEvent>'
        + user("et")
        + chain("es", "et")
    )
    return sub("esp", inner, event=True)


@pytest.mark.proves("event subprocess")
def test_an_interrupting_event_subprocess_ends_the_rest_of_its_scope(bench):
    bench.start(START + user("t") + chain("s", "t") + event_sub(True), {"key": "k"}, ROOTS)
    assert bench.fire("es").waiting_at() == ["et"]
    assert bench.waits() == {}
    assert bench.complete("et").ended


@pytest.mark.proves("event subprocess")
def test_a_non_interrupting_event_subprocess_may_run_twice_beside_the_rest(bench):
    bench.start(START + user("t") + chain("s", "t") + event_sub(False), {"key": "k"}, ROOTS)
    bench.fire("es").fire("es")
    assert bench.waiting_at() == ["et", "et", "t"]
    bench.complete("et").complete("et")
    assert not bench.ended
    assert bench.complete("t").ended


def test_terminate_ends_its_own_scope_only(bench):
    inner = (
        '<bpmn:startEvent id="is"/><bpmn:parallelGateway id="g"/>'
        + user("w")
        + user("v")
        + '<bpmn:endEvent id="ie"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
        + chain("is", "g", "w", "ie")
        + chain("g", "v")
    )
    bench.start(START + sub("p1", inner) + user("after") + chain("s", "p1", "after"))
    assert bench.complete("w").waiting_at() == ["after"]


@pytest.mark.proves("exclusive, parallel, inclusive (split and join), event-based gateway", "receive task")
def test_an_event_based_gateway_takes_the_event_that_comes_first(bench):
    body = (
        START
        + '<bpmn:eventBasedGateway id="g"/>'
        + f'<bpmn:intermediateCatchEvent id="m1">{MESSAGE}</bpmn:intermediateCatchEvent>'
        + f'<bpmn:intermediateCatchEvent id="t1">{TIMER.format("Duration", "PT1H")}</bpmn:intermediateCatchEvent>'
        + user("a")
        + user("b")
        + chain("s", "g", "m1", "a")
        + chain("g", "t1", "b")
    )
    bench.start(body, {"key": "k"}, ROOTS)
    assert bench.fire("m1", answer="yes").waiting_at() == ["a"]
    assert bench.waits() == {}
    assert bench.instance.variables()["answer"] == "yes"


def multi(sequential: bool, inner: str, more: str = "") -> str:
    flag = str(sequential).lower()
    return (
        f'<bpmn:userTask id="t"><bpmn:extensionElements>{inner}</bpmn:extensionElements>'
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{flag}"><bpmn:extensionElements><zeebe:loopCharacteristics '
        f'inputCollection="=items" inputElement="item" outputCollection="results" outputElement="=result"/>'
        f"</bpmn:extensionElements>{more}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )


def test_parallel_multi_instance_collects_in_the_order_of_the_input(bench):
    bench.start(START + multi(False, "") + END + chain("s", "t", "e"), {"items": ["a", "b", "c"]})
    keys = [e.key for e in bench.of(c.UserTaskOpened)]
    for key, result in reversed(list(zip(keys, (1, 2, 3), strict=True))):
        bench.instance.complete(key, {"result": result})
        bench.settle()
    assert bench.of(c.InstanceCompleted)[0].variables == {"items": ["a", "b", "c"], "results": [1, 2, 3]}


def test_sequential_multi_instance_goes_one_by_one_with_its_counter(bench):
    bench.start(START + multi(True, "") + END + chain("s", "t", "e"), {"items": [5, 6]})
    assert bench.instance.local_variables(bench.key("t"))["loopCounter"] == 1
    bench.complete("t", result="x")
    assert bench.instance.local_variables(bench.key("t"))["item"] == 6
    bench.complete("t", result="y")
    assert bench.of(c.InstanceCompleted)[0].variables["results"] == ["x", "y"]


def test_a_completion_condition_ends_the_others(bench):
    condition = "<bpmn:completionCondition>=numberOfCompletedInstances &gt;= 2</bpmn:completionCondition>"
    bench.start(START + multi(False, "", condition) + END + chain("s", "t", "e"), {"items": [1, 2, 3, 4]})
    for event in bench.of(c.UserTaskOpened)[:2]:
        bench.instance.complete(event.key, {"result": "ok"})
        bench.settle()
    assert bench.ended
    assert bench.of(c.InstanceCompleted)[0].variables["results"] == ["ok", "ok", None, None]


def test_an_empty_collection_completes_at_once(bench):
    assert bench.start(START + multi(False, "") + END + chain("s", "t", "e"), {"items": []}).ended


def test_mappings_keep_inner_variables_inside(bench):
    maps = (
        '<zeebe:ioMapping><zeebe:input source="=a + 1" target="b"/>'
        '<zeebe:output source="=b * r" target="out.value"/></zeebe:ioMapping>'
    )
    bench.start(START + user("t", maps) + END + chain("s", "t", "e"), {"a": 1, "out": {"kept": True}})
    assert bench.instance.local_variables(bench.key("t")) == {"b": 2}
    bench.complete("t", r=5)
    assert bench.of(c.InstanceCompleted)[0].variables == {"a": 1, "out": {"kept": True, "value": 10}}


def test_a_job_error_goes_to_the_boundary_with_its_code(bench):
    definition = '<zeebe:taskDefinition type="pay" retries="5"/>'
    task = user("j", definition).replace("userTask", "serviceTask")
    body = START + task + boundary("b", "j", '<bpmn:errorEventDefinition errorRef="err"/>') + user("h")
    bench.start(body + chain("s", "j") + chain("b", "h"), roots=ROOTS)
    assert (bench.of(c.JobOpened)[0].type, bench.of(c.JobOpened)[0].retries) == ("pay", 5)
    bench.instance.throw_error(bench.key("j"), "E1", "no money")
    assert bench.settle().waiting_at() == ["h"]


def test_a_loop_of_one_user_task_stays_as_small_as_at_first(bench):
    body = START + user("t") + '<bpmn:exclusiveGateway id="g" default="g_e"/>' + END + chain("s", "t", "g", "e")
    bench.start(body + flow("g", "t", "=again"), {"again": True})
    bench.complete("t")
    size = len(bench.instance.dump())
    for _ in range(600):
        bench.complete("t")
    assert len(bench.instance.dump()) <= size + 20
    assert bench.complete("t", again=False).ended


@pytest.mark.proves("10,000 automatic steps in one command", "UNKNOWN")
def test_a_loop_that_nobody_can_leave_is_an_incident(bench):
    body = START + '<bpmn:exclusiveGateway id="g"/><bpmn:exclusiveGateway id="h"/>' + chain("s", "g", "h", "g")
    assert "without waiting" in bench.start(body).of(c.IncidentRaised)[0].message


def test_what_has_ended_cannot_be_completed(bench):
    bench.start(START + user("t") + user("u") + chain("s", "t", "u"))
    key = bench.key("t")
    bench.complete("t")
    with pytest.raises(NotFound):
        bench.instance.complete(key, {})


def test_a_link_jumps(bench):
    body = (
        START
        + '<bpmn:intermediateThrowEvent id="lt"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>'
        + '<bpmn:intermediateCatchEvent id="lc"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>'
        + user("t")
        + chain("s", "lt")
        + chain("lc", "t")
    )
    assert bench.start(body).waiting_at() == ["t"]


def test_cancel_ends_everything_and_closes_what_waited(bench):
    bench.start(START + user("t") + boundary("b", "t", TIMER.format("Duration", "PT1H")) + chain("s", "t"))
    bench.instance.cancel()
    bench.settle()
    assert bench.ended
    assert bench.waits() == {}
    assert bench.of(c.InstanceTerminated)


def test_completing_a_task_with_an_incident_is_a_conflict(bench):
    maps = '<zeebe:ioMapping><zeebe:output source="=assert(x, x != null)" target="y"/></zeebe:ioMapping>'
    bench.start(
        START
        + '<bpmn:exclusiveGateway id="g"/>'
        + user("a", maps)
        + user("b")
        + flow("s", "g")
        + flow("g", "a", "=q")
        + flow("g", "b", "=q")
    )
    with pytest.raises(Conflict):
        bench.instance.complete(bench.of(c.IncidentRaised)[0].element_key, {})


def test_thousands_of_tokens_at_one_join_cost_no_more_each(bench):
    """A loop that splits and never joins fills a gateway; the command ends with an incident and not with the day."""
    body = (
        START
        + '<bpmn:parallelGateway id="f"/><bpmn:exclusiveGateway id="g"/><bpmn:parallelGateway id="j"/>'
        + user("never")
        + chain("s", "g", "f", "g")
        + flow("f", "j")
        + chain("never", "j")
    )
    bench.start(body)
    assert "without waiting" in bench.of(c.IncidentRaised)[0].message
    assert len(bench.instance.run.root.tokens) > 2_000
