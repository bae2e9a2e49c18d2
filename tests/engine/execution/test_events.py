"""Events where they are drawn seldom: cycles and cron beside a scope, several links to one place, moments that have passed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.execution import contract as c
from tests.engine.execution.drawing import START, boundary, chain, end, flow, node, sub, throw, timer, user

LINK = '<bpmn:linkEventDefinition name="there"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="M"/>'
KEYED = (
    '<bpmn:message id="M" name="m"><bpmn:extensionElements><zeebe:subscription correlationKey="=key"/>'
    "</bpmn:extensionElements></bpmn:message>"
)


def test_several_links_lead_to_one_place(bench):
    body = START + '<bpmn:parallelGateway id="f"/>' + throw("one", LINK) + throw("two", LINK) + user("z")
    body += node("intermediateCatchEvent", "there", more=LINK)
    bench.start(body + chain("s", "f", "one") + flow("f", "two") + flow("there", "z"))
    assert bench.waiting_at() == ["z", "z"]


@pytest.mark.parametrize("place", ["boundary", "event subprocess"])
def test_a_cron_timer_beside_something_fires_until_it_ends(bench, place):
    cron = timer("0 0 * * * *", "timeCycle")
    if place == "boundary":
        body = START + user("t") + boundary("b", "t", cron, 'cancelActivity="false"') + user("z") + flow("b", "z")
    else:
        begin = node("startEvent", "b", more=cron, attributes='isInterrupting="false"')
        body = START + user("t") + sub("h", begin + user("z") + flow("b", "z"), attributes='triggeredByEvent="true"')
    bench.start(body + chain("s", "t"))
    for number in range(3):
        assert bench.of(c.TimerArmed)[-1].due_at == bench.clock + timedelta(hours=1)
        bench.clock += timedelta(hours=1)
        bench.fire("b")
        assert bench.waiting_at() == ["t"] + ["z"] * (number + 1)


@pytest.mark.parametrize("place", ["boundary", "event subprocess"])
def test_a_counted_cycle_beside_something_stops(bench, place):
    cycle = timer("R2/PT1H", "timeCycle")
    if place == "boundary":
        body = START + user("t") + boundary("b", "t", cycle, 'cancelActivity="false"') + user("z") + flow("b", "z")
    else:
        begin = node("startEvent", "b", more=cycle, attributes='isInterrupting="false"')
        body = START + user("t") + sub("h", begin + user("z") + flow("b", "z"), attributes='triggeredByEvent="true"')
    bench.start(body + chain("s", "t")).fire("b").fire("b")
    assert not bench.waits()
    assert bench.waiting_at() == ["t", "z", "z"]


def test_what_a_side_branch_reached_is_not_the_end_of_an_instance_that_was_interrupted(bench):
    begin = node("startEvent", "b", more=timer("PT1H"))
    body = START + user("t") + sub("h", begin + user("z") + flow("b", "z"), attributes='triggeredByEvent="true"')
    body += boundary("soon", "t", timer("PT1M"), 'cancelActivity="false"') + end("told") + flow("soon", "told")
    bench.start(body + chain("s", "t")).fire("soon").fire("b").complete("z")
    assert bench.of(c.InstanceCompleted)[0].end_elements == []


def test_a_moment_that_has_passed_is_due_at_once(bench):
    late = timer("2020-01-01T00:00:00Z", "timeDate")
    bench.start(START + node("intermediateCatchEvent", "x", more=late) + user("z") + chain("s", "x", "z"))
    assert bench.of(c.TimerArmed)[0].due_at < bench.clock


def test_a_wait_keeps_the_correlation_key_with_which_it_began(bench):
    body = START + node("intermediateCatchEvent", "x", more=MESSAGE) + user("z") + chain("s", "x", "z")
    bench.start(body, {"key": "old"}, roots=KEYED)
    bench.instance.set_variables(bench.instance.run.key, {"key": "new"})
    bench.settle()
    assert [event.correlation_key for event in bench.of(c.MessageAwaited)] == ["old"]


def test_what_one_branch_sets_the_others_see(bench):
    body = START + '<bpmn:parallelGateway id="f"/>' + user("a") + user("b") + user("c") + chain("s", "f", "a", "c")
    bench.start(body + flow("f", "b"), {"x": 1}).complete("b", x=2)
    assert bench.instance.variables(bench.key("a"))["x"] == 2
