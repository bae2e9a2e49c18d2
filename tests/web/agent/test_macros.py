"""Macros on the pages: made, shared and changed by forms, done with a case, a task or what was chosen, never by halves."""

import pytest

from engine.services import cases, macros, work
from engine.services.macros import Acts
from tests.web.desk import parsed, text_of

FORM = {"name": "受理", "claim": "on", "note": "看过照片", "snooze": "hour"}


def made(desk, acts, who="ann", name="受理", shared_with=None):
    return macros.make_macro(desk.runtime, name, acts, actor=desk.actor(who), shared_with=shared_with)


def texts(desk, number, name):
    entries = cases.timeline(desk.runtime, number, actor=desk.actor("ann"))
    return [entry.text for entry in entries if entry.name == name]


def holder(desk, number):
    return [task.assignee for task in desk.case(number).tasks]


def test_a_macro_is_made_changed_and_deleted_by_forms(desk):
    assert desk.post("ann", "/desk/macros/new", FORM).status_code == 303
    (macro,) = macros.list_macros(desk.runtime, actor=desk.actor("ann"))
    assert macro.acts == Acts(claim=True, note="看过照片", snooze="hour")
    assert "受理" in desk.get("ann", "/desk/macros").text
    page = parsed(desk.get("ann", f"/desk/macros/{macro.key}/edit"))
    assert page.xpath("//textarea[@id='note']/text()") == ["看过照片"]
    desk.post("ann", f"/desk/macros/{macro.key}/edit", FORM | {"name": "初审", "snooze": ""})
    assert [each.name for each in macros.list_macros(desk.runtime, actor=desk.actor("ann"))] == ["初审"]
    desk.post("ann", f"/desk/macros/{macro.key}/delete", {})
    assert macros.list_macros(desk.runtime, actor=desk.actor("ann")) == []


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk):
    answer = desk.post("sue", "/desk/macros/new", {"name": "急", "priority": "许多", "note": "看过照片"})
    page = parsed(answer)
    assert answer.status_code == 422
    assert "0 到 100" in text_of(page.xpath("//*[@id='priority-error']")[0])
    assert "原因" in text_of(page.xpath("//*[@id='reason-error']")[0])
    assert page.xpath("//textarea[@id='note']/text()") == ["看过照片"]


def test_only_who_may_write_knowledge_shares_and_only_the_group_sees_it(desk):
    assert "shared_with" not in desk.get("ann", "/desk/macros/new").text
    assert desk.post("ann", "/desk/macros/new", FORM | {"shared_with": "agent"}).status_code == 422
    assert desk.post("sue", "/desk/macros/new", FORM | {"shared_with": "agent"}).status_code == 303
    (macro,) = macros.list_macros(desk.runtime, actor=desk.actor("ben"))
    assert desk.post("ben", f"/desk/macros/{macro.key}/delete", {}).status_code == 403
    assert desk.get("wes", f"/desk/macros/{macro.key}/edit").status_code == 404


def test_one_click_in_the_inbox_does_it_with_many_and_it_can_be_undone(desk):
    numbers = [desk.complain(), desk.complain(contact="13900000001")]
    key = made(desk, Acts(claim=True, snooze="hour"))
    keys = [desk.task(number) for number in numbers]
    page = parsed(desk.get("ann", "/desk/"))
    (action,) = page.xpath("//form[@id='bulk']//button[@data-command]/@formaction")
    assert action == f"/desk/macros/{key}/apply"
    answer = desk.post("ann", action, {"task": keys}, follow_redirects=True)
    assert "已对 2 个任务执行“受理”" in answer.text
    assert [holder(desk, number) for number in numbers] == [["ann"], ["ann"]]
    desk.post("ann", "/desk/tasks/undo", {})
    assert [holder(desk, number) for number in numbers] == [[None], [None]]


def test_where_an_act_cannot_be_done_nothing_of_that_case_is_and_the_page_says_why(desk):
    mine, theirs = desk.complain(), desk.complain(contact="13900000001")
    work.claim(desk.runtime, desk.task(theirs), actor=desk.actor("ben"))
    key = made(desk, Acts(note="看过照片", claim=True))
    keys = [desk.task(mine), desk.task(theirs)]
    answer = desk.post("ann", f"/desk/macros/{key}/apply", {"task": keys}, follow_redirects=True)
    assert "已对 1 个任务执行" in answer.text
    assert f"{theirs} 没有处理，什么都没有改：“领取”做不了，任务刚被他人领取" in answer.text
    assert (texts(desk, mine, "note.added"), texts(desk, theirs, "note.added")) == (["看过照片"], [])
    assert "撤销：" not in answer.text


def test_a_message_is_shown_as_the_customer_reads_it_before_it_goes_and_goes_once(desk):
    number = desk.complain()
    key = made(desk, Acts(claim=True, message="{{ customer_name }}您好，{{ number }} 已受理。"))
    before = texts(desk, number, "contact.out")
    shown = desk.post("ann", f"/desk/macros/{key}/apply", {"case": number})
    assert f"王小明您好，{number} 已受理。" in shown.text
    assert texts(desk, number, "contact.out") == before
    assert holder(desk, number) == [None]
    form = parsed(shown).xpath("//main//form")[0]
    sent = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")} | {"send": "1"}
    sent.pop("csrf_token")
    assert "已执行“受理”" in desk.post("ann", f"/desk/macros/{key}/apply", sent, follow_redirects=True).text
    assert "已经发过" in desk.post("ann", f"/desk/macros/{key}/apply", sent, follow_redirects=True).text
    assert len(texts(desk, number, "contact.out")) == len(before) + 1
    assert holder(desk, number) == ["ann"]


@pytest.mark.parametrize(("acts", "there"), [(Acts(note="看过照片"), True), (Acts(snooze="hour"), False)])
def test_on_the_page_of_a_task_one_stays_unless_the_task_has_gone(desk, acts, there):
    number = desk.complain()
    task = desk.task(number)
    work.claim(desk.runtime, task, actor=desk.actor("ann"))
    key = made(desk, acts)
    assert f"/desk/macros/{key}/apply" in desk.get("ann", f"/desk/tasks/{task}").text
    answer = desk.post("ann", f"/desk/macros/{key}/apply", {"task": task, "from_task": "1"})
    assert (answer.location == f"/desk/tasks/{task}") is there


def test_another_persons_macro_is_not_there(desk):
    key = made(desk, Acts(note="看过照片"))
    assert desk.post("ben", f"/desk/macros/{key}/apply", {"case": desk.complain()}).status_code == 404


def test_the_pages_are_in_english_for_who_reads_english(desk):
    key = made(desk, Acts(claim=True, priority=90, reason="急"), "sue", "Rush", "agent")
    answer = desk.post("ann", f"/desk/macros/{key}/apply?lang=en", {"case": desk.complain()})
    page = desk.get("ann", answer.location + "?lang=en").text
    assert "Macros" in page
    assert "New macro" in desk.get("ann", "/desk/macros?lang=en").text


def test_an_act_that_one_may_not_do_is_not_offered(desk):
    assert 'name="priority"' not in desk.get("ann", "/desk/macros/new").text
    assert 'name="priority"' in desk.get("sue", "/desk/macros/new").text
    key = made(desk, Acts(priority=90, reason="急"), "sue", "加急", "agent")
    assert f"/desk/macros/{key}/apply" not in desk.get("ann", "/desk/").text
    assert "您没有权限：改优先级" in desk.get("ann", "/desk/macros").text
