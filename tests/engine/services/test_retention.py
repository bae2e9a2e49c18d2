"""Retention: what ended long ago goes with all that hangs on it, in pieces; what runs or works on an open case stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.history.removal import KEPT, hanging_on_instances
from engine.model.base import Base, table_of
from engine.model.clean_up import CleanUpRun
from engine.model.draft import Draft
from engine.model.instance import ProcessInstance
from engine.model.job import Job
from engine.model.keys import BY_MONTH
from engine.model.setting import Setting
from engine.services import deployments, instances, jobs, retention, tasks
from engine.services.cases.files import link_instance, open_case
from engine.services.due import _claim_first, perform
from tests.engine.diagrams import call, diagram, end, service_task, start, user_task
from tests.engine.services.desk_people import BOSS

DAY = timedelta(days=1)
WHOLE = diagram(
    "whole",
    start() + user_task() + service_task() + call("inner", "inner") + end(),
    "start>task task>work work>inner inner>end",
)
INNER = diagram("inner", '<bpmn:startEvent id="s"/>' + user_task("inner_task") + end(), "s>inner_task inner_task>end")


@pytest.fixture
def keep(runtime):
    """Keep ended instances for this many days."""

    def keep(days):
        with runtime.unit_of_work() as uow:
            uow.add(Setting(name="history.keep_days", value=days, changed_by="boss", changed_at=uow.now))

    return keep


@pytest.fixture
def live(runtime, deploy, start, open_tasks):
    """An instance that went through everything and ended."""

    def live():
        deploy(WHOLE, INNER)
        key = start("whole", amount=1)
        with runtime.unit_of_work() as uow:
            uow.add(Draft(task_key=open_tasks()["task"], username="ann", data={}, saved_at=uow.now))
        tasks.complete(runtime, open_tasks()["task"], {"amount": 2}, who="ann")
        (job,) = jobs.activate(runtime, "work", "w", DAY, 1)
        jobs.fail(runtime, job.key, "no", retry_after=timedelta(0))
        (job,) = jobs.activate(runtime, "work", "w", DAY, 1)
        jobs.complete(runtime, job.key)
        tasks.complete(runtime, open_tasks()["inner_task"], who="ann")
        return key

    return live


@pytest.fixture
def left(rows):
    """How many rows each table has of those that belong to instances; of what goes by month, of the instances that are there."""
    tables = [*hanging_on_instances(), table_of(ProcessInstance), table_of(Draft)]

    def count(table):
        query = select(func.count()).select_from(table)
        if BY_MONTH in table.info:
            query = query.where(table.c.process_instance_key.in_(select(ProcessInstance.key)))
        return rows(query)[0][0]

    return lambda: {table.name: number for table in tables if (number := count(table))}


def test_what_ended_long_ago_goes_with_everything_that_hangs_on_it(live, keep, clean_up, clock, left):
    live()
    keep(30)
    before = left()
    assert {"job_attempt", "variable_change", "taken_flow", "draft", "audit_entry"} <= before.keys()
    clock.advance(31 * DAY)
    run = clean_up()
    assert (run.instances, run.removed["process_instance"], run.removed["job_attempt"]) == (1, 2, 1)
    assert left() == {"job": 1, "audit_entry": 2}  # the clean-up itself, the deployment, and that it was asked for


def test_what_runs_ended_lately_or_works_on_an_open_case_stays(runtime, live, start, keep, clean_up, clock, rows):
    worked_on, old = live(), live()
    keep(30)
    with runtime.unit_of_work() as uow:
        case = open_case(runtime, uow, "ann", "complaint", "phone", "漏水")
        link_instance(uow, case, worked_on, "whole")
    clock.advance(20 * DAY)
    lately = live()
    running = start("whole")
    clock.advance(20 * DAY)
    assert clean_up().instances == 1
    left = {row.key for row in rows(select(ProcessInstance.key).where(ProcessInstance.parent_key.is_(None)))}
    assert left == {worked_on, lately, running}
    assert old not in left


def test_0_days_keep_everything(live, keep, clean_up, clock, left):
    live()
    keep(0)
    before = left()
    clock.advance(5000 * DAY)
    assert clean_up().instances == 0
    assert left()["taken_flow"] == before["taken_flow"]


def test_it_comes_every_night_by_itself(runtime, live, keep, clock, worker, rows):
    live()
    keep(1)
    runtime.transact(lambda uow: retention.ensure(uow, "Asia/Shanghai"))
    runtime.transact(lambda uow: retention.ensure(uow, "Asia/Shanghai"))
    ((due,),) = rows(select(Job.run_at).where(Job.key == retention.JOB_KEY))
    assert due.isoformat() == "2026-03-02T19:00:00+00:00"  # three at night in Shanghai
    clock.pin(due + 2 * DAY)
    worker.run_due()
    assert rows(select(CleanUpRun.instances)) == [(1,)]
    ((again,),) = rows(select(Job.run_at).where(Job.key == retention.JOB_KEY))
    assert again == due + 3 * DAY


def test_it_goes_in_pieces_and_a_dead_worker_leaves_the_rest_to_the_next(
    runtime, deploy, start, keep, clock, rows, monkeypatch
):
    monkeypatch.setattr(retention, "TREES", 4)
    monkeypatch.setattr(retention, "PIECES", 2)
    deploy(INNER)
    for _ in range(15):
        instances.cancel(runtime, start("inner"), who="ann")
    keep(1)
    clock.advance(2 * DAY)
    retention.clean_up_now(runtime, actor=BOSS)
    perform(runtime, _claim_first(runtime, "w"))
    assert len(rows(select(ProcessInstance.key))) == 7
    _claim_first(runtime, "dies")
    clock.advance(timedelta(hours=1))
    for _ in range(2):
        perform(runtime, _claim_first(runtime, "w"))
    assert rows(select(ProcessInstance.key)) == []
    ((instances_, ended_at),) = rows(select(CleanUpRun.instances, CleanUpRun.ended_at))
    assert instances_ == 15
    assert ended_at is not None


def test_every_table_that_belongs_to_instances_is_thought_of():
    """A new table with a `process_instance_key` goes with its instance; say here that it should, or in KEPT that not."""
    known = {
        "audit_entry", "correlated_message", "decision_instance", "element_instance", "incident", "job", "job_attempt", "subscription",
        "taken_flow", "user_task", "variable", "variable_change",
    }  # fmt: skip
    assert {table.name for table in hanging_on_instances()} == known
    assert set(Base.metadata.tables) >= KEPT


def test_every_tenants_history_is_cleaned_up_by_its_own_days(runtime, clock, clean_up, rows):
    short = diagram("short", start() + end(), "start>end")
    keys = {}
    for tenant, days in (("<default>", 30), ("other", 10), ("third", 0)):
        deployments.deploy(runtime, [("short.bpmn", short)], "owner", tenant)
        keys[tenant] = instances.start(runtime, "short", {}, who="ann", tenant_id=tenant).key
        with runtime.unit_of_work(tenant_id=tenant) as uow:
            uow.add(
                Setting(tenant_id=tenant, name="history.keep_days", value=days, changed_by="boss", changed_at=uow.now)
            )
    clock.advance(20 * DAY)
    clean_up()
    assert {key for (key,) in rows(select(ProcessInstance.key))} == {keys["<default>"], keys["third"]}
    clock.advance(20 * DAY)
    clean_up()
    assert {key for (key,) in rows(select(ProcessInstance.key))} == {keys["third"]}
