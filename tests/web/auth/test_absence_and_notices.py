"""On one's own page: being away with a stand-in, who then has the work, and which notices come by mail; all by plain forms."""

import re

from engine.services import notifications, people, work
from engine.services.notices import leave_notice
from tests.web.desk import parsed, text_of

AWAY = {"stand_in": "ben", "away": "1"}


def address(desk, who="ann"):
    people.change_user(desk.runtime, who, {"email": f"{who}@example.com"}, actor=desk.actor("boss"))


def test_one_is_away_by_a_form_and_back_by_a_button(desk):
    assert desk.post("ann", "/account/absences", AWAY).status_code == 303
    page = parsed(desk.get("ann", "/account"))
    assert "您回来为止" in text_of(page.xpath("//main")[0])
    assert "代班人：本本" in text_of(page.xpath("//main")[0])
    inbox = parsed(desk.get("ann", "/desk/"))
    assert "您已离岗" in text_of(inbox.xpath("//main")[0])
    # A page opens with the focus at what has a role here, which is for what was just done.
    assert inbox.xpath("//main//*[contains(@class, 'alert') and @role]") == []
    (end,) = page.xpath("//button[contains(@formaction, '/end')]/@formaction")
    assert desk.post("ben", end).status_code == 404
    desk.post("ann", end)
    assert "您已离岗" not in desk.get("ann", "/desk/").text
    assert parsed(desk.get("ann", "/account")).xpath("string(//option[@selected]/@value)") == "ben"


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk):
    answer = desk.post("ann", "/account/absences", AWAY | {"since": "2026-03-05T09:00", "until": "2026-03-04T09:00"})
    page = parsed(answer)
    assert answer.status_code == 422
    assert "开始之后" in text_of(page.xpath("//*[@id='until-error']")[0])
    assert page.xpath("//input[@id='since']/@value") == ["2026-03-05T09:00"]
    assert parsed(desk.get("ann", "/account")).xpath("string(//option[@selected]/@value)") == ""
    far = desk.post("ann", "/account/absences", AWAY | {"since": "0001-01-01T00:00"})
    assert far.status_code == 422
    assert parsed(far).xpath("//*[@id='since-error']")
    assert desk.post("ann", "/account/absences", {"stand_in": "nobody"}).status_code == 422


def test_the_stand_in_has_a_list_of_the_work_and_takes_it(desk):
    number = desk.complain()
    key = desk.task(number)
    work.claim(desk.runtime, key, actor=desk.actor("ann"))
    assert "whose=cover" not in desk.get("ben", "/desk/").text
    desk.post("ann", "/account/absences", AWAY | {"until": "2026-03-06T18:00"})
    assert "whose=cover" in desk.get("ben", "/desk/").text
    listed = desk.get("ben", "/desk/?whose=cover").text
    assert number in listed
    assert "接手" in listed
    assert "接手" in desk.get("ben", f"/desk/tasks/{key}").text
    assert "离岗至 03-06 18:00" in desk.get("lea", f"/desk/cases/{number}").text
    desk.post("ben", f"/desk/tasks/{key}/claim")
    assert [task.assignee for task in desk.case(number).tasks] == ["ben"]


def test_the_form_of_a_leave_offers_the_colleagues_as_stand_ins(desk):
    assert "本本（ben）" in desk.get("ann", "/desk/start/leave_request").text


def test_notices_by_mail_are_chosen_by_kind(desk):
    assert desk.post("ann", "/account/notices", {"mention": "now"}).status_code == 422
    assert "disabled" in re.search(r'<select[^>]*id="mail-mention"[^>]*>', desk.get("ann", "/account").text)[0]
    address(desk)
    assert desk.post("ann", "/account/notices", {"mention": "now", "deadline": "hourly"}).status_code == 303
    assert notifications.mail_wishes(desk.runtime, actor=desk.actor("ann")).ways == {
        "mention": "now",
        "deadline": "hourly",
    }
    page = parsed(desk.get("ann", "/account"))
    assert page.xpath("//select[@id='mail-deadline']/option[@selected]/@value") == ["hourly"]


def test_the_bell_carries_the_newest_unread_notice_for_the_browser(desk):
    number = desk.complain()
    assert "data-notice-key" not in desk.get("ben", "/desk/notices/bell").text
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "@ben 请看"})
    (bell,) = parsed(desk.get("ben", "/desk/notices")).xpath("//a[@data-bell]")
    assert f"安安在 {number} 提到了您" in bell.get("data-notice-subject")
    desk.post("ben", "/desk/notices/read")
    assert "data-notice-key" not in desk.get("ben", "/desk/notices").text


def test_the_pages_are_in_english_for_who_reads_english(desk):
    desk.post("ann", "/account/absences", AWAY)
    page = desk.get("ann", "/account?lang=en").text
    assert "I am back" in page
    assert "Show new notices" in page


def test_who_works_on_no_tasks_is_not_asked_for_a_stand_in(desk):
    assert "离岗与代班" not in desk.get("olga", "/account").text
    assert desk.post("olga", "/account/absences", AWAY).status_code == 403


def test_a_notice_about_oneself_says_what_it_is_and_not_that_a_limit_is_near(desk):
    for kind, values in (("leave_answered", {"answer": "同意"}), ("answer_appraised", {"answer": "准确"})):
        with desk.runtime.unit_of_work() as uow:
            leave_notice(desk.runtime, uow, None, "ann", kind, values, kind)
    badges = parsed(desk.get("ann", "/desk/notices")).xpath("//main//span[contains(@class, 'badge')]")
    assert [text_of(badge) for badge in badges] == ["质检", "请假"]
