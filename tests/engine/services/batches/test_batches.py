"""Batch operations: each instance wholly and once, a result for each, stopped and gone on with, whatever dies in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.batch import BatchItem, BatchNotFound, BatchOperation
from engine.model.instance import ProcessInstance
from engine.services import batches, instances, jobs, migration, suspension
from engine.services.batches import BatchType, working
from engine.services.due import _claim_first, perform
from engine.services.migration import Plan
from engine.worker import Worker
from tests.engine.diagrams import ONE_JOB, ONE_TASK, call, diagram, end, start, user_task

HOUR = timedelta(hours=1)
TWO = diagram("one_task", start() + user_task() + user_task("after") + end(), "start>task task>after after>end")
OTHER = diagram("one_task", start() + user_task("other") + end(), "start>other other>end")


@pytest.fixture
def begin(runtime):
    def begin(kind, wanted=None, **more):
        return batches.create(runtime, kind, wanted or {}, who="eva", reason="整理", **more)

    return begin


@pytest.fixture
def batch_row(rows):
    return lambda key: rows(select(table_of(BatchOperation)).where(BatchOperation.key == key))[0]


@pytest.fixture
def item_states(rows):
    def item_states(key):
        query = select(BatchItem.process_instance_key, BatchItem.state).where(BatchItem.batch_key == key)
        return dict(rows(query))

    return item_states


@pytest.fixture
def states(rows):
    return lambda: {row.key: row.state for row in rows(select(ProcessInstance.key, ProcessInstance.state))}


def test_every_instance_that_the_filter_finds_is_cancelled_and_no_other(
    deploy, start, worker, begin, batch_row, item_states, states, rows
):
    deploy(ONE_TASK, ONE_JOB)
    keys = [start("one_task") for _ in range(60)]
    spared = start("one_job")
    made = begin(BatchType.CANCEL, {"processDefinitionId": "one_task"})
    assert made.total == 60
    worker.run_due()
    row = batch_row(made.key)
    assert (row.state, row.total, row.completed, row.failed) == ("COMPLETED", 60, 60, 0)
    assert item_states(made.key) == dict.fromkeys(keys, "COMPLETED")
    assert states() == {**dict.fromkeys(keys, "TERMINATED"), spared: "ACTIVE"}
    acts = rows(select(AuditEntry.who, AuditEntry.after).where(AuditEntry.what == "instance.cancel"))
    assert acts == [("eva", {"reason": "整理"})] * 60


def test_a_result_is_kept_for_each_and_one_that_fails_stops_no_other(
    runtime, deploy, start, worker, begin, batch_row, item_states, rows
):
    first = deploy(ONE_TASK).items[0].key
    good, gone = start("one_task"), start("one_task")
    target = deploy(TWO).items[0].key
    plan = migration.plan_by_ids(runtime, first, target).plan
    made = begin(BatchType.MIGRATE, {"processDefinitionKey": str(first)}, plan=plan)
    instances.cancel(runtime, gone, who="ann")
    worker.run_due()
    assert item_states(made.key) == {good: "COMPLETED", gone: "FAILED"}
    row = batch_row(made.key)
    assert (row.state, row.completed, row.failed) == ("COMPLETED", 1, 1)
    ((message, zh),) = rows(
        select(BatchItem.message, BatchItem.message_zh).where(BatchItem.process_instance_key == gone)
    )
    assert "has ended" in message
    assert zh == "流程实例已结束。"


def test_what_cannot_be_migrated_says_why_and_stays_as_it_is(runtime, deploy, start, worker, begin, rows, states):
    first = deploy(ONE_TASK).items[0].key
    key = start("one_task")
    target = deploy(OTHER).items[0].key
    begin(BatchType.MIGRATE, {"processDefinitionKey": str(first)}, plan=Plan(target, {}))
    worker.run_due()
    assert rows(select(BatchItem.message_zh)) == [("“task”正在进行，但没有映射目标。",)]
    assert rows(select(ProcessInstance.version).where(ProcessInstance.key == key)) == [(1,)]


def test_tokens_are_moved(deploy, start, worker, begin, open_tasks, batch_row):
    deploy(TWO)
    start("one_task"), start("one_task")
    made = begin(BatchType.MODIFY, {"elementId": "task"}, moves=[("task", "after")])
    worker.run_due()
    assert batch_row(made.key).completed == 2
    assert list(open_tasks()) == ["after"]


def test_incidents_are_resolved_each_as_an_item(runtime, deploy, start, worker, begin, open_incidents, rows):
    deploy(ONE_JOB)
    keys = [start("one_job"), start("one_job")]
    for job in jobs.activate(runtime, "work", "w", HOUR, 5):
        jobs.fail(runtime, job.key, "no", retries=0)
    incidents = [row.key for row in open_incidents()]
    made = begin(BatchType.RESOLVE, {"hasIncident": True})
    assert made.total == 2
    worker.run_due()
    assert open_incidents() == []
    assert sorted(rows(select(BatchItem.item_key, BatchItem.process_instance_key))) == sorted(
        zip(incidents, keys, strict=True)
    )


def test_an_incident_that_stands_beside_an_ended_instance_is_resolved_with_the_others(
    runtime, deploy, start, worker, open_incidents
):
    listener = '<zeebe:taskListeners><zeebe:taskListener eventType="canceling" type="gone"/></zeebe:taskListeners>'
    deploy(ONE_TASK.replace(b"<zeebe:userTask/>", f"<zeebe:userTask/>{listener}".encode()))
    instances.cancel(runtime, start("one_task"), who="ann")
    (job,) = jobs.activate(runtime, "gone", "w", HOUR, 5)
    jobs.fail(runtime, job.key, "no", retries=0)
    assert batches.count_incidents(runtime, {"processDefinitionId": "one_task"}) == 1
    batches.resolve_incidents(runtime, {"processDefinitionId": "one_task"}, who="eva")
    worker.run_due()
    assert open_incidents() == []
    assert len(jobs.activate(runtime, "gone", "w", HOUR, 5)) == 1


def test_suspending_and_resuming_many(runtime, deploy, start, worker, begin, rows):
    deploy(ONE_TASK)
    keys = [start("one_task") for _ in range(3)]
    suspension.suspend(runtime, keys[0], who="ann")
    assert begin(BatchType.SUSPEND).total == 2
    worker.run_due()
    assert len(rows(select(ProcessInstance.key).where(ProcessInstance.suspended_at.is_not(None)))) == 3
    assert begin(BatchType.RESUME).total == 3
    worker.run_due()
    assert rows(select(ProcessInstance.key).where(ProcessInstance.suspended_at.is_not(None))) == []


def test_called_instances_are_cancelled_with_their_callers_and_are_no_items(deploy, start, worker, begin, states):
    deploy(
        ONE_TASK, diagram("calls", '<bpmn:startEvent id="s"/>' + call("child", "one_task") + end(), "s>child child>end")
    )
    start("calls")
    assert begin(BatchType.CANCEL).total == 1
    worker.run_due()
    assert set(states().values()) == {"TERMINATED"}


def test_nothing_to_do_is_done_at_once(begin, batch_row, worker):
    made = begin(BatchType.CANCEL, {"processDefinitionId": "none"})
    assert made.total == 0
    assert batch_row(made.key).state == "COMPLETED"
    assert worker.run_due() == 0


def test_it_goes_in_pieces_and_other_work_comes_between(runtime, deploy, start, begin, batch_row, rows):
    deploy(ONE_TASK)
    for _ in range(working.CHUNK + 5):
        start("one_task")
    made = begin(BatchType.CANCEL)
    one_go(runtime)
    row = batch_row(made.key)
    assert (row.state, row.completed) == ("ACTIVE", working.CHUNK)
    one_go(runtime)
    row = batch_row(made.key)
    assert (row.state, row.completed) == ("COMPLETED", working.CHUNK + 5)


def one_go(runtime, worker="w"):
    row = _claim_first(runtime, worker)
    perform(runtime, row)
    return row


def test_one_that_is_stopped_goes_on_with_what_is_left(runtime, deploy, start, worker, begin, batch_row):
    deploy(ONE_TASK)
    for _ in range(working.CHUNK + 5):
        start("one_task")
    made = begin(BatchType.CANCEL)
    one_go(runtime)
    batches.suspend(runtime, made.key, who="eva")
    worker.run_due()
    assert batch_row(made.key).completed == working.CHUNK
    with pytest.raises(Conflict):
        batches.suspend(runtime, made.key, who="eva")
    batches.resume(runtime, made.key, who="eva")
    worker.run_due()
    assert (batch_row(made.key).state, batch_row(made.key).completed) == ("COMPLETED", working.CHUNK + 5)


def test_one_that_is_given_up_leaves_the_rest_alone(runtime, deploy, start, worker, begin, batch_row, states):
    deploy(ONE_TASK)
    for _ in range(working.CHUNK + 5):
        start("one_task")
    made = begin(BatchType.CANCEL)
    one_go(runtime)
    batches.cancel(runtime, made.key, who="eva")
    worker.run_due()
    assert batch_row(made.key).state == "CANCELED"
    assert list(states().values()).count("ACTIVE") == 5
    with pytest.raises(Conflict):
        batches.resume(runtime, made.key, who="eva")


def test_a_worker_that_dies_in_the_middle_leaves_it_to_another_and_nothing_is_done_twice(
    runtime, deploy, start, clock, begin, batch_row, rows, monkeypatch
):
    deploy(ONE_TASK)
    for _ in range(10):
        start("one_task")
    made = begin(BatchType.CANCEL)
    done = []

    def dies(turn, key, batch):
        if len(done) == 4:
            raise SystemExit
        done.append(key)
        real(turn, key, batch)

    real = working._ACTS[BatchType.CANCEL]
    monkeypatch.setitem(working._ACTS, BatchType.CANCEL, dies)
    with pytest.raises(SystemExit):
        one_go(runtime)
    monkeypatch.setitem(working._ACTS, BatchType.CANCEL, real)
    runtime.instances.clear()
    clock.advance(HOUR)
    Worker(runtime, "another").run_due()
    row = batch_row(made.key)
    assert (row.state, row.completed, row.failed) == ("COMPLETED", 10, 0)
    assert len(rows(select(AuditEntry.key).where(AuditEntry.what == "instance.cancel"))) == 10


def test_two_workers_on_one_batch_do_each_item_once(runtime, deploy, start, clock, begin, rows):
    """The first is so slow that its lease ends; the second begins, and both go through the same items."""
    deploy(ONE_TASK)
    for _ in range(6):
        start("one_task")
    begin(BatchType.CANCEL)
    slow = _claim_first(runtime, "slow")
    clock.advance(HOUR)
    quick = _claim_first(runtime, "quick")
    perform(runtime, quick)
    perform(runtime, slow)
    assert len(rows(select(AuditEntry.key).where(AuditEntry.what == "instance.cancel"))) == 6
    assert {row.state for row in rows(select(table_of(BatchItem)))} == {"COMPLETED"}


def test_requests_that_do_not_fit_are_refused_and_nothing_begins(runtime, deploy, begin, rows):
    deploy(ONE_TASK)
    for kind, wanted, more in (
        (BatchType.CANCEL, {"nonsense": 1}, {}),
        (BatchType.CANCEL, {"startDate": "soon"}, {}),
        (BatchType.MIGRATE, {}, {}),
        (BatchType.MODIFY, {}, {}),
        (BatchType.CANCEL, {}, {"moves": [("a", "b")]}),
    ):
        with pytest.raises(InvalidInput):
            begin(kind, wanted, **more)
    with pytest.raises(NotFound):
        begin(BatchType.MIGRATE, plan=Plan(7, {}))
    with pytest.raises(BatchNotFound):
        batches.cancel(runtime, 7, who="eva")
    assert rows(select(BatchOperation.key)) == []
