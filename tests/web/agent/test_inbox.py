"""The inbox: what is in it and in which order, taking a task, filters, the part that refreshes itself."""

from datetime import timedelta

from engine.services import people, work
from tests.web.desk import PASSWORD, parsed, text_of


def rows(page):
    return [text_of(row) for row in page.xpath("//section[@id='inbox']//tbody/tr")]


def test_a_row_shows_task_case_customer_tier_channel_priority_and_deadline(desk):
    number = desk.complain()
    page = parsed(desk.get("ann", "/desk/"))
    (row,) = rows(page)
    for shown in ("核实投诉", number, "王小明", "B", "电话", "50", "客服专员"):
        assert shown in row
    due = page.xpath("//section[@id='inbox']//tbody//time[@data-due]/@data-due")
    assert due == ["2026-03-02T09:30:00+00:00"]


def test_the_overdue_come_first_and_say_so(desk):
    desk.complain(contact="13900000001", channel="email")
    late = desk.complain(contact="13900000002", channel="online")
    desk.clock.advance(timedelta(minutes=40))
    first, second = rows(parsed(desk.get("ann", "/desk/")))
    assert late in first
    assert "已超时" in first
    assert "已超时" not in second


def test_a_claim_takes_one_click_and_leads_to_the_task(desk):
    number = desk.complain()
    key = desk.task(number)
    page = parsed(desk.get("ann", "/desk/"))
    (action,) = page.xpath("//button[@form='claim-form']/@formaction")
    answer = desk.post("ann", action)
    assert (answer.status_code, answer.location) == (303, f"/desk/tasks/{key}#todo")
    assert [task.assignee for task in desk.case(number).tasks] == ["ann"]


def test_a_claim_that_comes_second_says_so_and_leaves_the_task_with_the_first(desk):
    number = desk.complain()
    key = desk.task(number)
    work.claim(desk.runtime, key, actor=desk.actor("ben"))
    answer = desk.post("ann", f"/desk/tasks/{key}/claim", follow_redirects=True)
    assert "已被他人领取" in answer.text
    assert [task.assignee for task in desk.case(number).tasks] == ["ben"]


def test_an_inbox_is_offered_only_what_its_person_may_do(desk):
    number = desk.complain()
    answer = desk.get("wes", "/desk/")
    assert number not in answer.text
    assert "现在没有待办" in answer.text
    assert desk.post("wes", f"/desk/tasks/{desk.task(number)}/claim").status_code in (303, 403)
    assert [task.assignee for task in desk.case(number).tasks] == [None]


def test_filters_narrow_and_an_empty_result_says_how_to_see_all(desk):
    phone, mail = desk.complain(contact="13900000001"), desk.complain(contact="13900000002", channel="email")
    only_mail = desk.get("ann", "/desk/?channel=email").text
    assert mail in only_mail
    assert phone not in only_mail
    assert phone in desk.get("ann", f"/desk/?q={phone}").text
    assert mail not in desk.get("ann", f"/desk/?q={phone}").text
    nothing = parsed(desk.get("ann", "/desk/?tier=A"))
    assert nothing.xpath("//a[@href='/desk/' and text()='清除筛选']")


def test_a_page_of_the_inbox_leads_to_the_next_and_keeps_the_filter(desk, monkeypatch):
    monkeypatch.setattr("web.agent.inbox.PAGE", 2)
    numbers = [desk.complain(contact=f"1390000000{i}") for i in range(3)]
    first = parsed(desk.get("ann", "/desk/?channel=phone"))
    (following,) = first.xpath("//a[text()='下一页']/@href")
    second = parsed(desk.get("ann", following))
    assert "channel=phone" in following
    assert len(rows(first)) == 2
    assert [number for number in numbers if number in rows(second)[0]] == numbers[2:]


def test_the_part_that_refreshes_itself_is_not_sent_again_until_something_changes(desk):
    desk.complain()
    answer = desk.get("ann", "/desk/list")
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert desk.get("ann", "/desk/list", headers=tag).status_code == 304
    desk.complain(contact="13900000009")
    assert desk.get("ann", "/desk/list", headers=tag).status_code == 200


def test_the_live_part_is_asked_for_with_the_filter_of_the_page(desk):
    page = parsed(desk.get("ann", "/desk/?channel=email&overdue=on"))
    (section,) = page.xpath("//section[@id='inbox']")
    assert section.get("data-live-url") == "/desk/list?channel=email&overdue=on"
    assert 5 <= int(section.get("data-live-every")) <= 20


def test_an_address_that_is_no_cursor_is_refused_with_a_page(desk):
    assert desk.get("ann", "/desk/?cursor=nonsense").status_code == 422


def test_going_online_is_kept(desk):
    assert "离线" in desk.get("ann", "/desk/").text
    desk.post("ann", "/desk/online", {"online": "yes"})
    assert "接单中" in desk.get("ann", "/desk/").text


def test_the_inbox_is_english_for_who_chose_english(desk):
    desk.complain()
    page = parsed(desk.get("ann", "/desk/?lang=en"))
    (row,) = rows(page)
    assert page.get("lang") == "en"
    assert "Verify the complaint" in row
    assert "Phone" in row


def test_an_empty_inbox_says_what_comes_to_its_post(desk):
    people.create_user(desk.runtime, "fan", "范财务", ["finance"], PASSWORD, actor=people.SYSTEM)
    people.create_user(desk.runtime, "leo", "组长", ["agent", "group_lead"], PASSWORD, actor=people.SYSTEM)
    told = {
        name: text_of(parsed(desk.get(name, "/desk/")).xpath("//*[@class='empty']")[0])
        for name in ("ann", "leo", "fan", "wes", "sue", "max")
    }
    assert "客户来电" in told["ann"]
    assert "客户来电" in told["leo"]
    assert "人工付款" in told["fan"]
    assert "验货" in told["wes"]
    assert "要审批的方案" in told["sue"]
    assert "主管的汇报" in told["max"]
    assert all("客户来电" not in told[name] for name in ("fan", "wes", "sue", "max"))
    assert "Refunds that could not be paid" in desk.get("fan", "/desk/?lang=en").text
