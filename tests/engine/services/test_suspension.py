"""Suspended instances: nothing moves, nothing is lost, and what was due goes on when they are resumed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.jobs import queue
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.services import incidents, instances, jobs, messages, modification, operations, signals, suspension, tasks
from engine.services.suspension import InstanceSuspended, NotSuspended
from engine.services.turn import InstanceEnded
from tests.conftest import START
from tests.engine.diagrams import (
    ONE_JOB,
    ONE_TASK,
    boundary,
    call,
    catch,
    diagram,
    end,
    message,
    message_root,
    signal,
    signal_root,
    start,
    timer,
    user_task,
)

HOUR = timedelta(hours=1)
LATE = diagram(
    "late",
    start() + user_task() + boundary("b", "task", timer("duration", "PT1H")) + end() + end("late_end"),
    "start>task task>end b>late_end",
)
REMINDED = diagram(
    "reminded",
    start() + user_task() + boundary("b", "task", timer("cycle", "R/PT1H"), interrupting=False) + end() + end("told"),
    "start>task task>end b>told",
)
WAITS = diagram(
    "waits",
    start() + catch("paid", message("m")) + end(),
    "start>paid paid>end",
    message_root("m", "paid", "=order"),
)
HEARS = diagram("hears", start() + catch("bell", signal("s")) + end(), "start>bell bell>end", signal_root("s", "bell"))
CALLS = diagram("calls", start() + call("child", "one_task") + end(), "start>child child>end")


@pytest.fixture
def suspend(runtime):
    return lambda key: suspension.suspend(runtime, key, who="eva", reason="系统维护")


@pytest.fixture
def resume(runtime):
    return lambda key: suspension.resume(runtime, key, who="eva")


@pytest.fixture
def reached(rows):
    def reached(element_id):
        query = select(ElementInstance.key).where(
            ElementInstance.element_id == element_id, ElementInstance.state == "COMPLETED"
        )
        return len(rows(query))

    return reached


def test_a_task_of_a_suspended_instance_cannot_be_done_and_can_once_it_is_resumed(
    runtime, deploy, start, open_tasks, suspend, resume, state_of
):
    deploy(ONE_TASK)
    key = start("one_task")
    suspend(key)
    with pytest.raises(InstanceSuspended):
        tasks.complete(runtime, open_tasks()["task"], {"ok": True}, who="ann")
    assert list(open_tasks()) == ["task"]
    resume(key)
    tasks.complete(runtime, open_tasks()["task"], {"ok": True}, who="ann")
    assert state_of(key) == ("COMPLETED", "end")


def test_a_timer_that_came_due_meanwhile_fires_on_resume_and_once(
    deploy, start, worker, clock, suspend, resume, open_tasks, state_of
):
    deploy(LATE)
    key = start("late")
    suspend(key)
    clock.advance(3 * HOUR)
    assert worker.run_due() == 0
    assert list(open_tasks()) == ["task"]
    resume(key)
    assert worker.run_due() == 1
    assert state_of(key) == ("COMPLETED", "late_end")
    assert worker.run_due() == 0


def test_a_timer_that_is_not_due_yet_keeps_its_moment(deploy, start, worker, clock, suspend, resume, state_of):
    deploy(LATE)
    key = start("late")
    suspend(key)
    clock.advance(timedelta(minutes=30))
    resume(key)
    assert worker.run_due() == 0
    assert worker.next_due() == START + HOUR
    clock.pin(START + HOUR)
    worker.run_due()
    assert state_of(key) == ("COMPLETED", "late_end")


def test_a_cycle_that_was_due_several_times_fires_once_and_goes_on_in_step(
    deploy, start, worker, clock, suspend, resume, reached
):
    deploy(REMINDED)
    key = start("reminded")
    suspend(key)
    clock.advance(timedelta(hours=5, minutes=30))
    resume(key)
    assert worker.run_due() == 1
    assert reached("b") == 1
    assert worker.next_due() == START + 6 * HOUR


def test_jobs_are_not_handed_out_while_suspended(runtime, deploy, start, suspend, resume):
    deploy(ONE_JOB)
    key = start("one_job")
    suspend(key)
    assert jobs.activate(runtime, "work", "w", HOUR, 5) == []
    resume(key)
    (job,) = jobs.activate(runtime, "work", "w", HOUR, 5)
    jobs.complete(runtime, job.key)


def test_a_worker_that_has_a_job_already_may_answer_only_after_the_resume(
    runtime, deploy, start, suspend, resume, state_of
):
    deploy(ONE_JOB)
    key = start("one_job")
    (job,) = jobs.activate(runtime, "work", "w", HOUR, 5)
    suspend(key)
    for answer in (
        lambda: jobs.complete(runtime, job.key),
        lambda: jobs.fail(runtime, job.key, "no"),
        lambda: jobs.throw_error(runtime, job.key, "E"),
        lambda: jobs.update_job(runtime, job.key, who="w", retries=5),
    ):
        with pytest.raises(InstanceSuspended):
            answer()
    resume(key)
    jobs.complete(runtime, job.key)
    assert state_of(key) == ("COMPLETED", "end")


def test_work_of_the_desk_that_was_under_way_is_done_again_after_the_resume(
    runtime, deploy, start, worker, clock, suspend, resume, state_of
):
    deploy(ONE_JOB)
    key = start("one_job")
    done = []

    def handler(_runtime, job):
        if not done:
            suspend(key)
        done.append(job.idempotency_key)

    runtime.handle_jobs("work", handler, lease=timedelta(minutes=1))
    worker.run_due()
    assert state_of(key)[0] == "ACTIVE"
    assert worker.run_due() == 0
    clock.advance(HOUR)
    resume(key)
    worker.run_due()
    assert len(done) == 2
    assert len(set(done)) == 1
    assert state_of(key) == ("COMPLETED", "end")


def test_what_a_stopping_worker_hands_back_waits_for_the_resume(runtime, deploy, start, suspend, resume):
    deploy(ONE_JOB)
    key = start("one_job")
    taken = runtime.transact(lambda uow: queue.claim(uow, "work", "w", 5, HOUR))
    suspend(key)
    runtime.transact(lambda uow: queue.hand_back(uow, [(row.key, row.lease) for row in taken]))
    assert jobs.activate(runtime, "work", "w2", HOUR, 5) == []


def test_a_message_that_is_kept_is_taken_on_resume_and_another_passes_by(
    runtime, deploy, start, suspend, resume, state_of, variables_of
):
    deploy(WAITS)
    key = start("waits", order="7")
    suspend(key)
    with pytest.raises(messages.MessageNotCorrelated):
        messages.correlate(runtime, "paid", "7", {"how": "lost"})
    messages.publish(runtime, "paid", "7", {"how": "kept"}, ttl=HOUR)
    assert state_of(key)[0] == "ACTIVE"
    resume(key)
    assert state_of(key) == ("COMPLETED", "end")
    assert variables_of(key)["how"] == "kept"


def test_a_kept_message_that_has_expired_by_the_resume_is_not_taken(
    runtime, deploy, start, clock, suspend, resume, state_of
):
    deploy(WAITS)
    key = start("waits", order="7")
    suspend(key)
    messages.publish(runtime, "paid", "7", ttl=HOUR)
    clock.advance(2 * HOUR)
    resume(key)
    assert state_of(key)[0] == "ACTIVE"


def test_a_message_goes_to_another_instance_of_the_process_that_is_not_suspended(
    runtime, deploy, start, suspend, state_of
):
    deploy(WAITS)
    first, second = start("waits", order="7"), start("waits", order="7")
    suspend(first)
    found = messages.correlate(runtime, "paid", "7")
    assert [one.process_instance_key for one in found.correlated] == [second]
    assert state_of(first)[0] == "ACTIVE"


def test_a_signal_passes_a_suspended_instance_by(runtime, deploy, start, worker, suspend, resume, state_of):
    deploy(HEARS)
    asleep, awake = start("hears"), start("hears")
    suspend(asleep)
    signals.broadcast(runtime, "bell")
    worker.run_due()
    assert state_of(awake) == ("COMPLETED", "end")
    resume(asleep)
    worker.run_due()
    assert state_of(asleep)[0] == "ACTIVE"


def test_a_signal_that_was_on_its_way_before_arrives_after(runtime, deploy, start, worker, suspend, resume, state_of):
    deploy(HEARS)
    key = start("hears")
    signals.broadcast(runtime, "bell")
    suspend(key)
    assert worker.run_due() == 0
    resume(key)
    worker.run_due()
    assert state_of(key) == ("COMPLETED", "end")


def test_the_called_rest_with_their_caller(runtime, deploy, start, open_tasks, suspend, resume, rows, state_of):
    deploy(ONE_TASK, CALLS)
    key = start("calls")
    suspend(key)
    with pytest.raises(InstanceSuspended):
        tasks.complete(runtime, open_tasks()["task"], who="ann")
    ((child,),) = rows(select(ProcessInstance.key).where(ProcessInstance.parent_key == key))
    with pytest.raises(Exception, match="resume that one"):
        resume(child)
    resume(key)
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert state_of(key) == ("COMPLETED", "end")


def test_a_suspended_instance_takes_variables_and_can_be_cancelled_but_not_modified(
    runtime, deploy, start, suspend, variables_of, state_of
):
    deploy(ONE_TASK)
    key = start("one_task")
    suspend(key)
    instances.set_variables(runtime, key, {"amount": 5}, who="eva", reason="录错了")
    assert variables_of(key)["amount"] == 5
    with pytest.raises(InstanceSuspended):
        modification.modify(runtime, key, [modification.Activation("end")], who="eva")
    instances.cancel(runtime, key, who="eva")
    assert state_of(key)[0] == "TERMINATED"
    with pytest.raises(InstanceEnded):
        suspension.resume(runtime, key, who="eva")


def test_an_incident_of_a_suspended_instance_waits(runtime, deploy, start, suspend, resume, open_incidents):
    deploy(ONE_JOB)
    key = start("one_job")
    (job,) = jobs.activate(runtime, "work", "w", HOUR, 1)
    jobs.fail(runtime, job.key, "no", retries=0)
    suspend(key)
    (incident,) = open_incidents()
    with pytest.raises(InstanceSuspended):
        incidents.resolve(runtime, incident.key)
    resume(key)
    incidents.resolve(runtime, incident.key)
    assert len(jobs.activate(runtime, "work", "w", HOUR, 1)) == 1


def test_suspending_twice_and_resuming_what_runs_are_conflicts(deploy, start, suspend, resume):
    deploy(ONE_TASK)
    key = start("one_task")
    with pytest.raises(NotSuspended):
        resume(key)
    suspend(key)
    with pytest.raises(InstanceSuspended):
        suspend(key)


def test_who_suspended_it_when_and_why_is_kept(deploy, start, rows, suspend, resume):
    deploy(ONE_TASK)
    key = start("one_task")
    suspend(key)
    row = rows(select(ProcessInstance.suspended_at, ProcessInstance.suspended_by).where(ProcessInstance.key == key))
    assert row == [(START, "eva")]
    resume(key)
    acts = rows(
        select(table_of(AuditEntry))
        .where(AuditEntry.process_instance_key == key, AuditEntry.what.in_(["instance.suspend", "instance.resume"]))
        .order_by(AuditEntry.key)
    )
    assert [(act.who, act.what, act.after) for act in acts] == [
        ("eva", "instance.suspend", {"reason": "系统维护"}),
        ("eva", "instance.resume", {}),
    ]


def test_a_clock_that_moves_meanwhile_moves_a_timer_without_letting_it_fire(
    runtime, deploy, start, worker, clock, suspend, resume, state_of
):
    breach = {"at": START + HOUR}
    runtime.function_providers.append(lambda _uow, _info: {"sla": lambda _name: {"breach at": breach["at"]}})
    clocked = timer("date", '=sla("resolution").breach at')
    deploy(LATE.replace(timer("duration", "PT1H").encode(), clocked.encode()))
    key = start("late")
    suspend(key)
    breach["at"] = START + 2 * HOUR
    runtime.transact(lambda uow: operations.rearm_timers(runtime, uow, [key], "sla"))
    clock.advance(3 * HOUR)
    assert worker.run_due() == 0
    clock.pin(START + HOUR)
    resume(key)
    assert worker.next_due() == START + 2 * HOUR
    clock.pin(START + 2 * HOUR)
    worker.run_due()
    assert state_of(key) == ("COMPLETED", "late_end")
