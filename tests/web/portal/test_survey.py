"""The survey behind its signed link."""

from __future__ import annotations

import re

from sqlalchemy import select

from engine.model.callback import Callback
from engine.model.customer import Customer
from engine.model.notification import Notification
from tests.web.portal.conftest import Portal


def surveyed(portal: Portal) -> str:
    """A solved case whose customer was asked how it was; the path of the survey."""
    page = portal.offered(remedy="compensation")
    portal.post(f"{page}/reply", {"answer": "accept"})
    portal.work()
    # The shop does not know the order, so that finance pays by hand.
    portal.staff_does(
        "pay_refund_by_hand", "finance", payment_result="paid", payment_reference="FT-1", paid_at="2026-03-02"
    )
    portal.pass_time(days=2)
    found = re.search(r"/portal/s/[\w.\-]+", portal.get(page).text)
    assert found is not None, "no survey was sent"
    return found[0]


def test_the_survey_is_answered_with_two_taps_and_closes_the_case(portal: Portal) -> None:
    path = surveyed(portal)
    assert "问题解决了吗？" in portal.get(path).text
    answer = portal.post(path, {"solved": "yes", "score": "5"})
    assert "谢谢您的评价" in answer.text
    portal.work()
    assert (portal.case().status, portal.case().outcome) == ("closed", "resolved")
    assert "谢谢您的评价" in portal.get(path).text  # not a second time


def test_an_unsolved_problem_is_taken_up_again(portal: Portal) -> None:
    portal.post(surveyed(portal), {"solved": "no", "score": "1", "comment": "还是没有声音"})
    portal.work()
    case = portal.case()
    assert case.reopened == 1
    assert case.status != "closed"


def test_what_is_missing_is_said_at_its_place_and_the_rest_stays(portal: Portal) -> None:
    answer = portal.post(surveyed(portal), {"solved": "yes", "score": "9", "comment": "很快"})
    assert answer.status_code == 422
    assert 'id="score-error"' in answer.text
    assert 'id="solved-error"' not in answer.text
    assert ">很快</textarea>" in answer.text


def test_a_survey_rated_in_another_tab_keeps_the_first_score(portal: Portal) -> None:
    path = surveyed(portal)
    portal.post(path, {"solved": "yes", "score": "5"})
    assert "谢谢您的评价" in portal.post(path, {"solved": "no", "score": "1"}).text
    portal.work()
    assert portal.case().outcome == "resolved"


def test_a_case_link_is_no_survey_link(portal: Portal) -> None:
    token = portal.filed().rpartition("/")[2]
    assert portal.get(f"/portal/s/{token}").status_code == 403


def test_a_survey_link_ends(portal: Portal) -> None:
    path = surveyed(portal)
    portal.pass_time(days=8)
    answer = portal.get(path)
    assert answer.status_code == 410
    assert "评价邀请已过期" in answer.text
    assert f"/portal/?number={portal.case().number}" in answer.text  # the way on
    assert portal.post(path, {"solved": "yes", "score": "5"}).status_code == 410
    portal.work()
    assert portal.case().outcome == "resolved"  # as things stood; nobody was reached


def test_a_changed_link_opens_nothing(portal: Portal) -> None:
    path = surveyed(portal)
    other = path[:-5] + ("A" if path[-5] != "A" else "B") + path[-4:]  # of the last sign not every bit counts
    for changed in (other, path[:-8], "/portal/s/guess"):
        answer = portal.client.post(changed, data={"solved": "yes", "score": "5"})
        assert answer.status_code == 403
        assert "链接无效" in answer.text


def test_a_phone_without_cookies_or_scripts_answers_on_one_tiny_page(portal: Portal) -> None:
    path = surveyed(portal)
    phone = portal.client.application.test_client(use_cookies=False)
    page = phone.get(path)
    assert "<script" not in page.text
    sheet = phone.get("/static/survey.css")
    assert len(page.data) + len(sheet.data) < 10_000
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == ["/static/icon.svg", "/static/survey.css"]
    assert "谢谢您的评价" in phone.post(path, data={"solved": "yes", "score": "4"}).text


def test_whoever_wants_to_be_asked_no_more_is_not_and_the_file_remembers(portal: Portal) -> None:
    answer = portal.post(surveyed(portal), {"stop": "yes"})
    assert "不再打扰" in answer.text
    portal.work()
    case = portal.case()
    assert (case.status, case.outcome) == ("closed", "resolved")
    assert case.customer is not None
    with portal.runtime.unit_of_work(read_only=True) as uow:
        customer = uow.get(Customer, case.customer.key)
        assert customer.consent["callback"] is False
        [kept] = uow.session.scalars(select(Callback)).all()
        assert (kept.outcome, kept.score, kept.method) == ("opted_out", None, "survey")


def test_the_survey_is_in_the_customers_own_language_unless_they_choose_another(portal: Portal) -> None:
    path = surveyed(portal)
    case = portal.case()
    with portal.runtime.unit_of_work() as uow:
        assert case.customer is not None
        uow.get(Customer, case.customer.key).language = "en"
    assert "Is the problem solved?" in portal.get(path).text
    assert "问题解决了吗？" in portal.get(path + "?lang=zh").text


def reminders(portal: Portal) -> list[str]:
    with portal.runtime.unit_of_work(read_only=True) as uow:
        query = select(Notification.body).where(Notification.template == "survey_reminder")
        return list(uow.session.scalars(query.where(Notification.channel == "portal")))


def test_a_survey_that_is_not_answered_is_reminded_of_once_with_a_link_that_works(portal: Portal) -> None:
    surveyed(portal)
    portal.pass_time(days=5)
    [reminder] = reminders(portal)
    found = re.search(r"/portal/s/[\w.\-]+", reminder)
    assert found is not None
    assert "谢谢您的评价" in portal.post(found[0], {"solved": "yes", "score": "5"}).text
    portal.pass_time(days=3)
    assert portal.case().outcome == "resolved"
    assert len(reminders(portal)) == 1


def test_whoever_wants_to_be_asked_no_more_is_not_reminded(portal: Portal) -> None:
    surveyed(portal)
    case = portal.case()
    with portal.runtime.unit_of_work() as uow:
        assert case.customer is not None
        customer = uow.get(Customer, case.customer.key)
        customer.consent = customer.consent | {"callback": False}
    portal.pass_time(days=5)
    assert reminders(portal) == []


def test_an_answered_survey_is_not_reminded_of(portal: Portal) -> None:
    portal.post(surveyed(portal), {"solved": "yes", "score": "5"})
    portal.pass_time(days=5)
    assert reminders(portal) == []
