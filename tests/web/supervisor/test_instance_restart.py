"""Starting an ended instance again from its page."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.model.case import Case
from engine.services import deployments, instances
from tests.engine.diagrams import diagram, end, start, user_task
from tests.web.desk import parsed, text_of, value_of

STEPS = diagram("steps", start() + user_task("ask") + user_task("pay") + end(), "start>ask ask>pay pay>end")


@pytest.fixture
def cancelled(desk):
    deployments.deploy(desk.runtime, [("steps.bpmn", STEPS)], "olga")
    key = instances.start(desk.runtime, "steps", {"amount": 3}, who="ann").key
    instances.cancel(desk.runtime, key, who="max")
    return key


def page_of(desk, key, who="max"):
    return parsed(desk.get(who, f"/board/instances/{key}"))


def test_it_begins_before_the_chosen_step_and_the_new_instance_is_shown(desk, cancelled):
    sent = {"version": "newest", "start_at": "pay", "with": "began", "changed": "amount=4", "reason": "误取消"}
    done = desk.post("max", f"/board/instances/{cancelled}/restart", sent)
    assert done.status_code == 303
    assert str(cancelled) not in done.location
    page = parsed(desk.get("max", done.location))
    assert "这是新的实例" in text_of(page)
    assert page.xpath("//*[@data-active='[\"pay\"]']")
    acts = text_of(page.xpath("//section[@aria-labelledby='operations']")[0])
    assert str(cancelled) in acts
    assert "误取消" in acts
    assert "重新开始流程" in text_of(page_of(desk, cancelled).xpath("//section[@aria-labelledby='operations']")[0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "请填写原因"),
        ({"changed": "amount"}, "第 1 行要写成"),
        ({"start_at": "gone"}, "没有这一步"),
        ({"start_at": "start"}, "由事件进入"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_is_kept(desk, cancelled, changes, said):
    sent = {
        "version": "newest",
        "start_at": "pay",
        "with": "ended",
        "changed": "amount=4",
        "reason": "误取消",
    } | changes
    answer = desk.post("max", f"/board/instances/{cancelled}/restart", sent)
    assert answer.status_code == 422
    assert said in answer.text
    page = parsed(answer)
    assert value_of(page, "changed").strip() == sent["changed"]
    assert value_of(page, "with") == "ended"
    assert value_of(page, "reason") == sent["reason"].strip() or sent["reason"] == " "


def test_a_complaint_that_was_cancelled_by_mistake_goes_on_with_its_case(desk):
    number = desk.complain()
    key = desk.case(number).instances[0].key
    instances.cancel(desk.runtime, key, who="max", reason="点错了")
    assert desk.case(number).tasks == []
    done = desk.post("max", f"/board/instances/{key}/restart", {"with": "began", "reason": "点错了"})
    assert done.status_code == 303
    desk.work()
    case = desk.case(number)
    assert (case.status, [task.element_id for task in case.tasks], len(case.instances)) == (
        "open",
        ["verify_complaint"],
        2,
    )
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Case)) == 1
    assert "流程重新开始" in desk.get("ann", f"/desk/cases/{number}").text
    refused = desk.post("max", f"/board/instances/{key}/restart", {"with": "began", "reason": "再来"})
    assert refused.status_code == 409
    assert f"工单 {number} 上已有同一流程的实例" in refused.text
    english = desk.get("max", f"/board/instances/{key}?lang=en").text
    assert "of the same process works on case" in english


def test_the_instance_of_a_closed_case_says_why_it_is_not_started_again(desk):
    number = desk.complain()
    key = desk.case(number).instances[0].key
    instances.cancel(desk.runtime, key, who="max")

    def close(uow):
        uow.session.scalars(select(Case).where(Case.number == number)).one().close("withdrawn", uow.now)

    desk.runtime.transact(close)
    page = page_of(desk, key)
    assert "已结案" in text_of(page.xpath("//section[@aria-labelledby='again']")[0])
    assert not page.xpath("//form[contains(@action, '/restart')]")
    assert desk.post("max", f"/board/instances/{key}/restart", {"reason": "x"}).status_code == 409


def test_it_is_offered_for_ended_instances_to_those_who_may_change_them(desk, cancelled):
    assert page_of(desk, cancelled).xpath("//form[contains(@action, '/restart')]")
    assert not page_of(desk, cancelled, "sue").xpath("//form[contains(@action, '/restart')]")
    running = instances.start(desk.runtime, "steps", who="ann").key
    assert not page_of(desk, running).xpath("//form[contains(@action, '/restart')]")
    refused = desk.post("max", f"/board/instances/{running}/restart", {"reason": "x", "changed": "amount=9"})
    assert refused.status_code == 409
    assert "流程还没有结束" in refused.text
    assert "amount=9" in refused.text
    assert desk.post("sue", f"/board/instances/{cancelled}/restart", {"reason": "x"}).status_code == 403
    assert desk.post("max", "/board/instances/7/restart", {"reason": "x"}).status_code == 404
