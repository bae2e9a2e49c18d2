"""The worker in the background: it wakes, keeps lanes apart, and hands back what it has not begun."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.clock import MovableClock, system_clock
from engine.errors import Unavailable
from engine.jobs import queue
from engine.model.incident import Incident
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.services import deployments, incidents, instances, jobs
from engine.services.due import POISONOUS
from engine.worker import Worker
from tests.engine.diagrams import ONE_JOB, catch, diagram, end, start, timer

WAITING = diagram("waiting", start() + catch("pause", timer("duration", "PT0.05S")) + end(), "start>pause pause>end")

MANY_TIMERS = diagram(
    "many",
    start()
    + '<bpmn:parallelGateway id="split"/>'
    + "".join(catch(f"t{n}", timer("duration", "PT0.05S")) for n in range(4))
    + '<bpmn:parallelGateway id="join"/>'
    + end(),
    "start>split " + " ".join(f"split>t{n} t{n}>join" for n in range(4)) + " join>end",
)


@pytest.fixture
def background(runtime):
    """A worker that runs by the wall clock, stopped after the test."""
    runtime.clock = system_clock
    worker = Worker(runtime, "background")
    yield worker
    worker.stop()


def _ended(runtime, key, seconds=30):
    return instances.wait_until_ended(runtime, key, timedelta(seconds=seconds))


def test_a_timer_and_a_job_are_done_in_the_background(runtime, background):
    runtime.handle_jobs("work", lambda _runtime, job: {"done": True})
    deployments.deploy(runtime, [("w.bpmn", WAITING), ("j.bpmn", ONE_JOB)], "owner")
    background.start()
    assert _ended(runtime, instances.start(runtime, "waiting").key) == {}
    assert _ended(runtime, instances.start(runtime, "one_job").key) == {"done": True}


def test_slow_jobs_of_one_type_keep_neither_timers_nor_other_types_waiting(runtime, background):
    release, busy = threading.Event(), threading.Semaphore(0)

    def slow(_runtime, job):
        busy.release()
        release.wait(60)

    runtime.handle_jobs("work", slow, at_once=2)
    runtime.handle_jobs("quick", lambda _runtime, job: None)
    files = [("w.bpmn", WAITING), ("j.bpmn", ONE_JOB)]
    quick = ONE_JOB.replace(b'"one_job"', b'"quick_job"').replace(b'type="work"', b'type="quick"')
    deployments.deploy(runtime, [*files, ("q.bpmn", quick)], "owner")
    background.start()
    for _ in range(20):
        instances.start(runtime, "one_job")
    for _ in range(2):
        assert busy.acquire(timeout=30)
    assert _ended(runtime, instances.start(runtime, "waiting").key) == {}
    assert _ended(runtime, instances.start(runtime, "quick_job").key) == {}
    release.set()


def test_stopping_hands_back_what_was_taken_and_not_begun(runtime, clock):
    deployments.deploy(runtime, [("j.bpmn", ONE_JOB)], "owner")
    for _ in range(3):
        instances.start(runtime, "one_job")
    runtime.handle_jobs("work", lambda _runtime, job: None, at_once=3)
    worker = Worker(runtime, "stopping")
    worker._outside.submit = lambda *_: _Never()  # the pool is busy, so that nothing begins
    worker._look()
    with runtime.unit_of_work() as uow:
        assert queue.claim(uow, "work", "other", 10, timedelta(minutes=1)) == []
    worker.stop()
    with runtime.unit_of_work() as uow:
        assert len(queue.claim(uow, "work", "other", 10, timedelta(minutes=1))) == 3


class _Never:
    def add_done_callback(self, _call):
        """It never ends."""


def test_a_worker_survives_a_database_that_is_away_for_a_while(runtime, background, monkeypatch):
    deployments.deploy(runtime, [("w.bpmn", WAITING)], "owner")
    due_types, failures = queue.due_types, [ConnectionError("away"), ConnectionError("away")]

    def flaky(uow, types):
        if failures:
            raise failures.pop()
        return due_types(uow, types)

    monkeypatch.setattr(queue, "due_types", flaky)
    background.start()
    assert _ended(runtime, instances.start(runtime, "waiting").key) == {}
    assert failures == []


def test_a_timer_in_the_hands_of_a_dead_worker_is_taken_over_when_its_lease_ends(runtime, clock):
    deployments.deploy(runtime, [("w.bpmn", WAITING)], "owner")
    key = instances.start(runtime, "waiting").key
    clock.advance(timedelta(seconds=1))
    with runtime.unit_of_work() as uow:
        assert len(queue.claim(uow, TIMER, "dead", 10, timedelta(seconds=20))) == 1
    worker = Worker(runtime, "heir")
    assert worker.run_due() == 0
    clock.advance(timedelta(seconds=20))
    assert worker.run_due() == 1
    with runtime.unit_of_work(read_only=True) as uow:
        state = uow.connection.execute(select(ProcessInstance.state).where(ProcessInstance.key == key)).scalar_one()
    assert state == "COMPLETED"


def test_a_timer_that_was_taken_over_is_not_fired_by_the_worker_that_lost_it(runtime, clock):
    from engine.services.due import perform

    deployments.deploy(runtime, [("w.bpmn", WAITING)], "owner")
    instances.start(runtime, "waiting")
    clock.advance(timedelta(seconds=1))
    with runtime.unit_of_work() as uow:
        (lost,) = queue.claim(uow, TIMER, "slow", 10, timedelta(seconds=20))
        uow.connection.execute(update(Job).values(lease=Job.lease + 1))
    perform(runtime, lost)
    with runtime.unit_of_work(read_only=True) as uow:
        assert uow.connection.execute(select(Job.state)).scalar_one() == "CREATED"


@pytest.mark.postgres
def test_a_timer_whose_instance_is_held_does_not_keep_others_waiting(postgres_runtime):
    """Two threads do timers; four of one tree that somebody holds must not take both."""
    runtime = postgres_runtime
    runtime.clock = system_clock
    deployments.deploy(runtime, [("w.bpmn", WAITING), ("m.bpmn", MANY_TIMERS)], "owner")
    worker = Worker(runtime, "background")
    held = instances.start(runtime, "many").key
    with runtime.unit_of_work() as holder:
        query = select(ProcessInstance.key).where(ProcessInstance.key == held).with_for_update()
        holder.connection.execute(query)
        worker.start()
        other = instances.start(runtime, "waiting").key
        assert _ended(runtime, other) == {}
        with runtime.unit_of_work(read_only=True) as uow:
            state = select(ProcessInstance.state).where(ProcessInstance.key == held)
            assert uow.connection.execute(state).scalar_one() == "ACTIVE"
    assert _ended(runtime, held) == {}
    worker.stop()
    assert runtime.metrics.registry.get_sample_value("kefuflow_jobs_total", {"type": TIMER, "outcome": "busy"}) >= 1


@pytest.mark.postgres
def test_a_timer_whose_instance_is_held_is_due_again_at_once_while_the_clock_stands(postgres_runtime):
    """A pause that a pinned clock never ends would keep the timer from firing."""
    from engine.services.due import perform

    runtime = postgres_runtime
    runtime.clock = clock = MovableClock(system_clock())
    deployments.deploy(runtime, [("w.bpmn", WAITING)], "owner")
    held = instances.start(runtime, "waiting").key
    clock.advance(timedelta(seconds=1))
    with runtime.unit_of_work() as uow:
        (row,) = queue.claim(uow, TIMER, "worker", 10, timedelta(seconds=20))
    with runtime.unit_of_work() as holder:
        holder.connection.execute(select(ProcessInstance.key).where(ProcessInstance.key == held).with_for_update())
        assert perform(runtime, row) == "busy"
    assert Worker(runtime).run_due() == 1
    assert _ended(runtime, held) == {}


def test_a_job_that_ends_its_workers_is_set_apart_and_a_person_may_try_it_again(runtime, clock):
    deployments.deploy(runtime, [("j.bpmn", ONE_JOB), ("w.bpmn", WAITING)], "owner")
    job, timer_ = instances.start(runtime, "one_job").key, instances.start(runtime, "waiting").key
    calls = []
    runtime.handle_jobs("work", lambda _runtime, job: calls.append(job.key))
    clock.advance(timedelta(seconds=1))
    for _ in range(POISONOUS):  # each worker dies with both in its hands
        for kind in ("work", TIMER):
            with runtime.unit_of_work() as uow:
                assert len(queue.claim(uow, kind, "dies", 1, timedelta(seconds=20))) == 1
        clock.advance(timedelta(seconds=20))
    Worker(runtime, "survivor").run_due()
    assert calls == []
    with runtime.unit_of_work(read_only=True) as uow:
        found = uow.session.scalars(select(Incident).order_by(Incident.process_instance_key)).all()
        assert [row.process_instance_key for row in found] == sorted([job, timer_])
        assert all("not heard of again" in row.message for row in found)
    for row in found:
        incidents.resolve(runtime, row.key)
    Worker(runtime, "survivor").run_due()
    assert len(calls) == 1
    with runtime.unit_of_work(read_only=True) as uow:
        states = uow.connection.execute(select(ProcessInstance.state)).scalars()
        assert set(states) == {"COMPLETED"}


def test_a_job_is_answered_when_the_database_comes_back_without_doing_the_work_twice(runtime, monkeypatch):
    deployments.deploy(runtime, [("j.bpmn", ONE_JOB)], "owner")
    key = instances.start(runtime, "one_job").key
    calls, away = [], [True, True]
    runtime.handle_jobs("work", lambda _runtime, job: calls.append(job.key))
    complete = jobs.complete

    def flaky(*arguments, **more):
        if away:
            away.pop()
            raise Unavailable("The database does not answer.")
        return complete(*arguments, **more)

    monkeypatch.setattr(jobs, "complete", flaky)
    assert Worker(runtime, "w").run_due() == 1
    assert len(calls) == 1
    with runtime.unit_of_work(read_only=True) as uow:
        assert (
            uow.connection.execute(select(ProcessInstance.state).where(ProcessInstance.key == key)).scalar_one()
            == "COMPLETED"
        )


def test_a_header_gives_a_job_its_priority(runtime, clock):
    headed = '<zeebe:taskHeaders><zeebe:header key="priority" value="90"/></zeebe:taskHeaders></bpmn:extensionElements>'
    urgent = ONE_JOB.replace(b'"one_job"', b'"urgent_job"').replace(b"</bpmn:extensionElements>", headed.encode(), 1)
    deployments.deploy(runtime, [("j.bpmn", ONE_JOB), ("u.bpmn", urgent)], "owner")
    instances.start(runtime, "one_job")
    instances.start(runtime, "urgent_job")
    with runtime.unit_of_work() as uow:
        (first,) = queue.claim(uow, "work", "w", 1, timedelta(minutes=1))
    assert (first.process_id, first.priority) == ("urgent_job", 90)
