"""The page that changes an instance in one go: gathered, reviewed, done; and nothing typed is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.model.audit import AuditEntry
from engine.services import deployments, instances, suspension
from engine.services.inspection import detail
from engine.services.modification import Activation, modify
from tests.engine.diagrams import diagram, end, start, user_task
from tests.web.desk import parsed, text_of, value_of

STEPS = diagram(
    "steps", start() + user_task("ask") + user_task("check") + user_task("pay") + end(),
    "start>ask ask>check check>pay pay>end",
)  # fmt: skip


@pytest.fixture
def steps(desk):
    deployments.deploy(desk.runtime, [("steps.bpmn", STEPS)], "olga")
    return instances.start(desk.runtime, "steps", {"amount": 3}, who="ann").key


@pytest.fixture
def path(steps):
    return f"/board/instances/{steps}/change"


@pytest.fixture
def typed(desk, steps, path):
    """Ends what is active, starts two steps with variables, and sets one."""
    (token,) = parsed(desk.get("max", path)).xpath("//select[starts-with(@name, 'token-')]/@name")
    return {
        token: "end", "starts": "2", "values": "1", "start-0": "check", "given-0": 'note="已付"', "where-0": "step",
        "start-1": "pay", "given-1": "", "where-1": "process", "name-0": "amount", "value-0": "12",
        "scope-0": str(steps),
    }  # fmt: skip


def section(page, name):
    return text_of(page.xpath(f"//section[@id='{name}']")[0])


def active_at(desk, key):
    return parsed(desk.get("max", f"/board/instances/{key}")).xpath("//*[@data-diagram-url]/@data-active")[0]


def test_the_instances_page_leads_there_and_the_steps_that_only_events_enter_are_not_offered(desk, steps, path):
    assert parsed(desk.get("max", f"/board/instances/{steps}")).xpath(f"//a[@href='{path}']")
    page = parsed(desk.get("max", path))
    assert page.xpath("//select[@id='start-0']/option/@value") == ["", "ask", "check", "pay", "end"]


def test_it_is_reviewed_and_then_done_in_one_go(desk, steps, path, typed):
    page = parsed(desk.post("max", path, typed | {"review": "1"}))
    told = section(page, "review")
    assert "amount = 12" in told
    assert "结束的步骤ask" in told
    assert "新停在的步骤check、pay" in told
    assert active_at(desk, steps) == '["ask"]'
    seen = {"reviewed": hidden(page, "reviewed"), "apply": "1"}
    lacking = desk.post("max", path, typed | seen | {"reason": " "})
    assert lacking.status_code == 422
    assert "请填写原因" in lacking.text
    done = desk.post("max", path, typed | seen | {"reason": "走错了"})
    assert done.status_code == 303
    assert sorted(active_at(desk, steps).strip("[]").split(", ")) == ['"check"', '"pay"']
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert instances.root_variables(uow, steps) == {"amount": 12}
        acts = uow.connection.execute(select(AuditEntry.who).where(AuditEntry.what == "instance.modify")).all()
    assert acts == [("max",)]


def hidden(page, name):
    return page.xpath(f"//input[@name='{name}']/@value")[0]


def test_what_was_altered_after_the_review_is_reviewed_again(desk, steps, path, typed):
    page = parsed(desk.post("max", path, typed | {"review": "1"}))
    seen = {"reviewed": hidden(page, "reviewed"), "apply": "1", "reason": "走错了"}
    again = desk.post("max", path, typed | seen | {"value-0": "13"})
    assert again.status_code == 200
    assert "内容在预览之后改过" in again.text
    assert "amount = 13" in again.text
    assert value_of(parsed(again), "reason") == "走错了"
    assert active_at(desk, steps) == '["ask"]'


def test_what_was_reviewed_before_the_instance_went_on_is_reviewed_again(desk, steps, path):
    more = {"start-0": "pay"}
    page = parsed(desk.post("max", path, more | {"review": "1"}))
    seen = {"reviewed": hidden(page, "reviewed"), "apply": "1", "reason": "走错了"}
    instances.set_variables(desk.runtime, steps, {"amount": 4}, who="ann")
    again = desk.post("max", path, more | seen)
    assert again.status_code == 200
    assert "流程已有变化" in again.text
    assert active_at(desk, steps) == '["ask"]'
    seen["reviewed"] = hidden(parsed(again), "reviewed")
    assert desk.post("max", path, more | seen).status_code == 303
    assert active_at(desk, steps) == '["ask", "pay"]'


def test_what_is_sent_twice_is_done_once(desk, steps, path):
    more = {"start-0": "pay"}
    page = parsed(desk.post("max", path, more | {"review": "1"}))
    seen = {"reviewed": hidden(page, "reviewed"), "apply": "1", "reason": "走错了"}
    assert [desk.post("max", path, more | seen).status_code for _ in range(2)] == [303, 200]
    assert active_at(desk, steps) == '["ask", "pay"]'


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"value-0": "twelve"}, "value-0", "不是有效的 JSON"),
        ({"name-0": ""}, "name-0", "请填写变量名"),
        ({"given-0": "note"}, "given-0", "第 1 行要写成"),
        ({"start-0": ""}, "start-0", "请选择步骤"),
    ],
)
def test_a_field_that_does_not_fit_says_so_and_the_rest_is_kept(desk, path, typed, changes, field, said):
    answer = desk.post("max", path, typed | changes | {"review": "1"})
    assert answer.status_code == 422
    page = parsed(answer)
    assert said in text_of(page.xpath(f"//*[@id='{field}-error']")[0])
    for name, value in (typed | changes).items():
        if not name.startswith(("starts", "values", "given-1", "where-1", "scope")):
            assert value_of(page, name) == value, name
    assert not page.xpath("//section[@id='review']")


def test_what_the_engine_refuses_is_said_in_the_readers_language(desk, path, typed):
    stale = {name: value for name, value in typed.items() if not name.startswith("token-")} | {"token-7": "end"}
    answer = desk.post("max", path, stale | {"review": "1"})
    assert answer.status_code == 422
    assert "已经不在进行了" in answer.text
    assert "not active" not in answer.text
    assert "Element instance 7 is not active." in desk.post("max", f"{path}?lang=en", stale | {"review": "1"}).text
    desk.get("max", "/board/?lang=zh")
    assert "还没有选任何改动" in desk.post("max", path, {"review": "1"}).text
    assert "已经不在进行了" in desk.post("max", path, {"token-²": "end", "token-" + "9" * 40: "end"}).text


def test_a_row_more_keeps_what_was_typed(desk, path, typed):
    page = parsed(desk.post("max", path, typed | {"more": "starts"}))
    assert [value_of(page, f"start-{number}") for number in range(3)] == ["check", "pay", ""]
    assert value_of(page, "given-0").strip() == 'note="已付"'
    page = parsed(desk.post("max", path, typed | {"more": "values"}))
    assert [value_of(page, f"name-{number}") for number in range(2)] == ["amount", ""]


def test_a_change_that_leaves_nothing_warns(desk, path, typed):
    token = next(name for name in typed if name.startswith("token-"))
    assert "流程会被取消" in desk.post("max", path, {token: "end", "review": "1"}).text


def test_a_suspended_or_ended_instance_says_so(desk, steps, path, typed):
    suspension.suspend(desk.runtime, steps, who="max", reason="x")
    refused = desk.post("max", path, typed | {"review": "1"})
    assert refused.status_code == 409
    assert "流程已暂停，请先恢复" in refused.text
    assert value_of(parsed(refused), "name-0") == "amount"
    instances.cancel(desk.runtime, steps, who="max")
    assert desk.get("max", path).status_code == 303
    ended = desk.post("max", path, typed | {"review": "1"})
    assert ended.status_code == 409
    assert "流程已经结束" in ended.text
    assert desk.get("max", "/board/instances/7/change").status_code == 404


def test_a_supervisor_may_not_change_instances(desk, steps, path):
    assert desk.get("sue", path).status_code == 403
    assert desk.post("sue", path, {}).status_code == 403
    assert not parsed(desk.get("sue", f"/board/instances/{steps}")).xpath(f"//a[@href='{path}']")


def test_what_is_active_is_offered_however_much_came_after_it(desk, steps, path, monkeypatch):
    monkeypatch.setattr(detail, "LONGEST", 2)
    for _ in range(3):
        modify(desk.runtime, steps, [Activation("end")], who="max")
    page = parsed(desk.get("max", path))
    assert len(page.xpath("//select[starts-with(@name, 'token-')]")) == 1
