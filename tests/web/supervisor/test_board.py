"""The board: what is late, escalated or at risk, who has how much; giving tasks to others with a reason."""

from datetime import timedelta
from importlib import import_module

from sqlalchemy import event

from engine.services import alerts, notifications, people, settings, work
from tests.web.desk import parsed, text_of, value_of


def card(page, identity):
    (section,) = page.xpath(f"//section[@aria-labelledby='{identity}']")
    return text_of(section)


def test_the_board_shows_what_is_late_with_the_way_to_the_case(desk):
    number = desk.complain(channel="online")
    desk.clock.advance(timedelta(minutes=40))
    page = parsed(desk.get("sue", "/board/"))
    assert number in card(page, "breached")
    assert page.xpath(f"//section[@aria-labelledby='breached']//a[@href='/desk/cases/{number}']")
    assert number not in card(page, "at-risk")


def test_the_board_shows_what_is_at_risk_and_what_is_escalated(desk):
    number, other = desk.complain(contact="13900000001"), desk.complain(contact="13900000002")
    desk.post("ann", f"/desk/cases/{other}/escalate")
    desk.work()
    page = parsed(desk.get("sue", "/board/"))
    assert number in card(page, "at-risk")
    assert other in card(page, "escalated")
    assert number not in card(page, "escalated")


def test_the_board_shows_each_agents_load_and_leads_to_their_tasks(desk):
    number = desk.complain()
    work.claim(desk.runtime, desk.task(number), actor=desk.actor("ann"))
    page = parsed(desk.get("sue", "/board/"))
    (row,) = [row for row in page.xpath("//section[@aria-labelledby='load']//tbody/tr") if "安安" in text_of(row)]
    assert [text_of(cell) for cell in row.xpath("td[@class='text-end' or contains(@class,'text-end')]")] == [
        "1",
        "1",
        "0",
    ]
    (link,) = row.xpath(".//a/@href")
    assert number in desk.get("sue", link).text


def test_very_much_is_not_counted_to_its_end(desk, monkeypatch):
    monkeypatch.setattr(import_module("engine.services.worklist.board"), "MOST_COUNTED", 2)
    for last in range(3):
        desk.complain(contact=f"1390000000{last}")
    page = parsed(desk.get("sue", "/board/"))
    shown = [[text_of(part) for part in card] for card in page.xpath("//a[contains(@class,'card-sm')]/div")]
    assert shown == [["未结案工单", "2+"], ["待领取任务", "2+"], ["已升级", "0"], ["流程故障", "0"]]


def test_the_live_part_is_not_sent_again_until_something_changes(desk):
    tag = {"If-None-Match": desk.get("sue", "/board/now").headers["ETag"]}
    assert desk.get("sue", "/board/now", headers=tag).status_code == 304
    desk.complain()
    assert desk.get("sue", "/board/now", headers=tag).status_code == 200


def test_several_tasks_are_given_to_somebody_with_a_reason_on_each_timeline(desk):
    numbers = [desk.complain(contact="13900000001"), desk.complain(contact="13900000002")]
    keys = [str(desk.task(number)) for number in numbers]
    sent = {"keys": keys, "username": "ben", "reason": "安安请假"}
    answer = desk.post("sue", "/board/tasks/assign", sent, follow_redirects=True)
    assert "已转派 2 个任务" in answer.text
    for number in numbers:
        assert [task.assignee for task in desk.case(number).tasks] == ["ben"]
        timeline = text_of(parsed(desk.get("ann", f"/desk/cases/{number}")).xpath("//section[@id='timeline']")[0])
        assert "任务转派 苏主管" in timeline
        assert "安安请假" in timeline
        assert "— → 本本" in timeline


def test_reassigning_without_a_reason_keeps_what_was_chosen(desk):
    key = str(desk.task(desk.complain()))
    answer = desk.post("sue", "/board/tasks/assign", {"keys": key, "username": "ben", "reason": " "})
    assert answer.status_code == 422
    page = parsed(answer)
    assert page.xpath("//input[@name='keys' and @checked]/@value") == [key]
    assert value_of(page, "username") == "ben"
    assert "请填写原因" in text_of(page)


def test_a_task_is_not_given_to_one_whom_the_process_does_not_offer_it(desk):
    number = desk.complain()
    sent = {"keys": str(desk.task(number)), "username": "wes", "reason": "x"}
    answer = desk.post("sue", "/board/tasks/assign", sent, follow_redirects=True)
    assert "未能转派" in answer.text
    assert [task.assignee for task in desk.case(number).tasks] == [None]


def test_everybodys_tasks_are_filtered(desk):
    held, free = desk.complain(contact="13900000001"), desk.complain(contact="13900000002")
    work.claim(desk.runtime, desk.task(held), actor=desk.actor("ann"))
    assert held not in desk.get("sue", "/board/tasks?unassigned=on").text
    assert free in desk.get("sue", "/board/tasks?unassigned=on").text
    assert free not in desk.get("sue", "/board/tasks?assignee=ann").text
    assert "没有符合条件的任务" in desk.get("sue", "/board/tasks?overdue=on").text


def test_the_board_says_how_often_it_comes_by_mail(desk):
    assert "至多每 1 小时 一封邮件" in desk.get("sue", "/board/").text
    settings.change_setting(desk.runtime, "alerts.every", "PT90M", actor=desk.actor("boss"))
    assert "至多每 1 小时 30 分钟 一封邮件" in desk.get("sue", "/board/").text


def test_the_board_comes_by_mail_once_an_hour_for_who_asked_and_only_with_news(desk):
    def mails():
        return [
            one
            for one in notifications.list_messages(desk.runtime, actor=desk.actor("max"))
            if "看板预警" in one.subject
        ]

    refused = desk.post("sue", "/board/alerts", {"wanted": "yes"})
    assert "邮箱" in desk.get("sue", refused.headers["Location"]).text
    people.change_user(desk.runtime, "sue", {"email": "sue@example.org"}, actor=desk.actor("boss"))
    desk.post("sue", "/board/alerts", {"wanted": "yes"})
    number, other = desk.complain(contact="13900000001"), desk.complain(contact="13900000002")
    desk.clock.advance(timedelta(minutes=40))
    alerts.send_due(desk.runtime)
    assert not mails()
    desk.post("ann", f"/desk/cases/{other}/escalate")
    desk.work()
    desk.clock.advance(timedelta(minutes=30))
    alerts.send_due(desk.runtime)
    (mail,) = mails()
    assert mail.recipient == "sue@example.org"
    escalated, rest = mail.body.split("已超时")
    assert other in escalated
    assert number in rest  # its first response was late, which also escalated it
    desk.clock.advance(timedelta(hours=1))
    alerts.send_due(desk.runtime)
    alerts.send_due(desk.runtime)
    later = [one for one in mails() if one.key != mail.key]
    assert all(other not in one.body.split("已超时")[0] for one in later)
    desk.post("sue", "/board/alerts", {"wanted": "no"})
    before = len(mails())
    desk.complain(contact="13900000003")
    desk.clock.advance(timedelta(hours=2))
    alerts.send_due(desk.runtime)
    assert len(mails()) == before


def test_looking_whether_a_board_mail_is_due_takes_one_statement_however_many_asked(desk):
    for name in ("sue", "max", "boss"):
        people.change_user(desk.runtime, name, {"email": f"{name}@example.org"}, actor=desk.actor("boss"))
        alerts.want_alerts(desk.runtime, True, actor=desk.actor(name))
    settings.change_setting(desk.runtime, "alerts.every", "PT3H", actor=desk.actor("boss"))
    desk.clock.advance(timedelta(hours=2))
    asked = []
    event.listen(desk.runtime.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    assert alerts.send_due(desk.runtime) == 0
    assert len([statement for statement in asked if "SELECT" in statement]) == 1


def test_only_who_may_do_a_task_is_offered_to_give_it_to(desk):
    number = desk.complain()
    work.claim(desk.runtime, desk.task(number), actor=desk.actor("ann"))
    for page in ("/board/tasks", f"/board/cases/{number}"):
        offered = parsed(desk.get("sue", page)).xpath("//select[@name='username']/option/@value")
        assert set(offered) == {"", "ann", "ben"}, page
    for page in ("/desk/", f"/desk/tasks/{desk.task(number)}"):
        offered = parsed(desk.get("ann", page)).xpath("//select[@name='username']/option/@value")
        assert set(offered) == {"", "ben"}, page
