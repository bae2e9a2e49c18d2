"""The reports are made on their days, for whom the table says, and can be read by those alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.errors import InvalidInput, NotFound
from engine.services import notifications, people, starting, tasks
from engine.services.figures import kept
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import ADMIN, AGENT, LEAD, MANAGER, OTHER_AGENT, SUPERVISOR

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _until(desk: Desk, day: int, hour: int, minute: int = 1) -> None:
    desk.advance(datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI) - desk.clock())


def _kinds(desk: Desk, actor: people.Actor = MANAGER) -> list[str]:
    return [one.kind for one in kept.list_kept(desk.runtime, actor=actor)]


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (4, {"daily_personal", "weekly"}),
        (6, {"daily_personal", "feedback"}),
        (7, {"daily_personal", "weekly_summary"}),
        (9, {"daily_personal", "issue_log", "meeting"}),
        (25, {"daily_personal", "weekly", "satisfaction", "monthly"}),
    ],
)
def test_each_day_has_its_reports(desk: Desk, day: int, kinds: set[str]) -> None:
    _until(desk, day, 8)
    before = len(_kinds(desk))
    _until(desk, day, 23)
    assert set(_kinds(desk)[: len(_kinds(desk)) - before]) == kinds


def test_a_weekly_report_tells_its_readers_and_holds_the_figures(desk: Desk) -> None:
    number = desk.start_complaint()
    _until(desk, 4, 17, 59)
    assert "weekly" not in _kinds(desk)
    _until(desk, 4, 18)
    (report,) = kept.list_kept(desk.runtime, actor=SUPERVISOR, kind="weekly")
    assert (report.first, report.last, report.recipients) == ("2026-02-25", "2026-03-03", ["sue"])
    assert report.data["figures"]["registered"]["value"] == 1
    assert report.sent_at is not None
    assert number
    (notice,) = [one for one in notifications.list_notices(desk.runtime, actor=SUPERVISOR) if "周报" in one.subject]
    assert "登记工单：1" in notice.body
    assert f"/board/reports/{report.key}" in notice.body


def test_a_report_that_is_mailed_is_in_no_mail_of_notices_too(desk: Desk) -> None:
    people.change_user(desk.runtime, "sue", {"email": "sue@example.com"}, actor=ADMIN)
    notifications.wish_mails(desk.runtime, {"other": "now"}, actor=SUPERVISOR)
    _until(desk, 4, 18)
    assert any(
        "周报" in one.subject for one in notifications.list_notices(desk.runtime, actor=SUPERVISOR, unread_only=True)
    )
    assert notifications.mail_notices(desk.runtime) == 0


def test_a_days_own_report_is_for_its_agent_alone(desk: Desk) -> None:
    desk.start_complaint()
    _until(desk, 3, 21)
    mine = kept.list_kept(desk.runtime, actor=AGENT)
    assert [(one.kind, one.about) for one in mine] == [("daily_personal", "alice")]
    assert mine[0].data["done"] == {"consultations": 0, "replies": 0, "solved": 0}
    with pytest.raises(NotFound):
        kept.get_kept(desk.runtime, mine[0].key, actor=OTHER_AGENT)


def test_a_report_that_is_made_and_sent_again_is_one(desk: Desk) -> None:
    people.change_user(desk.runtime, "max", {"email": "max@example.com"}, actor=ADMIN)
    for _ in range(2):
        keys = kept.make(desk.runtime, "monthly", "last_28_days", ["manager"], "<default>")
        kept.send(desk.runtime, keys, "<default>")
    assert len(kept.list_kept(desk.runtime, actor=MANAGER, kind="monthly")) == 1
    mails = notifications.list_messages(desk.runtime, actor=MANAGER)
    assert [(one.recipient is not None, one.state) for one in mails if one.template == "report"] == [(True, "outbox")]


def test_an_unknown_report_or_period_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="no report"):
        kept.make(desk.runtime, "horoscope", "today", [], "<default>")
    with pytest.raises(InvalidInput, match="no period"):
        kept.make(desk.runtime, "weekly", "tomorrow", [], "<default>")


def _note(desk: Desk, issue: str) -> None:
    told = {"issue_kind": "product", "issue": issue, "suggestion": "换供应商"}
    starting.start_with_form(desk.runtime, "issue_log", told, actor=AGENT)
    desk.run()


def _answer(desk: Desk, told: dict[str, str]) -> None:
    tasks.complete(desk.runtime, desk.tasks()["answer_issue"].key, told, who="leo")
    desk.run()


def test_the_weeks_issues_are_collected_on_monday_with_their_state_and_answer(desk: Desk) -> None:
    _note(desk, "水壶盖子容易松")
    _answer(desk, {"settled": "passed_on", "answer": "已转品控"})
    _until(desk, 6, 10)
    _note(desk, "查订单很慢")
    _until(desk, 9, 8, 59)
    assert "issue_log" not in _kinds(desk)
    _until(desk, 9, 9)
    (report,) = kept.list_kept(desk.runtime, actor=MANAGER, kind="issue_log")
    assert (report.first, report.last, report.recipients) == ("2026-03-02", "2026-03-08", ["leo", "max", "sue"])
    found = [(one["issue"], one["noted_by"], one["state"], one["answer"]) for one in report.data["log"]]
    assert found == [("水壶盖子容易松", "alice", "passed_on", "已转品控"), ("查订单很慢", "alice", "open", None)]
    (notice,) = [one for one in notifications.list_notices(desk.runtime, actor=LEAD) if "问题登记" in one.subject]
    assert "[已转交相关部门] 水壶盖子容易松 → 已转品控" in notice.body


def test_an_issue_that_nobody_answered_is_collected_again_until_it_is(desk: Desk) -> None:
    _until(desk, 6, 10)
    _note(desk, "查订单很慢")
    for monday in (9, 16):
        _until(desk, monday, 8)
        _until(desk, monday, 9)
    last, first = kept.list_kept(desk.runtime, actor=MANAGER, kind="issue_log")
    assert [one["state"] for one in first.data["log"]] == ["open"]
    assert [one["state"] for one in last.data["log"]] == ["overdue"]
    _answer(desk, {"settled": "solved", "answer": "已加索引"})
    _until(desk, 23, 8)
    _until(desk, 23, 9)
    answered = kept.list_kept(desk.runtime, actor=MANAGER, kind="issue_log")[0]
    assert [(one["state"], one["answered_by"]) for one in answered.data["log"]] == [("solved", "leo")]
    _until(desk, 30, 8)
    _until(desk, 30, 9)
    assert kept.list_kept(desk.runtime, actor=MANAGER, kind="issue_log")[0].data["log"] == []
