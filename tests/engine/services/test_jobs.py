"""Jobs: what workers take, do and fail, and what the handlers of this process do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.job import Job
from engine.runtime import BpmnError, JobFailed
from engine.services import incidents, instances, jobs
from tests.engine.diagrams import ONE_JOB, boundary, diagram, end, error, error_root, service_task
from tests.engine.diagrams import start as begin

MINUTE = timedelta(minutes=1)
MAPPED = (
    '<zeebe:ioMapping><zeebe:input source="=order.number" target="number"/>'
    '<zeebe:output source="=paid" target="paid"/></zeebe:ioMapping>'
)
GUARDED = diagram(
    "guarded",
    begin() + service_task(retries=2) + boundary("declined", "work", error("declined_error")) + end() + end("refused"),
    "start>work work>end declined>refused",
    roots=error_root("declined_error", "DECLINED"),
)


def activate(runtime, job_type="work", most=10, **more):
    return jobs.activate(runtime, job_type, "w", MINUTE, most, **more)


def test_a_job_comes_with_what_its_element_sees_and_nobody_else_gets_it(runtime, deploy, start):
    deploy(diagram("mapped", begin() + service_task("pay", "pay", MAPPED) + end(), "start>pay pay>end"))
    key = start("mapped", order={"number": "A-1"}, city="上海")
    (job,) = activate(runtime, "pay")
    assert job.variables == {"order": {"number": "A-1"}, "city": "上海", "number": "A-1"}
    assert (job.process_instance_key, job.element_id, job.retries, job.version) == (key, "pay", 3, 1)
    assert job.deadline == runtime.now() + MINUTE
    assert activate(runtime, "pay") == []


def test_a_worker_may_ask_for_some_variables_only(runtime, deploy, start):
    deploy(ONE_JOB)
    start("one_job", a=1, b=2)
    (job,) = activate(runtime, fetch_variables=["b", "c"])
    assert job.variables == {"b": 2}


def test_completing_a_job_moves_its_process_on(runtime, deploy, start, state_of, variables_of):
    deploy(ONE_JOB)
    key = start("one_job")
    (job,) = activate(runtime)
    jobs.complete(runtime, job.key, {"paid": True})
    assert state_of(key) == ("COMPLETED", "end")
    assert variables_of(key) == {"paid": True}
    with pytest.raises(jobs.JobNotOpen):
        jobs.complete(runtime, job.key)


def test_a_job_whose_lease_ended_goes_to_another_and_the_first_to_answer_wins(runtime, deploy, start, clock):
    deploy(ONE_JOB)
    start("one_job")
    (first,) = activate(runtime)
    clock.advance(MINUTE)
    (second,) = activate(runtime)
    assert second.key == first.key
    jobs.complete(runtime, first.key)
    with pytest.raises(jobs.JobNotOpen):
        jobs.complete(runtime, second.key)


def test_a_failed_job_waits_for_its_backoff_and_has_one_try_less(runtime, deploy, start, clock):
    deploy(ONE_JOB)
    start("one_job")
    (job,) = activate(runtime)
    assert jobs.fail(runtime, job.key, "no answer", retry_after=10 * MINUTE) == 2
    assert activate(runtime) == []
    clock.advance(10 * MINUTE)
    (again,) = activate(runtime)
    assert (again.key, again.retries) == (job.key, 2)


def test_without_tries_left_it_is_an_incident_and_once_repaired_it_runs_again(
    runtime, deploy, start, rows, state_of, open_incidents
):
    deploy(ONE_JOB)
    key = start("one_job")
    (job,) = activate(runtime)
    jobs.fail(runtime, job.key, "card refused", retries=0)
    assert activate(runtime) == []
    (incident,) = open_incidents()
    assert (incident.message, incident.job_key, incident.process_instance_key) == ("card refused", job.key, key)
    assert incident.error_type == "JOB_NO_RETRIES"
    incidents.resolve(runtime, incident.key, who="ann", retries=2)
    with pytest.raises(incidents.IncidentNotActive):
        incidents.resolve(runtime, incident.key, who="ann")
    (again,) = activate(runtime)
    assert (again.key, again.retries) == (job.key, 2)
    jobs.complete(runtime, again.key)
    assert state_of(key) == ("COMPLETED", "end")


def test_an_error_that_the_diagram_catches_takes_its_way(runtime, deploy, start, state_of, rows):
    deploy(GUARDED)
    key = start("guarded")
    (job,) = activate(runtime)
    jobs.throw_error(runtime, job.key, "DECLINED", "no money", {"why": "limit"})
    assert state_of(key) == ("COMPLETED", "refused")
    assert rows(select(Job.state, Job.error_code)) == [("ERROR_THROWN", "DECLINED")]


def test_an_error_that_nothing_catches_is_an_incident_and_the_job_can_be_tried_again(
    runtime, deploy, start, state_of, open_incidents
):
    deploy(GUARDED)
    key = start("guarded")
    (job,) = activate(runtime)
    jobs.throw_error(runtime, job.key, "UNKNOWN")
    (incident,) = open_incidents()
    assert incident.error_type == "UNHANDLED_ERROR_EVENT"
    incidents.resolve(runtime, incident.key, who="ann")
    (again,) = activate(runtime)
    jobs.complete(runtime, again.key)
    assert state_of(key) == ("COMPLETED", "end")


def test_a_job_without_tries_can_only_be_answered_once_its_incident_is_resolved(runtime, deploy, start):
    deploy(ONE_JOB)
    start("one_job")
    (job,) = activate(runtime)
    jobs.fail(runtime, job.key, "card refused", retries=0)
    for answer in (lambda: jobs.complete(runtime, job.key), lambda: jobs.fail(runtime, job.key, "again")):
        with pytest.raises(jobs.JobNotOpen, match="incident"):
            answer()


def test_cancelling_the_instance_withdraws_the_job(runtime, deploy, start, rows):
    deploy(ONE_JOB)
    key = start("one_job")
    (job,) = activate(runtime)
    instances.cancel(runtime, key, who="lead")
    assert rows(select(Job.state)) == [("CANCELED",)]
    with pytest.raises(jobs.JobNotOpen):
        jobs.complete(runtime, job.key)


def test_a_worker_may_take_longer_and_a_person_may_give_more_tries(runtime, deploy, start, clock):
    deploy(ONE_JOB)
    start("one_job")
    (job,) = activate(runtime)
    jobs.update_job(runtime, job.key, who="w", timeout=10 * MINUTE, retries=7)
    clock.advance(5 * MINUTE)
    assert activate(runtime) == []
    clock.advance(5 * MINUTE)
    assert activate(runtime)[0].retries == 7
    with pytest.raises(InvalidInput):
        jobs.update_job(runtime, job.key, who="w", retries=0)


@pytest.mark.parametrize(("job_type", "most"), [("", 1), ("kefuflow:timer", 1), ("work", 0), ("work", 1001)])
def test_a_worker_cannot_ask_for_what_is_not_its_to_have(sqlite_runtime, job_type, most):
    with pytest.raises(InvalidInput):
        activate(sqlite_runtime, job_type, most)


def test_a_handler_works_outside_and_its_answer_moves_the_process_on(runtime, deploy, start, worker, variables_of):
    seen = []

    def pay(runtime, job):
        seen.append((job.idempotency_key, job.variables["amount"]))
        with runtime.unit_of_work() as uow:  # no transaction of the engine is open around it
            assert uow.now
        return {"paid": job.variables["amount"]}

    runtime.handle_jobs("work", pay)
    deploy(ONE_JOB)
    key = start("one_job", amount=5)
    assert worker.run_due() == 1
    assert variables_of(key) == {"amount": 5, "paid": 5}
    assert seen[0][1] == 5


def test_a_handler_that_breaks_is_tried_again_under_the_same_idempotency_key_then_is_an_incident(
    runtime, deploy, start, worker, clock, state_of, open_incidents
):
    keys = []

    def pay(_runtime, job):
        keys.append(job.idempotency_key)
        raise ConnectionError("the bank is closed")

    runtime.handle_jobs("work", pay)
    deploy(ONE_JOB)
    key = start("one_job")
    for _ in range(5):
        worker.run_due()
        clock.advance(timedelta(hours=2))
    assert len(keys) == 3
    assert len(set(keys)) == 1
    (incident,) = open_incidents()
    assert incident.message == "ConnectionError: the bank is closed"
    assert state_of(key)[0] == "ACTIVE"


def test_a_handler_may_say_that_trying_again_is_no_use_or_when_it_may_be(
    runtime, deploy, start, worker, clock, open_incidents
):
    answers = [JobFailed("later", retry_after=timedelta(hours=3)), JobFailed("never", permanent=True)]
    runtime.handle_jobs("work", lambda _runtime, job: (_ for _ in ()).throw(answers.pop(0)))
    deploy(ONE_JOB)
    start("one_job")
    worker.run_due()
    clock.advance(timedelta(hours=2, minutes=59))
    assert worker.run_due() == 0
    clock.advance(MINUTE)
    worker.run_due()
    (incident,) = open_incidents()
    assert incident.message == "never"


def test_a_handler_may_end_with_an_error_that_the_diagram_models(runtime, deploy, start, worker, state_of):
    def pay(_runtime, job):
        raise BpmnError("DECLINED", "no money")

    runtime.handle_jobs("work", pay)
    deploy(GUARDED)
    key = start("guarded")
    worker.run_due()
    assert state_of(key) == ("COMPLETED", "refused")
