"""What a customer answers and asks on the page, and what the process makes of it."""

from __future__ import annotations

import io

import pytest

from tests.web.portal.conftest import Portal, photo


def open_tasks(portal: Portal) -> set[str]:
    return {task.element_id for task in portal.case().tasks}


def test_the_offer_is_shown_with_remedy_amount_and_apology(portal: Portal) -> None:
    page = portal.get(portal.offered()).text
    for words in ("等待您的答复", "退款", "¥30.00", "退还货款，运费由我们承担。", "诚恳道歉"):
        assert words in page


def test_before_there_is_an_offer_there_is_nothing_to_accept(portal: Portal) -> None:
    assert "接受方案" not in portal.get(portal.filed()).text


def test_an_accepted_offer_is_carried_out(portal: Portal) -> None:
    page = portal.offered()
    assert portal.post(f"{page}/reply", {"answer": "accept"}).status_code == 302
    portal.work()
    shown = portal.get(page).text
    assert "您接受了方案" in shown
    assert "接受方案</button>" not in shown


def test_a_refused_offer_goes_to_the_supervisor_with_its_reason(portal: Portal) -> None:
    page = portal.offered()
    portal.post(f"{page}/reply", {"answer": "reject", "note": "三十元不够，请全额退款"})
    portal.work()
    assert open_tasks(portal) == {"supervisor_contact"}
    shown = portal.get(page).text
    assert "主管处理中" in shown
    assert "三十元不够，请全额退款" in shown


def test_a_refusal_without_a_reason_asks_for_it_and_changes_nothing(portal: Portal) -> None:
    page = portal.offered()
    answer = portal.post(f"{page}/reply", {"answer": "reject", "note": " "})
    assert answer.status_code == 422
    assert 'id="reject-error"' in answer.text
    assert "等待您的答复" in portal.get(page).text


def test_an_offer_that_was_answered_in_another_tab_is_said_to_be_past(portal: Portal) -> None:
    page = portal.offered()
    portal.post(f"{page}/reply", {"answer": "accept"})
    answer = portal.post(f"{page}/reply", {"answer": "reject", "note": "改主意了"}, follow_redirects=True)
    assert "现在已经不能这样做了" in answer.text
    assert "改主意了" not in answer.text


def test_withdrawing_asks_first_and_then_closes_the_case(portal: Portal) -> None:
    page = portal.filed()
    assert "撤回后我们不再处理这件投诉" in portal.get(f"{page}/ask/withdraw").text
    assert "处理中" in portal.get(page).text
    portal.post(f"{page}/ask/withdraw", {"note": "商家已经解决"})
    portal.work()
    assert portal.case().outcome == "withdrawn"
    shown = portal.get(page).text
    assert "您已撤回" in shown
    assert "撤回投诉</a>" not in shown


def test_the_button_brings_the_supervisor_in_while_the_agent_goes_on(portal: Portal) -> None:
    page = portal.filed()
    portal.post(f"{page}/ask/escalate", {"note": "等了三天没人理"})
    portal.work()
    assert open_tasks(portal) == {"verify_complaint", "supervisor_contact"}
    assert "主管处理中" in portal.get(page).text


def test_an_action_that_the_case_does_not_await_leads_back_to_it(portal: Portal) -> None:
    page = portal.filed()
    answer = portal.get(f"{page}/ask/cancel_return", follow_redirects=True)
    assert "现在已经不能这样做了" in answer.text
    assert portal.get(f"{page}/ask/nonsense").status_code == 404


def test_a_message_is_kept_and_marks_the_case_unread(portal: Portal) -> None:
    page = portal.filed()
    portal.post(f"{page}/messages", {"text": "补充：购买截图已上传"})
    assert "补充：购买截图已上传" in portal.get(page).text
    assert portal.case().unread_at is not None


def test_photos_can_be_added_later_without_a_message(portal: Portal) -> None:
    page = portal.filed()
    files = [(io.BytesIO(photo()), "一.jpg"), (io.BytesIO(photo("blue")), "二.jpg")]
    portal.post(f"{page}/messages", {"text": "", "files": files})
    shown = portal.get(page).text
    assert "一.jpg" in shown
    assert "二.jpg" in shown


def test_a_bad_file_is_refused_at_its_field_and_the_message_stays_in_the_box(portal: Portal) -> None:
    page = portal.filed()
    answer = portal.post(f"{page}/messages", {"text": "请看附件", "files": [(io.BytesIO(b"PK\x03\x04"), "a.docx")]})
    assert answer.status_code == 422
    assert "a.docx：只能上传图片" in answer.text
    assert ">请看附件</textarea>" in answer.text


def test_an_empty_message_is_refused(portal: Portal) -> None:
    page = portal.filed()
    assert portal.post(f"{page}/messages", {"text": "  "}).status_code == 422


@pytest.mark.parametrize("path", ["reply", "messages", "tracking", "ask/withdraw", "ask/escalate"])
def test_every_change_needs_the_token_of_its_page(portal: Portal, path: str) -> None:
    assert portal.client.post(f"{portal.filed()}/{path}", data={"answer": "accept"}).status_code == 400


def test_a_question_about_the_offer_is_neither_yes_nor_no(portal: Portal) -> None:
    page = portal.offered()
    assert "先问一个问题" in portal.get(page).text
    assert 'id="question-error"' in portal.post(f"{page}/question", {"question": " "}).text
    answer = portal.post(f"{page}/question", {"question": "运费谁出？"}, follow_redirects=True)
    assert "问题已收到" in answer.text
    portal.work()
    assert "运费谁出？" in [entry.text for entry in portal.case().timeline]
