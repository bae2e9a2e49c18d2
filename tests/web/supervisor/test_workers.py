"""The page of the workers: who works, on what, who is silent, and what waits."""

import dataclasses
from datetime import timedelta

from engine.services import deployments, instances, workers
from engine.services.handlers import register_handlers
from engine.worker import Worker
from tests.engine.diagrams import ONE_JOB
from tests.web.desk import parsed, text_of


def rows(desk, heading):
    page = parsed(desk.get("sue", "/board/workers"))
    (card,) = page.xpath(f"//h2[text()='{heading}']/../..")
    return [text_of(row) for row in card.xpath(".//tbody/tr")]


def report(desk, name, **changes):
    facts = {"host": "h", "pid": 1, "version": "0.1", "state": "working", "started_at": desk.runtime.now()}
    facts |= {"running": {}, "done": {}, "problem": None, **changes}
    desk.runtime.transact(lambda uow: workers.report(uow, name, facts))


def test_a_worker_in_the_background_is_on_the_page_and_says_when_it_stops(desk):
    worker = Worker(desk.runtime, "host-a:1")
    worker.start()
    worker.stop()
    (row,) = rows(desk, "作业进程")
    assert "host-a:1" in row
    assert "已停止" in row


def test_what_a_worker_has_in_hand_and_its_trouble_are_shown(desk):
    report(desk, "w1", running={"payment.refund": 2}, done={"completed": 41}, problem="the database is away")
    (row,) = rows(desk, "作业进程")
    assert "payment.refund × 2" in row
    assert "completed 41" in row
    assert "the database is away" in row


def test_a_worker_that_says_nothing_more_is_silent_and_forgotten_after_a_day(desk):
    report(desk, "dead")
    desk.clock.advance(timedelta(minutes=1))
    assert "没有回音" in rows(desk, "作业进程")[0]
    desk.clock.advance(timedelta(days=1))
    report(desk, "new")
    assert [row.split("0.1")[0] for row in rows(desk, "作业进程")] == ["new"]


def test_waiting_jobs_are_listed_by_type_with_who_does_them(desk):
    deployments.deploy(desk.runtime, [("one_job.bpmn", ONE_JOB)], "olga")
    instances.start(desk.runtime, "one_job")
    (row,) = [row for row in rows(desk, "等待中的作业") if row.startswith("work ")]
    assert row.split()[1] == "1"
    assert "外部程序" in row


def test_without_a_worker_the_page_says_what_that_means(desk):
    assert "定时器不会触发" in desk.get("sue", "/board/workers").text


def test_a_type_that_is_left_to_workers_outside_is_listed_though_nothing_waits(desk):
    desk.runtime.settings = dataclasses.replace(desk.runtime.settings, external_jobs="order.load")
    desk.runtime.job_handlers.clear()
    register_handlers(desk.runtime)
    (row,) = [row for row in rows(desk, "等待中的作业") if row.startswith("order.load ")]
    assert row.split()[1] == "0"
    assert "外部程序" in row
