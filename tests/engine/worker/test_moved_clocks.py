"""A worker that slept, a clock that jumps: every timer fires once, at its own moment's turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.services import deployments, instances, jobs
from engine.worker import Worker
from tests.engine.diagrams import ONE_JOB, boundary, catch, diagram, end, start, timer, user_task

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REMINDED = diagram(
    "reminded",
    start()
    + user_task("answer")
    + boundary("hourly", "answer", timer("cycle", "R/PT1H"), interrupting=False)
    + boundary("thrice", "answer", timer("cycle", "R3/PT1H"), interrupting=False)
    + boundary("late", "answer", timer("duration", "PT36H"))
    + "".join(end(name) for name in ("reminder", "warning", "given_up", "end")),
    "start>answer answer>end hourly>reminder thrice>warning late>given_up",
)
PAUSE = diagram("pause", start() + catch("wait", timer("duration", "=wait")) + end(), "start>wait wait>end")


@pytest.fixture
def worker(runtime):
    deployments.deploy(runtime, [("r.bpmn", REMINDED), ("p.bpmn", PAUSE), ("j.bpmn", ONE_JOB)], "owner")
    return Worker(runtime, "sleeper")


def times(runtime, element):
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(func.count()).where(ElementInstance.element_id == element)
        return uow.connection.execute(query).scalar_one()


def ended(runtime):
    """The instances that ended, as they ended."""
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(ProcessInstance.key).where(ProcessInstance.ended_at.is_not(None)).order_by(ProcessInstance.key)
        return set(uow.connection.execute(query).scalars())


def test_a_worker_that_slept_for_a_day_fires_each_missed_moment_once(runtime, clock, worker):
    instances.start(runtime, "reminded")
    clock.advance(DAY)
    worker.run_due()
    assert (times(runtime, "reminder"), times(runtime, "warning"), times(runtime, "given_up")) == (24, 3, 0)
    with runtime.unit_of_work(read_only=True) as uow:
        waiting = select(Job.due_at).where(Job.type == TIMER, Job.state == "CREATED").order_by(Job.due_at)
        assert list(uow.connection.execute(waiting).scalars()) == [clock() + HOUR, clock() + 12 * HOUR]
    assert worker.run_due() == 0
    clock.advance(DAY)
    worker.run_due()
    assert times(runtime, "given_up") == 1
    with runtime.unit_of_work(read_only=True) as uow:
        assert uow.connection.execute(select(Job.key).where(Job.type == TIMER, Job.state == "CREATED")).all() == []


def test_many_timers_of_a_day_that_was_slept_through_fire_in_the_order_of_their_moments(runtime, clock, worker):
    hours = [7, 23, 1, 12, 30, 2]
    keys = {hour: instances.start(runtime, "pause", {"wait": f"PT{hour}H"}).key for hour in hours}
    clock.advance(DAY)
    assert worker.run_due() == 5
    assert ended(runtime) == {key for hour, key in keys.items() if hour <= 24}
    with runtime.unit_of_work(read_only=True) as uow:
        fired = select(ElementInstance.process_instance_key).where(ElementInstance.element_id == "end")
        order = list(uow.connection.execute(fired.order_by(ElementInstance.key)).scalars())
    assert order == [keys[hour] for hour in (1, 2, 7, 12, 23)]


def test_a_clock_that_goes_back_fires_nothing_twice_and_nothing_early(runtime, clock, worker):
    instances.start(runtime, "reminded")
    clock.advance(2 * HOUR)
    worker.run_due()
    clock.advance(-3 * HOUR)
    assert worker.run_due() == 0
    new = instances.start(runtime, "pause", {"wait": "PT1H"}).key
    clock.advance(HOUR)
    worker.run_due()
    assert ended(runtime) == {new}
    assert times(runtime, "reminder") == 2
    clock.advance(3 * HOUR)
    worker.run_due()
    assert times(runtime, "reminder") == 3


def test_a_job_that_was_taken_before_the_clock_went_back_can_still_be_answered(runtime, clock, worker):
    key = instances.start(runtime, "one_job").key
    (job,) = jobs.activate(runtime, "work", "outside", timedelta(minutes=5), 1)
    clock.advance(-DAY)
    assert jobs.activate(runtime, "work", "other", timedelta(minutes=5), 1) == []
    jobs.complete(runtime, job.key, {"done": True})
    assert ended(runtime) == {key}
