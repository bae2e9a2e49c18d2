"""Messages: who takes one, how often, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.diagrams import boundary, catch, diagram, end, message, message_root, start, timer, user_task
from tests.web.api.drawing import event_start, subprocess

ROOT = message_root("m", "paid", "=order")
BEGINS = diagram(
    "begun", start(event=message("m")) + user_task("t") + end(), "start>t t>end", message_root("m", "paid")
)


def waiting(identifier: str = "p") -> bytes:
    return diagram(identifier, start() + catch("c", message("m")) + user_task("t") + end(), "start>c c>t t>end", ROOT)


def running(api, process_id: str) -> list[str]:
    found = api.search("process-instances", filter={"processDefinitionId": process_id, "state": "ACTIVE"})
    return [each["processInstanceKey"] for each in found]


@pytest.mark.proves("messages")
def test_only_one_instance_runs_for_a_key_and_the_next_message_waits_for_its_end(api):
    api.deploy(("b.bpmn", BEGINS))
    for number in range(3):
        api.publish("paid", "k", timeToLive=3_600_000, variables={"n": number})
    (one,) = running(api, "begun")
    assert api.variables(one) == {"n": 0}
    api.post(f"/user-tasks/{api.tasks(one)[0]['userTaskKey']}/completion")
    (two,) = running(api, "begun")
    assert api.variables(two) == {"n": 1}
    api.post(f"/process-instances/{two}/cancellation")
    (three,) = running(api, "begun")
    assert api.variables(three) == {"n": 2}


@pytest.mark.proves("message start without a correlation key, other messages without one")
def test_without_a_key_each_message_starts_an_instance(api):
    api.deploy(("b.bpmn", BEGINS))
    for _ in range(3):
        api.publish("paid")
    assert len(running(api, "begun")) == 3


def test_a_message_is_taken_once_by_each_process(api):
    api.deploy(("p.bpmn", waiting()), ("q.bpmn", waiting("q")))
    keys = [api.start(process_id, order="1") for process_id in ("p", "p", "q")]
    api.publish("paid", "1")
    assert sorted(len(api.tasks(key)) for key in keys) == [0, 1, 1]
    assert len(api.tasks(keys[2])) == 1


@pytest.mark.proves("messages")
def test_a_kept_message_goes_to_another_process_but_not_twice_to_one(api):
    api.deploy(("p.bpmn", waiting()), ("q.bpmn", waiting("q")))
    api.publish("paid", "1", timeToLive=60_000)
    first, second, other = (api.start(process_id, order="1") for process_id in ("p", "p", "q"))
    assert [len(api.tasks(key)) for key in (first, second, other)] == [1, 0, 1]


@pytest.mark.proves("messages")
def test_a_message_is_forgotten_when_its_time_is_over(api, clock):
    api.deploy(("p.bpmn", waiting()))
    api.publish("paid", "1", timeToLive=60_000, messageId="a")
    clock.advance(timedelta(seconds=61))
    assert api.tasks(api.start("p", order="1")) == []
    api.publish("paid", "1", timeToLive=60_000, messageId="a")
    assert len(running(api, "p")) == 1


@pytest.mark.proves("messages")
def test_a_kept_message_id_is_refused_again_with_its_own_title(api):
    api.publish("paid", "1", timeToLive=60_000, messageId="a")
    body = {"name": "paid", "correlationKey": "1", "messageId": "a"}
    again = api.call("POST", "/messages/publication", body)
    assert (again.status_code, again.json["title"]) == (409, "ALREADY_EXISTS")
    api.publish("paid", "2", timeToLive=60_000, messageId="a")  # another key: another message


def test_a_message_id_that_was_not_kept_may_come_again(api):
    api.publish("paid", "1", messageId="a")
    api.publish("paid", "1", messageId="a")


@pytest.mark.parametrize("order", ["A-1", 42])
def test_a_correlation_key_may_be_a_text_or_a_number(api, order):
    key = api.begin(waiting(), "p", order=order)
    api.publish("paid", str(order))
    assert len(api.tasks(key)) == 1


@pytest.mark.parametrize("order", [None, True, ["x"]])
def test_any_other_correlation_key_is_an_incident(api, order):
    key = api.begin(waiting(), "p", order=order)
    found = api.incident(key)
    assert (found["errorType"], found["elementId"]) == ("EXTRACT_VALUE_ERROR", "c")
    api.put_variables(key, {"order": "mended"})
    api.resolve(found)
    api.publish("paid", "mended")
    assert len(api.tasks(key)) == 1


def test_a_boundary_that_does_not_interrupt_takes_every_message(api):
    told = boundary("b", "t", message("m"), interrupting=False)
    xml = diagram(
        "p", start() + user_task("t") + told + user_task("told") + end(), "start>t t>end b>told told>end", ROOT
    )
    key = api.begin(xml, "p", order="1")
    for _ in range(3):
        api.publish("paid", "1")
    assert sorted(task["elementId"] for task in api.tasks(key)) == ["t", "told", "told", "told"]


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["h"]), (False, ["h", "h", "t"])])
def test_an_event_subprocess_that_a_message_starts(api, interrupting, left):
    handler = subprocess(
        "handler", event_start("hs", message("m"), interrupting) + user_task("h") + end("he"), "hs>h h>he", by="event"
    )
    key = api.begin(diagram("p", start() + user_task("t") + end() + handler, "start>t t>end", ROOT), "p", order="1")
    api.publish("paid", "1", variables={"n": 1})
    api.publish("paid", "1", variables={"n": 2})
    assert sorted(task["elementId"] for task in api.tasks(key)) == left


def test_the_first_event_behind_a_gateway_decides(api, clock):
    elements = (
        start()
        + '<bpmn:eventBasedGateway id="g"/>'
        + catch("paid", message("m"))
        + catch("late", timer("duration", "PT1H"))
        + user_task("yes")
        + user_task("no")
        + end()
    )
    flows = "start>g g>paid g>late paid>yes late>no yes>end no>end"
    xml = diagram("p", elements, flows, ROOT)
    one, two = api.begin(xml, "p", order="1"), api.start("p", order="2")
    api.publish("paid", "1", variables={"sum": 3})
    clock.advance(timedelta(hours=1))
    api.work()
    assert [task["elementId"] for key in (one, two) for task in api.tasks(key)] == ["yes", "no"]
    assert api.variables(one) == {"order": "1", "sum": 3}
    missed = api.call("POST", "/messages/correlation", {"name": "paid", "correlationKey": "2"})
    assert (missed.status_code, missed.json["title"]) == (404, "NOT_FOUND")


def test_correlation_starts_an_instance_where_none_waits(api):
    api.deploy(("b.bpmn", BEGINS))
    answer = api.post("/messages/correlation", {"name": "paid", "correlationKey": "", "variables": {"n": 1}})
    assert running(api, "begun") == [answer["processInstanceKey"]]
    assert api.variables(answer["processInstanceKey"]) == {"n": 1}


def test_a_newer_version_takes_over_the_message_start(api):
    api.deploy(("b.bpmn", BEGINS))
    newer = BEGINS.replace(b'name="t"', b'name="t2"')
    api.deploy(("b.bpmn", newer))
    api.publish("paid")
    (one,) = api.search("process-instances", filter={"processDefinitionId": "begun"})
    assert one["processDefinitionVersion"] == 2


@pytest.mark.proves("/v2 messages, signals")
def test_which_instance_took_a_message_is_found_afterwards(api):
    pings = diagram(
        "p",
        start() + user_task("t") + boundary("b", "t", message("m"), interrupting=False) + user_task("x") + end(),
        "start>t b>x t>end x>end",
        ROOT,
    )
    api.deploy(("p.bpmn", pings), ("b.bpmn", BEGINS))
    key = api.start("p", order="1")
    (wait,) = api.search("message-subscriptions", filter={"processInstanceKey": key})
    kept = api.publish("paid", "1", timeToLive=3_600_000)["messageKey"]
    again = api.post("/messages/correlation", {"name": "paid", "correlationKey": "1"})["messageKey"]
    api.publish("paid", "nobody's")
    (begun,) = running(api, "begun")[-1:]

    def met(**wanted):
        return api.search("correlated-message-subscriptions", filter=wanted, sort=[{"field": "correlationTime"}])

    taken = met(processInstanceKey=key)
    assert [each["messageKey"] for each in taken] == [kept, again]
    shared = {name: wait[name] for name in ("elementId", "elementInstanceKey", "processDefinitionKey", "tenantId")}
    assert taken[0] == taken[0] | shared | {
        "subscriptionKey": wait["messageSubscriptionKey"],
        "messageName": "paid",
        "correlationKey": "1",
        "partitionId": 1,
        "rootProcessInstanceKey": key,
        "processDefinitionId": "p",
        "correlationTime": "2026-03-02T09:00:00.000Z",
        "businessId": None,
    }
    (started,) = met(processInstanceKey=begun)
    assert (started["elementId"], started["elementInstanceKey"]) == ("start", None)
    assert {each["processInstanceKey"] for each in met(messageKey=kept)} > {key}
    assert met(correlationKey={"$like": "no*"}, partitionId={"$gte": 1}) == [started]
    assert met(partitionId={"$gt": 1}) == []


@pytest.mark.proves("/v2 messages, signals")
def test_a_kept_message_is_noted_with_the_wait_that_comes_later(api):
    api.deploy(("p.bpmn", waiting()), ("b.bpmn", BEGINS))
    first = api.publish("paid", "1", timeToLive=3_600_000)["messageKey"]
    second = api.publish("paid", "1", timeToLive=3_600_000)["messageKey"]
    key = api.start("p", order="1")
    (taken,) = api.search("correlated-message-subscriptions", filter={"processInstanceKey": key})
    assert (taken["messageKey"], taken["elementId"]) == (first, "c")
    (begun,) = running(api, "begun")
    api.post(f"/process-instances/{begun}/cancellation")
    (later,) = api.search("correlated-message-subscriptions", filter={"messageKey": second})
    assert later["processInstanceKey"] == running(api, "begun")[0]


def test_a_process_that_only_a_message_begins_is_started_by_nothing_else(api):
    api.deploy(("b.bpmn", BEGINS))
    answer = api.call("POST", "/process-instances", {"processDefinitionId": "begun"})
    assert (answer.status_code, running(api, "begun")) == (409, [])
    assert "message" in answer.json["detail"]


def test_what_the_starting_message_brings_is_there_for_the_event_subprocess_that_waits_for_another(api):
    handler = subprocess(
        "sub", event_start("s", message("m"), False) + user_task("u") + end("e"), "s>u u>e", by="event"
    )
    begins = start(event=message("b")) + user_task("t") + end() + handler
    api.deploy(("p.bpmn", diagram("p", begins, "start>t t>end", message_root("b", "begin") + ROOT)))
    api.publish("begin", variables={"order": "A1"})
    api.publish("paid", "A1")
    (key,) = running(api, "p")
    assert [each["elementId"] for each in api.tasks(key)] == ["t", "u"]
    assert api.variables(key) == {"order": "A1"}
