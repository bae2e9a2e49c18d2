"""What an agent does with a case besides its steps, and the knowledge to answer from."""

from datetime import timedelta

from engine.services import channels, knowledge, people
from tests.web.desk import parsed, text_of, token

PHRASE = {"kind": "phrase", "title": "致歉", "body": "{{ customer_name }}，您的工单 {{ number }} 正在处理。"}


def main(answer):
    return text_of(parsed(answer).xpath("//main")[0])


def test_a_preview_warns_of_what_was_not_filled_in(desk):
    number = desk.complain()
    path = f"/desk/cases/{number}/message"
    assert "原样看到：{{快递单号}}" in main(
        desk.post("ann", path, {"message": "{{ customer_name }}，{{快递单号}} 已寄出。"})
    )
    assert "原样看到" not in main(desk.post("ann", path, {"message": "{{ customer_name }}，已寄出。"}))


def test_a_message_is_shown_before_it_is_sent_and_sent_once(desk):
    number = desk.complain()
    preview = desk.post("ann", f"/desk/cases/{number}/message", {"message": "{{ customer_name }}，请寄回水壶。"})
    assert "王小明，请寄回水壶。" in main(preview)
    assert "王小明，请寄回水壶。" not in [entry.text for entry in desk.case(number).timeline]
    once = parsed(preview).xpath("//input[@name='once']/@value")[0]
    sent = {"message": "{{ customer_name }}，请寄回水壶。", "once": once, "send": "1"}
    assert desk.post("ann", f"/desk/cases/{number}/message", sent).status_code == 303
    desk.post("ann", f"/desk/cases/{number}/message", sent)
    texts = [entry.text for entry in desk.case(number).timeline if entry.name == "contact.out"]
    assert texts.count("王小明，请寄回水壶。") == 1


def test_an_empty_message_is_refused_on_the_page_of_the_case(desk):
    number = desk.complain()
    answer = desk.post("ann", f"/desk/cases/{number}/message", {"message": " "})
    assert answer.status_code == 422
    assert "请填写内容" in main(answer)
    assert channels.reply_way(desk.runtime, number, actor=desk.actor("ann")).channel == "sms"


def test_a_phrase_is_filled_in_for_the_case(desk):
    number = desk.complain()
    knowledge.write_article(desk.runtime, PHRASE, actor=people.SYSTEM)
    page = parsed(desk.get("ann", f"/desk/articles/pick?q=致歉&case={number}"))
    assert page.xpath("//@data-insert-text") == [f"王小明，您的工单 {number} 正在处理。"]


def test_an_article_is_written_changed_and_brought_back_by_a_lead(desk):
    made = desk.post(
        "lea", "/desk/articles/new", {"kind": "article", "title": "退货", "body": "# 七天\n- 完好", "language": "zh"}
    )
    assert made.status_code == 303
    page = parsed(desk.get("ann", made.location))
    assert page.xpath("//h3[text()='七天']")
    assert not page.xpath("//a[contains(@href,'/edit')]")
    edit = {"title": "退货", "body": "十五天", "language": "zh", "revision": "1", "change": "新规定"}
    assert desk.post("lea", f"{made.location}/edit", edit).status_code == 303
    assert desk.post("lea", f"{made.location}/edit", edit).status_code == 409
    assert "新规定" in desk.get("ann", made.location).text
    desk.post("lea", f"{made.location}/versions/1")
    assert "版本 3" in main(desk.get("ann", made.location))
    refused = desk.post("lea", "/desk/articles/new", {"kind": "article", "title": "", "body": "留着"})
    assert refused.status_code == 422
    assert "留着" in refused.text


def test_a_case_is_transferred_followed_and_found_among_the_followed(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/tasks/{desk.task(number)}/claim")
    answer = desk.post("ann", f"/desk/cases/{number}/transfer", {"to": "", "reason": "请假"})
    assert answer.status_code == 422
    assert "请选择接手人" in answer.text
    desk.post("ann", f"/desk/cases/{number}/transfer", {"to": "ben", "reason": "请假"})
    assert desk.case(number).owner == "ben"
    assert number in desk.get("ann", "/desk/cases?scope=followed").text
    assert number in desk.get("ben", "/desk/cases?scope=mine").text
    assert "转给了您" in main(desk.get("ben", "/desk/notices"))
    assert "首任负责人" in main(desk.get("ann", f"/desk/cases/{number}"))


def test_a_likely_duplicate_is_shown_and_merged(desk):
    first, second = desk.complain(), desk.complain()
    page = parsed(desk.get("ann", f"/desk/cases/{second}"))
    assert "可能是同一件事" in text_of(page)
    assert page.xpath("//input[@name='into']/@value") == [first]
    answer = desk.post("ann", f"/desk/cases/{second}/merge", {"into": first, "reason": "重复"}, follow_redirects=True)
    assert f"已并入 {first}" in main(answer)
    assert desk.case(second).outcome == "merged"
    wrong = desk.post("ann", f"/desk/cases/{first}/merge", {"into": "TS-0", "reason": ""})
    assert wrong.status_code == 422
    assert "没有这个工单号" in wrong.text


def test_a_mention_rings_the_bell(desk):
    number = desk.complain()
    assert "条未读" not in desk.get("ben", "/desk/notices/bell").text
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "@ben 请看"})
    assert "条未读" in desk.get("ben", "/desk/notices/bell").text
    desk.post("ben", "/desk/notices/read")
    assert "条未读" not in desk.get("ben", "/desk/notices/bell").text


def test_a_long_text_is_folded_and_ones_own_task_is_a_button_away(desk):
    number = desk.complain()
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "客户来信 " * 400})
    key = desk.task(number)
    desk.post("ann", f"/desk/tasks/{key}/claim")
    page = parsed(desk.get("ann", f"/desk/cases/{number}"))
    (folded,) = page.xpath("//section[@id='timeline']//details")
    assert len(text_of(folded.xpath("./summary")[0])) < 250
    assert page.xpath("//*[@id='now']//a[normalize-space()='办理']/@href") == [f"/desk/tasks/{key}#todo"]
    assert not parsed(desk.get("ben", f"/desk/cases/{number}")).xpath("//*[@id='now']//a[normalize-space()='办理']")


def test_several_tasks_are_claimed_at_once_and_that_is_undone(desk):
    numbers = [desk.complain(contact=f"1390000000{i}") for i in range(2)]
    keys = [str(desk.task(number)) for number in numbers]
    answer = desk.post("ann", "/desk/tasks/act", {"task": keys, "act": "claim"}, follow_redirects=True)
    assert "已领取 2 个任务" in main(answer)
    assert {desk.case(number).tasks[0].assignee for number in numbers} == {"ann"}
    assert "已撤销 2 个任务" in main(desk.post("ann", "/desk/tasks/undo", follow_redirects=True))
    assert {desk.case(number).tasks[0].assignee for number in numbers} == {None}


def test_an_older_page_undoes_what_it_says_and_nothing_that_was_done_since(desk):
    first, second = (str(desk.task(desk.complain(contact=f"1390000000{i}"))) for i in range(2))
    older = desk.post("ann", "/desk/tasks/act", {"task": [first], "act": "claim"}, follow_redirects=True)
    desk.clock.advance(timedelta(seconds=5))
    desk.post("ann", "/desk/tasks/act", {"task": [second], "act": "claim"})
    answer = desk.post("ann", "/desk/tasks/undo", {"act": offered(older)}, follow_redirects=True)
    assert "不能再撤销" in main(answer)
    assert "撤销：已领取 1 个任务" in main(answer)
    assert "已撤销 1 个任务" in main(
        desk.post("ann", "/desk/tasks/undo", {"act": offered(answer)}, follow_redirects=True)
    )


def test_what_is_overdue_stays_in_sight_though_it_was_put_aside_and_the_page_says_so(desk):
    key = str(desk.task(desk.complain()))
    snooze = {"task": [key], "act": "snooze", "until": "tomorrow"}
    desk.post("ann", "/desk/tasks/act", {"task": [key], "act": "claim"})
    desk.get("ann", f"/desk/tasks/{key}")  # what the customer wrote is read then
    assert "仍留在列表里" not in main(desk.post("ann", "/desk/tasks/act", snooze, follow_redirects=True))
    desk.clock.advance(timedelta(days=9))
    assert "其中 1 个已超时或有客户新消息，仍留在列表里" in main(
        desk.post("ann", "/desk/tasks/act", snooze, follow_redirects=True)
    )


def test_what_can_no_longer_be_undone_is_not_offered(desk):
    key = str(desk.task(desk.complain()))
    desk.post("ann", "/desk/tasks/act", {"task": [key], "act": "claim"})
    assert "撤销：" in main(desk.get("ann", "/desk/"))
    desk.clock.advance(timedelta(minutes=11))
    assert "撤销：" not in main(desk.get("ann", "/desk/"))


def test_the_list_stays_filtered_where_a_colleague_was_first(desk):
    key = desk.task(desk.complain())
    list_ = parsed(desk.get("ann", "/desk/?whose=offered&kind=complaint"))
    (action,) = list_.xpath("//button[@form='claim-form']/@formaction")
    desk.post("ben", f"/desk/tasks/{key}/claim")
    assert desk.post("ann", action).headers["Location"] == "/desk/?whose=offered&kind=complaint"


def offered(answer):
    (form,) = parsed(answer).xpath("//form[contains(@action, '/tasks/undo')]")
    return form.xpath(".//input[@name='act']/@value")[0]


def test_a_handover_without_a_note_keeps_what_was_chosen(desk):
    number = desk.complain()
    key = desk.task(number)
    desk.post("ann", f"/desk/tasks/{key}/claim")
    answer = desk.post(
        "ann", "/desk/tasks/act", {"task": [str(key)], "act": "hand_over", "username": "ben", "note": ""}
    )
    assert answer.status_code == 422
    page = parsed(answer)
    assert page.xpath("//select[@id='username']/option[@selected]/@value") == ["ben"]
    assert page.xpath(f"//input[@id='pick-{key}'][@checked]")


def test_a_filter_of_the_same_name_is_said_to_be_replaced(desk):
    said = [
        main(desk.post("ann", "/desk/filters", {"name": name, "channel": "phone"}, follow_redirects=True))
        for name in ("电话", " 电话 ")
    ]
    assert "筛选已保存" in said[0]
    assert "“电话”已改为现在的筛选" in said[1]


def test_a_filter_is_kept_under_a_name_for_its_person_alone(desk):
    desk.post("ann", "/desk/filters", {"name": "A 级电话", "channel": "phone", "tier": "A"})
    assert parsed(desk.get("ann", "/desk/")).xpath("//a[text()='A 级电话']/@href") == ["/desk/?channel=phone&tier=A"]
    assert "A 级电话" not in desk.get("ben", "/desk/").text
    page = parsed(desk.get("ann", "/desk/"))
    (drop,) = page.xpath("//button[contains(@formaction,'/filters/')]/@formaction")
    assert desk.client("ben").post(drop, data={"csrf_token": token(desk.client("ben"), "/account")}).status_code == 404
    desk.post("ann", drop)
    assert "A 级电话" not in desk.get("ann", "/desk/").text
