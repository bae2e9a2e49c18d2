"""Notices by mail: by kind, at once or gathered, never what was read, and never a storm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.notification import Notification
from engine.services import notifications, people
from engine.services.notices import leave_notice
from engine.services.notifications import mail_notices, mail_wishes, wish_mails
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import ADMIN, AGENT

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def address(desk: Desk) -> None:
    people.change_user(desk.runtime, "alice", {"email": "alice@example.com"}, actor=ADMIN)


def told(desk: Desk, kind: str, name: str) -> None:
    desk.runtime.transact(
        lambda uow: leave_notice(desk.runtime, uow, None, "alice", kind, {"from": "leo", "note": name}, name)
    )


def mails(desk: Desk) -> list[Notification]:
    mail_notices(desk.runtime)
    with desk.runtime.unit_of_work(read_only=True) as uow:
        query = select(Notification).where(Notification.template == "notices").order_by(Notification.key)
        return list(uow.session.scalars(query))


def test_at_once_comes_at_once_and_what_follows_is_gathered(desk):
    wish_mails(desk.runtime, {"mention": "now"}, actor=AGENT)
    told(desk, "mention", "第一条")
    (first,) = mails(desk)
    assert (first.recipient, first.state) == ("alice@example.com", "outbox")
    assert "第一条" in first.body
    assert "/account" in first.body
    for name in ("第二条", "第三条"):
        told(desk, "mention", name)
    assert len(mails(desk)) == 1
    desk.clock.advance(5 * MINUTE)
    second = mails(desk)[1]
    assert "第二条" in second.body
    assert "第三条" in second.body
    assert "第一条" not in second.body
    assert "2 条未读" in second.subject


def test_hourly_waits_for_an_hour(desk):
    wish_mails(desk.runtime, {"customer_wrote": "hourly"}, actor=AGENT)
    told(desk, "customer_wrote", "第一封")
    desk.clock.advance(40 * MINUTE)
    told(desk, "customer_wrote", "第二封")
    assert mails(desk) == []
    desk.clock.advance(20 * MINUTE)
    (mail,) = mails(desk)
    assert "第一封" in mail.body
    assert "第二封" in mail.body
    desk.clock.advance(120 * MINUTE)
    assert len(mails(desk)) == 1


def test_what_was_read_and_what_was_not_wished_for_and_what_was_before_is_in_no_mail(desk):
    told(desk, "mention", "早先的")
    desk.clock.advance(MINUTE)
    wish_mails(desk.runtime, {"mention": "now"}, actor=AGENT)
    told(desk, "mention", "读过的")
    notifications.mark_all_notices_read(desk.runtime, actor=AGENT)
    told(desk, "case_closed", "没有要的")
    assert mails(desk) == []
    wish_mails(desk.runtime, {}, actor=AGENT)
    told(desk, "mention", "不要了")
    assert mails(desk) == []


def test_a_group_that_is_chosen_later_tells_what_comes_from_then_on(any_desk):
    desk = any_desk
    people.change_user(desk.runtime, "alice", {"email": "alice@example.com"}, actor=ADMIN)
    wish_mails(desk.runtime, {"mention": "hourly"}, actor=AGENT)
    told(desk, "mention", "提到过")
    told(desk, "case_closed", "早先的")
    desk.clock.advance(MINUTE)
    wish_mails(desk.runtime, {"mention": "now", "other": "now"}, actor=AGENT)
    told(desk, "case_closed", "后来的")
    (mail,) = mails(desk)
    assert "提到过" in mail.body
    assert "后来的" in mail.body
    assert "早先的" not in mail.body


def test_a_subject_has_one_line_whatever_a_notice_says(desk):
    wish_mails(desk.runtime, {"other": "now"}, actor=AGENT)
    with desk.runtime.unit_of_work() as uow:
        leave_notice(
            desk.runtime, uow, None, "alice", "leave_answered", {"answer": "同意\nBcc: eve@example.com"}, "leave"
        )
    (mail,) = mails(desk)
    assert mail.subject == "您的请假外出申请：同意 Bcc: eve@example.com"


def test_who_may_not_read_cases_any_more_gets_no_mail(desk):
    wish_mails(desk.runtime, {"mention": "now"}, actor=AGENT)
    people.set_roles(desk.runtime, "alice", ["process_owner"], actor=ADMIN)
    told(desk, "mention", "看不到")
    assert mails(desk) == []


def test_workers_that_mail_at_the_same_moment_leave_one_mail(any_desk):
    desk = any_desk
    people.change_user(desk.runtime, "alice", {"email": "alice@example.com"}, actor=ADMIN)
    wish_mails(desk.runtime, {"mention": "now"}, actor=AGENT)
    told(desk, "mention", "第一条")
    with ThreadPoolExecutor(4) as workers:
        left = list(workers.map(lambda _number: mail_notices(desk.runtime), range(4)))
    assert sum(left) == 1
    assert len(mails(desk)) == 1


def test_a_limit_that_a_process_warns_of_is_a_deadline(desk):
    assert notifications.mailing.kind_of("answer_warning") == "deadline"
    assert notifications.mailing.kind_of("mention") == "mention"


def test_without_an_address_or_for_an_unknown_kind_it_is_refused(desk):
    with pytest.raises(InvalidInput):
        wish_mails(desk.runtime, {"weather": "now"}, actor=AGENT)
    people.change_user(desk.runtime, "alice", {"email": None}, actor=ADMIN)
    with pytest.raises(InvalidInput):
        wish_mails(desk.runtime, {"mention": "now"}, actor=AGENT)
    assert mail_wishes(desk.runtime, actor=AGENT).ways == {}
