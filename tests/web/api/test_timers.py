"""Timers: moments, durations and cycles, in every place that has one, and expressions that give none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.diagrams import boundary, catch, diagram, end, start, timer, user_task
from tests.web.api.drawing import event_start, subprocess


def waiting(event: str) -> bytes:
    return diagram("p", start() + catch("c", event) + user_task("t") + end(), "start>c c>t t>end")


def beside(event: str, interrupting: bool = False) -> bytes:
    told = boundary("b", "t", event, interrupting=interrupting)
    return diagram("p", start() + user_task("t") + told + user_task("told") + end(), "start>t t>end b>told told>end")


def pass_time(api, clock, **more: float) -> None:
    clock.advance(timedelta(**more))
    api.work()


@pytest.mark.parametrize(
    ("event", "seconds"),
    [
        (timer("duration", "PT90S"), 90),
        (timer("duration", "=duration(text)"), 120),
        (timer("duration", "=text"), 120),
        (timer("duration", '=duration("PT1M") * n'), 180),
        (timer("date", "2026-03-02T09:05:00Z"), 300),
        (timer("date", "2026-03-02T17:05:00+08:00"), 300),
        (timer("date", '=now() + duration("PT10S")'), 10),
        (timer("date", "=at"), 60),
        (timer("date", "2020-01-01T00:00:00Z"), 0),
        (timer("duration", "-PT5M"), 0),
    ],
)
def test_a_timer_fires_at_its_moment_and_not_before(api, clock, event, seconds):
    key = api.begin(waiting(event), "p", text="PT2M", n=3, at="2026-03-02T09:01:00Z")
    if seconds:
        pass_time(api, clock, seconds=seconds - 1)
        assert api.tasks(key) == []
        clock.advance(timedelta(seconds=1))
    api.work()
    assert len(api.tasks(key)) == 1


@pytest.mark.parametrize(
    ("event", "after"),
    [
        (timer("cycle", "R3/PT1H"), [1, 2, 3, 3]),
        (timer("cycle", "R/PT1H"), [1, 2, 3, 4]),
        (timer("cycle", '=cycle(2, duration("PT1H"))'), [1, 2, 2, 2]),
        (timer("cycle", '=cycle(duration("PT1H"))'), [1, 2, 3, 4]),
        (timer("cycle", "0 0 * * * *"), [1, 2, 3, 4]),
        (timer("cycle", "@hourly"), [1, 2, 3, 4]),
        (timer("cycle", "R2/2026-03-02T10:00:00Z/PT1H"), [1, 2, 2, 2]),
        (timer("duration", "PT1H"), [1, 1, 1, 1]),
    ],
)
def test_a_boundary_that_does_not_interrupt_fires_as_often_as_its_cycle_says(api, clock, event, after):
    key = api.begin(beside(event), "p")
    counts = []
    for _ in after:
        pass_time(api, clock, hours=1)
        counts.append(len(api.tasks(key)) - 1)
    assert counts == after


def test_a_cycle_ends_with_its_activity(api, clock):
    key = api.begin(beside(timer("cycle", "R/PT1H")), "p")
    pass_time(api, clock, hours=1)
    (task,) = (each for each in api.tasks(key) if each["elementId"] == "t")
    api.post(f"/user-tasks/{task['userTaskKey']}/completion")
    pass_time(api, clock, hours=5)
    assert [each["elementId"] for each in api.tasks(key)] == ["told"]


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["h"]), (False, ["h", "h", "t"])])
def test_an_event_subprocess_that_a_timer_starts(api, clock, interrupting, left):
    event = timer("duration", "PT1H") if interrupting else timer("cycle", "R2/PT1H")
    handler = subprocess(
        "handler", event_start("hs", event, interrupting) + user_task("h") + end("he"), "hs>h h>he", by="event"
    )
    key = api.begin(diagram("p", start() + user_task("t") + end() + handler, "start>t t>end"), "p")
    for _ in range(4):
        pass_time(api, clock, hours=1)
    assert sorted(task["elementId"] for task in api.tasks(key)) == left


def test_a_start_on_a_cycle_starts_instances_of_the_newest_version(api, clock):
    def begins(name: str) -> bytes:
        return diagram(
            "p", start(event=timer("cycle", "R3/PT1H")) + user_task(name) + end(), f"start>{name} {name}>end"
        )

    api.deploy(("p.bpmn", begins("one")))
    pass_time(api, clock, hours=1)
    api.deploy(("p.bpmn", begins("two")))
    for _ in range(5):
        pass_time(api, clock, hours=1)
    found = api.search("process-instances", filter={"processDefinitionId": "p"})
    assert [each["processDefinitionVersion"] for each in found] == [1, 2, 2, 2]


@pytest.mark.parametrize("value", [None, "soon", 5, True])
def test_an_expression_without_a_duration_is_an_incident_that_a_variable_repairs(api, clock, value):
    key = api.begin(waiting(timer("duration", "=wait")), "p", wait=value)
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("EXTRACT_VALUE_ERROR", "c")
    api.put_variables(key, {"wait": "PT1M"})
    api.resolve(found)
    pass_time(api, clock, minutes=1)
    assert len(api.tasks(key)) == 1


def test_a_boundary_timer_that_fails_stops_its_activity_before_it_opens(api, clock):
    key = api.begin(beside(timer("duration", "=wait")), "p")
    assert (api.incident(key)["elementId"], api.tasks(key)) == ("t", [])
    api.put_variables(key, {"wait": "PT1M"})
    api.resolve(api.incident(key))
    assert [each["elementId"] for each in api.tasks(key)] == ["t"]


def test_an_activity_sees_its_own_inputs_in_its_boundary_timer(api, clock):
    task = user_task("t", '<zeebe:ioMapping><zeebe:input source="=limit" target="wait"/></zeebe:ioMapping>')
    told = boundary("b", "t", timer("duration", "=wait"))
    xml = diagram("p", start() + task + told + user_task("told") + end(), "start>t t>end b>told told>end")
    key = api.begin(xml, "p", limit="PT1M")
    pass_time(api, clock, minutes=1)
    assert [each["elementId"] for each in api.tasks(key)] == ["told"]


@pytest.mark.parametrize(
    "xml",
    [
        waiting(timer("cycle", "R3/PT1H")),
        beside(timer("cycle", "R3/PT1H"), interrupting=True),
        waiting(timer("duration", "soon")),
        waiting(timer("date", "tomorrow")),
    ],
)
def test_a_timer_that_cannot_be_is_refused(api, xml):
    assert api.deploy(("p.bpmn", xml)).status_code == 400
