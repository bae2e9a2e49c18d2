"""Messages and signals: who takes them, how often, and what is kept for later."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.errors import InvalidInput, NotFound
from engine.model.audit import AuditEntry
from engine.model.instance import ProcessInstance
from engine.model.message import CorrelatedMessage, Message
from engine.model.subscription import Subscription
from engine.services import instances, messages, signals, suspension, tasks
from tests.engine.diagrams import (
    boundary,
    catch,
    diagram,
    end,
    message,
    message_root,
    signal,
    signal_root,
    user_task,
)
from tests.engine.diagrams import start as begin

HOUR = timedelta(hours=1)
REPLY = message_root("reply", "customer.reply", "=order")
AWAITING = diagram("awaiting", begin() + catch("wait", message("reply")) + end(), "start>wait wait>end", roots=REPLY)
FILED = diagram(
    "filed",
    begin("filed_start", message("filed_message")) + user_task() + end(),
    "filed_start>task task>end",
    roots=message_root("filed_message", "complaint.filed"),
)
LISTENING = diagram(
    "listening",
    begin() + user_task() + boundary("note", "task", message("reply"), interrupting=False) + end() + end("noted"),
    "start>task task>end note>noted",
    roots=REPLY,
)
ALARMED = diagram(
    "alarmed",
    begin() + catch("wait", signal("alarm")) + end(),
    "start>wait wait>end",
    roots=signal_root("alarm", "storm"),
)
STARTED = diagram(
    "started",
    begin("heard", signal("alarm")) + user_task() + end(),
    "heard>task task>end",
    roots=signal_root("alarm", "storm"),
)


@pytest.fixture
def running(rows):
    def running(process_id):
        query = select(func.count()).where(ProcessInstance.process_id == process_id, ProcessInstance.state == "ACTIVE")
        return rows(query)[0][0]

    return running


def test_a_message_reaches_the_instance_with_its_key_and_no_other(runtime, deploy, start, state_of, variables_of):
    deploy(AWAITING)
    mine, other = start("awaiting", order="A-1"), start("awaiting", order="A-2")
    found = messages.publish(runtime, "customer.reply", "A-1", {"answer": "好"})
    assert [one.process_instance_key for one in found.correlated] == [mine]
    assert state_of(mine) == ("COMPLETED", "end")
    assert variables_of(mine) == {"order": "A-1", "answer": "好"}
    assert state_of(other)[0] == "ACTIVE"


def test_a_message_that_nobody_awaits_is_lost_without_a_time_to_live(runtime, deploy, start, state_of, rows):
    deploy(AWAITING)
    assert messages.publish(runtime, "customer.reply", "A-1").correlated == []
    key = start("awaiting", order="A-1")
    assert state_of(key)[0] == "ACTIVE"
    assert rows(select(Message.key)) == []


def test_a_kept_message_reaches_who_awaits_it_later_once(runtime, deploy, start, state_of):
    deploy(AWAITING)
    messages.publish(runtime, "customer.reply", "A-1", ttl=HOUR)
    first, second = start("awaiting", order="A-1"), start("awaiting", order="A-1")
    assert state_of(first) == ("COMPLETED", "end")
    assert state_of(second)[0] == "ACTIVE"


@pytest.mark.parametrize("name", ["x" * 256, "a\0b", "\ud800"])
def test_what_could_be_given_to_nobody_is_refused_and_not_kept(runtime, deploy, start, rows, name):
    with pytest.raises(InvalidInput):
        messages.publish(runtime, "customer.reply", "A1", {name: 1}, ttl=HOUR)
    with pytest.raises(InvalidInput):
        signals.broadcast(runtime, "closed", {name: 1})
    assert rows(select(Message.key)) == []


def test_a_kept_message_expires(runtime, deploy, start, clock, state_of, rows):
    deploy(AWAITING)
    messages.publish(runtime, "customer.reply", "A-1", ttl=HOUR)
    clock.advance(HOUR)
    assert state_of(start("awaiting", order="A-1"))[0] == "ACTIVE"
    assert runtime.transact(messages.expire) == 1
    assert rows(select(Message.key)) == []


def test_the_same_message_id_is_taken_once_while_it_is_kept(runtime, clock):
    messages.publish(runtime, "customer.reply", "A-1", ttl=HOUR, message_id="m1")
    with pytest.raises(messages.MessageAlreadyPublished):
        messages.publish(runtime, "customer.reply", "A-1", ttl=HOUR, message_id="m1")
    messages.publish(runtime, "customer.reply", "A-2", ttl=HOUR, message_id="m1")
    clock.advance(HOUR)
    messages.publish(runtime, "customer.reply", "A-1", ttl=HOUR, message_id="m1")


def test_a_message_beside_a_task_may_come_any_number_of_times(runtime, deploy, start, rows, open_tasks):
    deploy(LISTENING)
    start("listening", order="A-1")
    for _ in range(3):
        assert len(messages.publish(runtime, "customer.reply", "A-1").correlated) == 1
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert rows(select(Subscription.key)) == []
    assert messages.publish(runtime, "customer.reply", "A-1").correlated == []


def test_correlating_says_so_when_nobody_takes_it(runtime, deploy, start):
    deploy(AWAITING)
    with pytest.raises(messages.MessageNotCorrelated):
        messages.correlate(runtime, "customer.reply", "A-1")
    key = start("awaiting", order="A-1")
    assert messages.correlate(runtime, "customer.reply", "A-1").correlated[0].process_instance_key == key


def test_a_message_starts_a_process_one_at_a_time_for_each_key(runtime, deploy, running, open_tasks, variables_of):
    deploy(FILED)
    found = messages.publish(runtime, "complaint.filed", "cust-1", {"matter": "漏水"})
    assert variables_of(found.correlated[0].process_instance_key) == {"matter": "漏水"}
    assert messages.publish(runtime, "complaint.filed", "cust-1", ttl=HOUR).correlated == []
    messages.publish(runtime, "complaint.filed", "cust-2")
    assert running("filed") == 2
    messages.publish(runtime, "complaint.filed", "")
    messages.publish(runtime, "complaint.filed", "")
    assert running("filed") == 4


def test_the_next_message_with_the_key_starts_when_the_running_instance_ends(runtime, deploy, running, rows):
    deploy(FILED)
    first = messages.publish(runtime, "complaint.filed", "cust-1").correlated[0].process_instance_key
    messages.publish(runtime, "complaint.filed", "cust-1", {"n": 2}, ttl=HOUR)
    messages.publish(runtime, "complaint.filed", "cust-1", {"n": 3}, ttl=HOUR)
    instances.cancel(runtime, first, who="lead")
    assert running("filed") == 1
    (second,) = rows(select(ProcessInstance.key).where(ProcessInstance.state == "ACTIVE"))
    with runtime.unit_of_work(read_only=True) as uow:
        assert instances.root_variables(uow, second[0]) == {"n": 2}


def test_only_the_newest_version_is_started_by_a_message(runtime, deploy, rows):
    deploy(FILED)
    deploy(FILED.replace(b'name="task"', b'name="newer"'))
    messages.publish(runtime, "complaint.filed")
    assert rows(select(ProcessInstance.version)) == [(2,)]


def test_a_message_published_while_it_begins_to_be_awaited_is_never_lost(runtime, deploy, state_of):
    deploy(AWAITING)
    for turn in range(10):
        ready, keys = threading.Barrier(2), []

        def begin_to_wait(order, ready=ready, keys=keys):
            ready.wait()
            keys.append(instances.start(runtime, "awaiting", {"order": order}).key)

        def publish(order, ready=ready):
            ready.wait()
            messages.publish(runtime, "customer.reply", order, ttl=HOUR)

        pair = [threading.Thread(target=target, args=(f"A-{turn}",)) for target in (begin_to_wait, publish)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        assert state_of(keys[0]) == ("COMPLETED", "end")


def test_a_signal_reaches_everyone_who_listens_and_starts_processes(runtime, deploy, start, worker, state_of, running):
    deploy(ALARMED, STARTED)
    first, second = start("alarmed"), start("alarmed")
    signals.broadcast(runtime, "storm", {"city": "上海"})
    assert worker.run_due() == 3
    assert state_of(first) == state_of(second) == ("COMPLETED", "end")
    assert running("started") == 1
    late = start("alarmed")
    assert worker.run_due() == 0
    assert state_of(late)[0] == "ACTIVE"


def test_a_signals_receiver_that_has_ended_meanwhile_does_not_disturb_the_others(
    runtime, deploy, start, worker, state_of
):
    deploy(ALARMED)
    gone, there = start("alarmed"), start("alarmed")
    signals.broadcast(runtime, "storm")
    instances.cancel(runtime, gone, who="lead")
    worker.run_due()
    assert state_of(there) == ("COMPLETED", "end")


@pytest.fixture
def waits_of(rows):
    return lambda key: rows(select(Subscription.key).where(Subscription.process_instance_key == key))[0][0]


def test_a_message_sent_by_hand_reaches_the_one_instance_that_it_is_sent_to(
    runtime, deploy, start, waits_of, state_of, variables_of, rows
):
    deploy(AWAITING)
    first, second = start("awaiting", order="D1"), start("awaiting", order="D1")
    messages.send_to(runtime, waits_of(second), {"text": "已寄出"}, who="eva", reason="客户来电")
    assert (state_of(first)[0], state_of(second)[0]) == ("ACTIVE", "COMPLETED")
    assert variables_of(second)["text"] == "已寄出"
    query = select(AuditEntry.who, AuditEntry.process_instance_key, AuditEntry.after)
    assert rows(query.where(AuditEntry.what == "message.send")) == [
        ("eva", second, {"name": "customer.reply", "correlation_key": "D1", "variables": {"text": "已寄出"}, "reason": "客户来电"})
    ]  # fmt: skip
    met = rows(select(CorrelatedMessage.process_instance_key, CorrelatedMessage.name, CorrelatedMessage.element_id))
    assert met == [(second, "customer.reply", "wait")]


def test_a_message_by_hand_is_refused_where_nobody_waits_or_the_instance_is_suspended(
    runtime, deploy, start, waits_of, rows
):
    deploy(AWAITING)
    key = start("awaiting", order="D1")
    wait = waits_of(key)
    suspension.suspend(runtime, key, who="eva", reason="x")
    with pytest.raises(suspension.InstanceSuspended):
        messages.send_to(runtime, wait, who="eva")
    suspension.resume(runtime, key, who="eva")
    messages.send_to(runtime, wait, who="eva")
    with pytest.raises(NotFound):
        messages.send_to(runtime, wait, who="eva")
    assert len(rows(select(AuditEntry.key).where(AuditEntry.what == "message.send"))) == 1
