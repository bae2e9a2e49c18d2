"""Moving deadlines: a task's, and an SLA clock's with the timers that wait for it; always with a reason."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.web.desk import parsed, text_of, value_of


def clock(desk, number, name):
    return next(clock for clock in desk.case(number).clocks if clock.name == name)


def test_a_tasks_priority_and_deadline_are_changed_in_the_supervisors_zone(desk):
    number = desk.complain()
    key = desk.task(number)
    sent = {"priority": "95", "due_at": "2026-03-03T10:00", "reason": "大客户"}
    assert desk.post("sue", f"/board/cases/{number}/tasks/{key}", sent).status_code == 303
    assert desk.case(number).tasks[0].due_at.isoformat() == "2026-03-03T02:00:00+00:00"
    timeline = text_of(parsed(desk.get("ann", f"/desk/cases/{number}")).xpath("//section[@id='timeline']")[0])
    assert "大客户" in timeline
    assert "优先级：50 → 95" in timeline.replace("： ", "：")


def test_a_moved_clock_moves_its_timers_and_the_task_that_was_due_with_it(desk):
    number = desk.complain()
    before = clock(desk, number, "first_response").breach_at
    assert desk.case(number).tasks[0].due_at == before
    sent = {"to": "2026-03-02T20:00", "reason": "客户要求晚上联系"}
    assert desk.post("sue", f"/board/cases/{number}/clocks/first_response", sent).status_code == 303
    after = clock(desk, number, "first_response").breach_at
    assert after.isoformat() == "2026-03-02T12:00:00+00:00"
    assert desk.case(number).tasks[0].due_at == after
    desk.clock.advance(timedelta(hours=1))
    desk.work()
    assert desk.case(number).escalated_at is None
    desk.clock.advance(timedelta(hours=3))
    desk.work()
    assert desk.case(number).escalated_at is not None
    assert "客户要求晚上联系" in desk.get("ann", f"/desk/cases/{number}").text


def test_a_refused_change_keeps_what_was_typed_in_its_own_form(desk):
    number = desk.complain()
    key = desk.task(number)
    answer = desk.post("sue", f"/board/cases/{number}/tasks/{key}", {"priority": "500", "due_at": "", "reason": "急"})
    assert answer.status_code == 422
    page = parsed(answer)
    assert page.xpath(f"//input[@id='priority-{key}']/@value") == ["500"]
    assert page.xpath(f"//*[@id='priority-{key}-error']")
    moved = desk.post("sue", f"/board/cases/{number}/clocks/resolution", {"to": "2026-03-01T10:00", "reason": "急"})
    assert moved.status_code == 422
    assert parsed(moved).xpath("//*[@id='to-resolution1-error']")
    assert value_of(parsed(moved), "priority") == "50"


def test_a_change_needs_a_reason(desk):
    number = desk.complain()
    sent = {"to": "2026-03-02T20:00", "reason": ""}
    answer = desk.post("sue", f"/board/cases/{number}/clocks/first_response", sent)
    assert answer.status_code == 422
    assert "请填写原因" in answer.text
    assert clock(desk, number, "first_response").breach_at.isoformat() == "2026-03-02T09:30:00+00:00"


def test_a_clock_that_has_ended_cannot_be_moved(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/withdraw")
    desk.work()
    sent = {"to": "2026-03-02T20:00", "reason": "x"}
    answer = desk.post("sue", f"/board/cases/{number}/clocks/first_response", sent, follow_redirects=True)
    assert "已经结束" in answer.text


def test_a_task_is_not_due_in_the_past_but_one_that_is_late_may_become_more_urgent(desk):
    number = desk.complain()
    path = f"/board/cases/{number}/tasks/{desk.task(number)}"
    past = desk.post("sue", path, {"priority": "95", "due_at": "2020-03-03T10:00", "reason": "大客户"})
    assert past.status_code == 422
    assert "请填写将来的时间" in past.text
    assert "大客户" in past.text
    desk.clock.advance(timedelta(days=9, seconds=7))
    due = desk.case(number).tasks[0].due_at
    minute = f"{due.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}"
    assert desk.post("sue", path, {"priority": "95", "due_at": minute, "reason": "大客户"}).status_code == 303
    assert desk.case(number).tasks[0].due_at == due
    assert "优先级：50 → 95" in text_of(parsed(desk.get("ann", f"/desk/cases/{number}"))).replace("： ", "：")
