"""Timers: fired when due, once, in order, also when they came due while nothing was running."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.services import operations, tasks
from engine.services.turn import Turn
from tests.conftest import START
from tests.engine.diagrams import boundary, catch, diagram, end, start, timer, user_task

HOUR = timedelta(hours=1)
WARNED = diagram(
    "warned",
    start()
    + user_task()
    + boundary("warn", "task", timer("cycle", "R3/PT1H"), interrupting=False)
    + boundary("late", "task", timer("duration", "PT8H"))
    + end()
    + end("warned_end")
    + end("late_end"),
    "start>task task>end warn>warned_end late>late_end",
)
WAITING = diagram("waiting", start() + catch("pause", timer("duration", "PT1H")) + end(), "start>pause pause>end")
DAILY = diagram("daily", start("nine", timer("cycle", "R/PT24H")) + user_task() + end(), "nine>task task>end")


@pytest.fixture
def fired(rows):
    def fired(element_id):
        query = select(ElementInstance.key).where(
            ElementInstance.element_id == element_id, ElementInstance.state == "COMPLETED"
        )
        return len(rows(query))

    return fired


def test_a_cycle_beside_a_task_fires_each_time_and_then_no_more(deploy, start, worker, clock, fired, open_tasks):
    deploy(WARNED)
    start("warned")
    for passed, expected in ((1, 1), (2, 2), (3, 3), (4, 3)):
        clock.pin(START + passed * HOUR)
        worker.run_due()
        assert fired("warn") == expected
    assert list(open_tasks()) == ["task"]


def test_an_interrupting_timer_ends_its_task(deploy, start, worker, clock, open_tasks, state_of):
    deploy(WARNED)
    key = start("warned")
    clock.advance(8 * HOUR)
    worker.run_due()
    assert open_tasks() == {}
    assert state_of(key) == ("COMPLETED", "late_end")


def test_timers_missed_while_nothing_ran_fire_in_the_order_in_which_they_were_due(deploy, start, worker, clock, rows):
    deploy(WAITING)
    first = start("waiting")
    clock.advance(timedelta(minutes=1))
    second = start("waiting")
    clock.advance(timedelta(days=3))
    assert worker.run_due() == 2
    ended = rows(
        select(ElementInstance.process_instance_key)
        .where(ElementInstance.element_id == "end")
        .order_by(ElementInstance.key)
    )
    assert [key for (key,) in ended] == [first, second]


def test_a_timer_does_not_fire_before_it_is_due_nor_twice(deploy, start, worker, clock, state_of, fired):
    deploy(WAITING)
    key = start("waiting")
    clock.advance(HOUR - timedelta(microseconds=1))
    assert worker.run_due() == 0
    clock.advance(timedelta(microseconds=1))
    assert worker.run_due() == 1
    clock.advance(HOUR)
    assert worker.run_due() == 0
    assert (state_of(key), fired("pause")) == (("COMPLETED", "end"), 1)


def test_doing_the_task_takes_its_timers_away(runtime, deploy, start, worker, clock, open_tasks, rows):
    deploy(WARNED)
    start("warned")
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert {state for (state,) in rows(select(Job.state).where(Job.type == TIMER))} == {"CANCELED"}
    clock.advance(timedelta(days=1))
    assert worker.run_due() == 0


def test_a_timer_start_starts_its_process_each_time(deploy, worker, clock, open_tasks, rows):
    deploy(DAILY)
    for day in (1, 2, 3):
        clock.pin(START + timedelta(days=day))
        assert worker.run_due() == 1
        assert len(rows(select(ProcessInstance.key))) == day


def test_a_timer_start_that_was_missed_runs_once_for_each_missed_moment(deploy, worker, clock, rows):
    deploy(DAILY)
    clock.advance(timedelta(days=3))
    assert worker.run_due() == 3


def test_a_new_version_takes_the_timer_start_over(deploy, worker, clock, rows):
    deploy(DAILY)
    clock.advance(timedelta(hours=12))
    deploy(DAILY.replace(b'name="task"', b'name="other"'))
    clock.advance(timedelta(hours=12))
    assert worker.run_due() == 0
    clock.advance(timedelta(hours=12))
    assert worker.run_due() == 1
    assert rows(select(ProcessInstance.version)) == [(2,)]


def test_a_moved_clock_moves_the_timers_that_ask_it(runtime, deploy, start, worker, clock, state_of, rows):
    breach = {"at": START + HOUR}
    runtime.function_providers.append(lambda uow, instance: {"sla": lambda name: {"breach at": breach["at"]}})
    deploy(
        diagram(
            "clocked",
            begin()
            + user_task()
            + boundary("breached", "task", timer("date", '=sla("resolution").breach at'))
            + end()
            + end("late"),
            "start>task task>end breached>late",
        )
    )
    key = start("clocked")
    breach["at"] = None
    with runtime.unit_of_work() as uow:
        operations.rearm_timers(runtime, uow, [key], "sla")
    clock.advance(10 * HOUR)
    assert worker.run_due() == 0
    breach["at"] = START + 12 * HOUR
    with runtime.unit_of_work() as uow:
        operations.rearm_timers(runtime, uow, [key], "sla")
    assert worker.next_due() == START + 12 * HOUR
    clock.advance(2 * HOUR)
    assert worker.run_due() == 1
    assert state_of(key) == ("COMPLETED", "late")


def begin():
    return start()


def test_a_timer_that_breaks_the_engine_is_tried_again_and_stops_no_other(
    runtime, deploy, start, worker, clock, state_of, rows, monkeypatch
):
    deploy(WAITING)
    poison, healthy = start("waiting"), start("waiting")
    trigger = Turn.trigger

    def breaks(turn, live, key, variables):
        if live.info.key == poison:
            raise RuntimeError("broken")
        trigger(turn, live, key, variables)

    monkeypatch.setattr(Turn, "trigger", breaks)
    for _ in range(4):
        clock.advance(HOUR)
        worker.run_due()
    assert state_of(healthy) == ("COMPLETED", "end")
    ((state, message),) = rows(
        "SELECT job.state, incident.message FROM incident JOIN job ON job.key = incident.job_key"
    )
    assert (state, message) == ("FAILED", "RuntimeError: broken")
    monkeypatch.undo()
    from engine.services import incidents

    incidents.resolve(runtime, rows("SELECT key FROM incident")[0][0], who="ann")
    worker.run_due()
    assert state_of(poison) == ("COMPLETED", "end")
