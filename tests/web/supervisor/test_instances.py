"""The pages of process instances: finding, looking into one, and what can be done by hand, with reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.model.audit import AuditEntry
from engine.model.instance import ProcessInstance
from engine.model.job import Job
from engine.services import deployments, instances, jobs, people, retention
from engine.services.inspection import detail
from engine.services.modification import Activation, modify
from engine.worker import Worker
from tests.engine.diagrams import boundary, call, diagram, end, service_task, start, timer, user_task
from tests.web.desk import parsed, text_of

LATE = diagram(
    "late",
    start() + user_task() + boundary("b", "task", timer("duration", "PT2H")) + service_task("work", "late.work")
    + end() + end("late_end"),
    "start>task task>work work>end b>late_end",
)  # fmt: skip
LATE_2 = LATE.replace(b'id="end"', b'id="finish"').replace(b'targetRef="end"', b'targetRef="finish"')
GONE = diagram("late", start() + user_task("other") + end(), "start>other other>end")


@pytest.fixture
def late(desk):
    """An instance that waits at a task with a timer; the process owner deployed it."""
    deployments.deploy(desk.runtime, [("late.bpmn", LATE)], "olga")
    return instances.start(desk.runtime, "late", {"amount": 3, "matter": "漏水"}, who="ann").key


def rows(desk, statement):
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return uow.connection.execute(statement).all()


def acts(desk, what):
    return rows(desk, select(AuditEntry.who, AuditEntry.before, AuditEntry.after).where(AuditEntry.what == what))


def test_instances_are_found_by_process_case_state_and_incident(desk, late):
    number = desk.complain()
    page = text_of(parsed(desk.get("max", "/board/instances")))
    assert str(late) in page
    assert number in page
    only = text_of(parsed(desk.get("max", f"/board/instances?case={number}")))
    assert str(late) not in only
    assert "没有符合条件" in desk.get("max", "/board/instances?process=late&incident=1").text
    assert "没有符合条件" in desk.get("max", "/board/instances?process=late&state=COMPLETED").text
    assert str(late) in desk.get("max", f"/board/instances?instance={late}&from=2026-03-02&to=2026-03-02").text


KEPT = {"code": "0017", "digits": "17", "said": '他说"坏了"', "path": r"C:\temp\a", "line": {"sku": "A1"}}


def found(desk, query):
    """The keys in the first column of the list."""
    answer = desk.get("max", f"/board/instances?process=late&{query}")
    assert answer.status_code in (200, 422)
    page = parsed(answer)
    return [int(text) for text in page.xpath("//td[@data-label='实例']/a[1]/text()")]


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("var1=amount&value1=3", True), ("var1=amount&op1=eq&value1=4", False), ("var1=amount&op1=neq&value1=4", True),
        ("var1=matter&value1=漏水", True), ("var1=matter&op1=like&value1=水", True), ("var1=matter&op1=like&value1=火", False),
        ("var1=code&value1=0017", True), ("var1=code&value1=17", False), ("var1=digits&value1=17", True),
        ("var1=matter&op1=exists", True), ("var1=nothing&op1=exists", False), ("var1=nothing&value1=", False),
        ("var1=amount&value1=3&var2=matter&value2=漏水", True), ("var1=amount&value1=3&var2=matter&value2=x", False),
        ("value1=4&op1=neq", True), ("var1=amount&value1=NaN", False), ("var1=amount&value1=1e999", False),
        ("var1=amount&value1=%00", None), ("var1=%00&op1=exists", None),
        ("var1=amount&value1=3.00", True), ("var1=amount&op1=neq&value1=3.0", False), ("var1=amount&value1=3e0", True),
        ("var1=said&op1=like&value1=\"坏了\"", True), ("var1=said&value1=他说\"坏了\"", True),
        ("var1=path&op1=like&value1=C:\\temp", True), ("var1=path&op1=like&value1=C:temp", False),
        ("var1=line&op1=like&value1=\"sku\":\"A1\"", True), ("var1=line&value1={\"sku\": \"A1\"}", True),
        ("var1=said&op1=like&value1=\"坏\"&var2=path&op2=like&value2=C:\\t", False),
        ("var1=said&op1=like&value1=\"&var2=path&op2=like&value2=C:\\t", True),
    ],
)  # fmt: skip
def test_instances_are_found_by_one_or_two_variables(desk, late, query, is_there):
    instances.set_variables(desk.runtime, late, KEPT, who="ann")
    assert found(desk, query) == ([late] if is_there else [])


def test_a_value_nested_without_end_finds_nothing(desk, late):
    sent = {"act": "cancel", "which": "all", "var1": "amount", "op1": "eq", "value1": "[" * 100_000}
    answer = desk.post("max", "/board/instances/bulk", sent)
    assert answer.status_code == 200
    assert "0 个流程实例将受影响" in answer.text


def test_a_part_that_is_longer_than_any_is_refused(desk, late):
    sent = {"act": "cancel", "which": "all", "var1": "matter", "op1": "like", "value1": "水" * 20_000}
    assert desk.post("max", "/board/instances/bulk", sent).status_code == 422


BIG = "9" * 30


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("variables", {"name": "amount", "value": "1e999"}, "不是有效的 JSON"),
        ("variables", {"name": "x" * 256, "value": "1"}, "请填写变量名"),
        ("variables", {"name": "amount", "value": "1", "scope": BIG}, "有数字太大"),
        ("move", {"source": "²", "target": "work"}, "请填写数字"),
        ("move", {"source": "9" * 5000, "target": "work"}, "请填写数字"),
        (f"messages/{BIG}", {}, "有数字太大"),
    ],
)
def test_what_no_column_holds_is_refused_at_its_form(desk, late, path, sent, said):
    answer = desk.post("max", f"/board/instances/{late}/{path}", sent | {"reason": "x"})
    assert answer.status_code == 422
    assert said in text_of(parsed(answer))


def test_what_is_done_to_all_that_were_found_minds_the_variables(desk, late):
    instances.start(desk.runtime, "late", {"amount": 4}, who="ann")
    sent = {"act": "cancel", "which": "all", "process": "late", "var1": "amount", "op1": "eq", "value1": "4"}
    asked = desk.post("max", "/board/instances/bulk", sent)
    assert "1 个流程实例将受影响" in asked.text
    assert parsed(asked).xpath("//input[@name='var1']/@value") == ["amount"]


def test_the_found_are_had_as_a_sheet(desk, late):
    page = parsed(desk.get("max", "/board/instances?process=late&var1=amount&value1=3"))
    (link,) = page.xpath("//a[text()='下载 CSV']/@href")
    answer = desk.get("max", link)
    assert answer.mimetype == "text/csv"
    head, row = answer.data.decode("utf-8-sig").splitlines()
    assert head.startswith("实例,所属流程,流程 ID,版本,状态")
    assert row.startswith(f"{late},late,late,1,进行中")
    assert len(desk.get("max", "/board/instances.csv?process=gone").data.splitlines()) == 1
    assert desk.get("max", "/board/instances.csv?version=x").status_code == 422


def test_a_search_of_instances_is_kept_under_a_name_and_forgotten(desk, late):
    sent = {"process": "late", "state": "any", "var1": "amount", "op1": "eq", "value1": "3", "name": "金额三"}
    kept = desk.post("max", "/board/instances/filters", sent)
    page = parsed(desk.get("max", kept.location))
    (link,) = page.xpath("//a[text()='金额三']/@href")
    assert found(desk, link.split("?")[1]) == [late]
    assert parsed(desk.get("max", link)).xpath("//option[@value='any' and @selected]")
    assert "金额三" not in desk.get("sue", "/board/instances").text
    (drop,) = page.xpath("//button[@form='drop-filter']/@formaction")
    assert desk.post("sue", drop, {}).status_code == 404
    desk.post("max", drop, {})
    assert "金额三" not in desk.get("max", "/board/instances").text
    assert "请填写名称" in desk.post("max", "/board/instances/filters", {"process": "late"}, follow_redirects=True).text


def test_an_instance_that_waits_for_one_that_it_called_is_at_its_call(desk, late):
    calling = diagram("calling", start() + call("ask", "late") + end(), "start>ask ask>end")
    named = calling.replace(b'<bpmn:callActivity id="ask"', '<bpmn:callActivity id="ask" name="请教"'.encode())
    deployments.deploy(desk.runtime, [("calling.bpmn", named)], "olga")
    instances.start(desk.runtime, "calling", {}, who="ann")
    page = parsed(desk.get("max", "/board/instances?process=calling"))
    assert [text_of(cell) for cell in page.xpath("//td[@data-label='当前步骤']")] == ["请教"]


@pytest.mark.parametrize("query", ["version=x", "instance=-1", "from=soon", "to=2026-13-01", "after=nonsense"])
def test_a_filter_that_does_not_fit_says_so_and_keeps_the_rest(desk, late, query):
    answer = desk.get("max", f"/board/instances?process=late&{query}")
    assert answer.status_code == 422
    assert parsed(answer).xpath("//option[@value='late' and @selected]")


def test_one_instance_shows_its_path_variables_waits_and_history(desk, late):
    page = parsed(desk.get("olga", f"/board/instances/{late}"))
    shown = text_of(page)
    for word in ("task", "amount", '"漏水"', "走过的路径", "定时器", "启动流程"):
        assert word in shown
    (drawn,) = page.xpath("//*[@data-diagram-url]")
    assert drawn.get("data-active") == '["task"]'
    assert desk.get("olga", drawn.get("data-diagram-url")).data == LATE
    assert desk.get("olga", "/board/instances/7").status_code == 404
    assert "Path" in desk.get("olga", f"/board/instances/{late}?lang=en").text


def test_suspending_needs_a_reason_and_then_the_agents_form_says_why_and_keeps_what_was_typed(desk, late):
    path = f"/board/instances/{late}"
    refused = desk.post("max", f"{path}/suspension", {"reason": " "})
    assert refused.status_code == 422
    assert "请填写原因" in refused.text
    assert desk.post("max", f"{path}/suspension", {"reason": "系统维护"}).status_code == 303
    assert "马经理 于" in desk.get("max", path).text
    (task,) = parsed(desk.get("ann", "/desk/")).xpath("//a[contains(@href,'/desk/tasks/')]/@href")[:1]
    answer = desk.post("ann", task, {"comment": "写了很久"})
    assert answer.status_code == 409
    assert "已被主管暂停" in answer.text
    assert desk.post("max", f"{path}/resumption", {}).status_code == 303
    assert acts(desk, "instance.suspend") == [("max", None, {"reason": "系统维护"})]


def test_a_variable_is_set_and_what_is_no_json_is_refused_and_kept(desk, late):
    path = f"/board/instances/{late}/variables"
    sent = {"name": "amount", "value": "five", "scope": str(late), "reason": "录错"}
    answer = desk.post("max", path, sent)
    assert answer.status_code == 422
    assert parsed(answer).xpath("//input[@id='value']/@value") == ["five"]
    assert desk.post("max", path, sent | {"value": "5"}).status_code == 303
    assert acts(desk, "variables.set") == [("max", {"amount": 3}, {"amount": 5, "reason": "录错"})]


def test_a_timer_is_moved_and_fired_by_hand(desk, late):
    ((timer_key,),) = rows(desk, select(Job.key).where(Job.process_instance_key == late))
    path = f"/board/instances/{late}/timers/{timer_key}"
    assert desk.post("max", path, {"due_at": "tomorrow", "reason": "x", "move": "1"}).status_code == 422
    assert desk.post("max", path, {"due_at": "2026-03-03T10:00", "reason": "客户要求", "move": "1"}).status_code == 303
    ((who, before, after),) = acts(desk, "timer.move")
    assert (who, before["due_at"], after["due_at"]) == ("max", "2026-03-02T11:00:00+00:00", "2026-03-03T02:00:00+00:00")
    assert desk.post("max", path, {"reason": "不等了", "fire": "1"}).status_code == 303
    assert "已完成" in desk.get("max", f"/board/instances/{late}").text
    assert desk.post("max", path, {"reason": "again", "fire": "1"}).status_code == 409


def test_a_token_is_moved_to_another_step(desk, late):
    page = parsed(desk.get("max", f"/board/instances/{late}"))
    (source,) = page.xpath("//select[@id='source']/option[text()='task']/@value")
    path = f"/board/instances/{late}/move"
    assert desk.post("max", path, {"source": source, "target": "", "reason": "x"}).status_code == 422
    assert desk.post("max", path, {"source": source, "target": "work", "reason": "跳过"}).status_code == 303
    assert parsed(desk.get("max", f"/board/instances/{late}")).xpath("//*[@data-active='[\"work\"]']")


def test_a_job_that_failed_is_retried_and_its_tries_are_listed(desk, late):
    page = parsed(desk.get("max", f"/board/instances/{late}"))
    (source,) = page.xpath("//select[@id='source']/option[text()='task']/@value")
    desk.post("max", f"/board/instances/{late}/move", {"source": source, "target": "work", "reason": "跳过"})
    (job,) = jobs.activate(desk.runtime, "late.work", "w7", timedelta(minutes=1), 1)
    jobs.fail(desk.runtime, job.key, "courier is closed", retry_after=timedelta(hours=1))
    shown = text_of(parsed(desk.get("sue", f"/board/instances/{late}")))
    assert "courier is closed" in shown
    assert "w7" in shown
    assert desk.post("sue", f"/board/instances/{late}/jobs/{job.key}", {}).status_code == 303
    assert len(jobs.activate(desk.runtime, "late.work", "w", timedelta(minutes=1), 1)) == 1
    assert desk.post("sue", f"/board/instances/{late}/jobs/{job.key}", {}).status_code == 409


def test_an_incident_and_its_job_are_shown_however_much_came_after_them(desk, late, monkeypatch):
    for _ in range(2):
        modify(desk.runtime, late, [Activation("work")], who="max")
    first, second = jobs.activate(desk.runtime, "late.work", "w7", timedelta(minutes=1), 2)
    for job, message in [(first, "courier is closed"), (second, "no paper")]:
        jobs.fail(desk.runtime, job.key, message, retries=0)
    modify(desk.runtime, late, terminations=[second.element_instance_key], activations=[], who="max")
    monkeypatch.setattr(detail, "LONGEST", 1)
    page = parsed(desk.get("sue", f"/board/instances/{late}"))
    assert "courier is closed" in text_of(page)
    assert page.xpath(f"//form[@action='/board/instances/{late}/jobs/{first.key}']")


def test_many_are_cancelled_after_a_page_that_asks_and_the_batch_is_watched(desk, late):
    again = instances.start(desk.runtime, "late", who="ann").key
    first = desk.post("max", "/board/instances/bulk", {"act": "cancel", "which": "all", "process": "late"})
    assert "2 个流程实例将受影响" in first.text
    sent = {"act": "cancel", "which": "all", "process": "late", "confirmed": "1"}
    assert desk.post("max", "/board/instances/bulk", sent).status_code == 422
    begun = desk.post("max", "/board/instances/bulk", sent | {"reason": "误发"})
    assert begun.status_code == 303
    assert "等待执行" in desk.get("max", begun.location).text
    Worker(desk.runtime).run_due()
    page = desk.get("max", begun.location).text
    assert "已执行完" in page
    assert "/now" not in page
    assert {
        row.state for row in rows(desk, select(ProcessInstance.state).where(ProcessInstance.key.in_([late, again])))
    } == {"TERMINATED"}
    assert "取消流程" in desk.get("max", "/board/batches").text


def test_only_the_ticked_are_taken_and_a_supervisor_may_not_cancel(desk, late):
    instances.start(desk.runtime, "late", who="ann")
    ticked = desk.post("max", "/board/instances/bulk", {"act": "suspend", "which": "keys", "keys": str(late)})
    assert "1 个流程实例将受影响" in ticked.text
    assert desk.post("sue", "/board/instances/bulk", {"act": "cancel", "which": "all"}).status_code == 403
    assert desk.post("max", "/board/instances/bulk", {"act": "explode"}).status_code == 422


def test_the_process_owner_maps_previews_and_migrates(desk, late):
    old = rows(desk, select(ProcessInstance.process_definition_key).where(ProcessInstance.key == late))[0][0]
    new = deployments.deploy(desk.runtime, [("late.bpmn", LATE_2)], "olga").items[0].key
    page = parsed(desk.get("olga", f"/board/migration?source={old}&target={new}"))
    assert page.xpath("//select[@name='to-task']/option[@selected]/@value") == ["task"]
    sent = {"source": str(old), "target": str(new), "to-task": "task", "to-b": "b", "to-work": "work", "timers": "keep"}
    tried = desk.post("olga", "/board/migration", sent | {"preview": "1"})
    assert "1 个可以迁移，0 个不能" in tried.text
    lacking = desk.post("olga", "/board/migration", sent | {"run": "1"})
    assert lacking.status_code == 422
    begun = desk.post("olga", "/board/migration", sent | {"run": "1", "reason": "新版本"})
    Worker(desk.runtime).run_due()
    assert "迁移版本" in desk.get("olga", begun.location).text
    assert rows(desk, select(ProcessInstance.version).where(ProcessInstance.key == late)) == [(2,)]


def test_what_cannot_be_migrated_is_said_for_each_instance_and_in_the_batch(desk, late):
    old = rows(desk, select(ProcessInstance.process_definition_key).where(ProcessInstance.key == late))[0][0]
    new = deployments.deploy(desk.runtime, [("late.bpmn", GONE)], "olga").items[0].key
    sent = {"source": str(old), "target": str(new), "to-task": "", "timers": "keep"}
    tried = desk.post("olga", "/board/migration", sent | {"preview": "1"}).text
    assert "0 个可以迁移，1 个不能" in tried
    assert "“task”正在进行，但没有映射目标。" in tried
    begun = desk.post("olga", "/board/migration", sent | {"run": "1", "reason": "试试"})
    Worker(desk.runtime).run_due()
    assert "“task”正在进行，但没有映射目标。" in desk.get("olga", f"{begun.location}?state=FAILED").text


def test_history_is_kept_as_long_as_the_setting_says(desk, late):
    assert "1095 天后" in desk.get("max", "/board/history").text
    assert desk.post("boss", "/board/history", {"keep_days": "-1"}).status_code == 422
    assert desk.post("boss", "/board/history", {"keep_days": "30"}).status_code == 303
    instances.cancel(desk.runtime, late, who="max")
    desk.clock.advance(timedelta(days=31))
    assert desk.post("boss", "/board/history", {"now": "1"}).status_code == 303
    Worker(desk.runtime).run_due()
    shown = retention.retention(desk.runtime, actor=people.actor_of(desk.runtime, "boss"))
    assert shown.runs[0].instances == 1
    assert desk.get("max", f"/board/instances/{late}").status_code == 404
    assert "明细" in desk.get("max", "/board/history").text
