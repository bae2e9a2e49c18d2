"""The survey behind its signed link."""

from __future__ import annotations

import re

from tests.web.portal.conftest import Portal


def surveyed(portal: Portal) -> str:
    """A solved case whose customer was asked how it was; the path of the survey."""
    page = portal.offered()
    portal.post(f"{page}/reply", {"answer": "accept"})
    portal.work()
    # The shop does not know the order, so that finance pays by hand.
    portal.staff_does("pay_by_hand", "finance", payment_reference="FT-1", paid_at="2026-03-02T18:00+08:00")
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
    assert answer.status_code == 403
    assert "链接无效或已过期" in answer.text
