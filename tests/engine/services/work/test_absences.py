"""While somebody is away: their notices, what is given to them by name and what they hold come to who stands in for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.user_task import TaskAlreadyClaimed
from engine.services import absences, cases, going_away, notifications, people, routing, starting, work, worklist
from engine.services.cases.files import find_case
from engine.services.handlers.escalations import least_loaded
from engine.services.notices import leave_notice, tell_followers
from engine.services.worklist import InboxFilter
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import ADMIN, AGENT, LEAD, OTHER_AGENT, SUPERVISOR, WAREHOUSE, person

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_work(desk: Desk) -> None:
    for actor in (AGENT, OTHER_AGENT):
        people.set_online(desk.runtime, True, actor=actor)


def goes(desk: Desk, who=AGENT, stand_in="bob", since=None, until=None) -> int:
    going_away.name_stand_in(desk.runtime, stand_in, actor=who)
    return going_away.go_away(desk.runtime, since, until, actor=who)


def receiver(desk: Desk, username: str) -> str | None:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return absences.receiver(uow, username)


def subjects(desk: Desk, who) -> list[str]:
    return [notice.subject for notice in notifications.list_notices(desk.runtime, actor=who)]


def shown(desk: Desk, who, whose: Any) -> list[str]:
    wanted = InboxFilter(whose=whose)
    return [row.element_id for row in worklist.inbox(desk.runtime, actor=who, wanted=wanted).rows]


def test_the_clock_decides_when_a_stand_in_begins_and_ends(desk):
    now = desk.runtime.now()
    goes(desk, since=now + HOUR, until=now + 3 * HOUR)
    assert receiver(desk, "alice") == "alice"
    desk.clock.advance(HOUR)
    assert receiver(desk, "alice") == "bob"
    desk.clock.advance(2 * HOUR)
    assert receiver(desk, "alice") == "alice"
    assert going_away.own_absences(desk.runtime, actor=AGENT) == []


def test_by_hand_it_lasts_until_one_is_back(desk):
    key = goes(desk)
    desk.clock.advance(timedelta(days=30))
    assert receiver(desk, "alice") == "bob"
    with pytest.raises(NotFound):
        going_away.come_back(desk.runtime, key, actor=OTHER_AGENT)
    going_away.come_back(desk.runtime, key, actor=AGENT)
    assert receiver(desk, "alice") == "alice"


def test_a_stand_in_who_is_away_too_is_stood_in_for_and_a_circle_ends_nowhere(desk):
    goes(desk)
    goes(desk, OTHER_AGENT, "leo")
    assert receiver(desk, "alice") == "leo"
    goes(desk, LEAD, "alice")
    assert receiver(desk, "alice") is None


def test_a_stand_in_is_an_active_colleague_who_works(desk):
    for wrong in ("nobody", "alice"):
        with pytest.raises(InvalidInput):
            going_away.name_stand_in(desk.runtime, wrong, actor=AGENT)
    with pytest.raises(InvalidInput):
        going_away.go_away(desk.runtime, None, desk.runtime.now() - HOUR, actor=AGENT)
    with pytest.raises(Forbidden):
        going_away.go_away(desk.runtime, None, None, actor=person("olga", "process_owner"))


def test_who_may_not_work_on_tasks_any_more_stands_in_for_nobody(any_desk):
    desk = any_desk
    goes(desk)
    people.create_user(desk.runtime, "olga", "Olga", ["process_owner"], "correct horse battery", actor=ADMIN)
    now = desk.runtime.now()
    with desk.runtime.unit_of_work() as uow:
        going_away.keep_leave(desk.runtime, uow, "leo", "olga", now - HOUR, now + HOUR, "leave")
    assert receiver(desk, "leo") is None
    assert receiver(desk, "alice") == "bob"
    people.set_roles(desk.runtime, "bob", ["process_owner"], actor=ADMIN)
    assert receiver(desk, "alice") is None
    assert [each.stand_in for each in going_away.own_absences(desk.runtime, actor=AGENT)] == [None]


def test_when_the_stand_in_of_a_leave_is_gone_it_is_whom_the_account_names(desk):
    going_away.name_stand_in(desk.runtime, "bob", actor=AGENT)
    now = desk.runtime.now()
    with desk.runtime.unit_of_work() as uow:
        going_away.keep_leave(desk.runtime, uow, "alice", "leo", now - HOUR, now + HOUR, "leave")
    assert receiver(desk, "alice") == "leo"
    people.change_user(desk.runtime, "leo", {"active": False}, actor=ADMIN)
    assert receiver(desk, "alice") == "bob"


def test_one_is_back_from_all_absences_that_have_begun(desk):
    now = desk.runtime.now()
    key, _again = goes(desk), goes(desk, until=now + HOUR)
    later = goes(desk, since=now + 2 * HOUR)
    going_away.come_back(desk.runtime, key, actor=AGENT)
    assert receiver(desk, "alice") == "alice"
    assert [each.key for each in going_away.own_absences(desk.runtime, actor=AGENT)] == [later]


def test_who_is_away_and_a_stand_in_are_named_together_or_not_at_all(desk):
    now = desk.runtime.now()
    for since, until in (
        (None, now),
        (datetime.min.replace(tzinfo=UTC), None),
        (None, datetime.max.replace(tzinfo=UTC)),
    ):
        with pytest.raises(InvalidInput):
            going_away.leave_to(desk.runtime, "bob", since, until, actor=AGENT)
    assert going_away.own_stand_in(desk.runtime, actor=AGENT) is None
    going_away.leave_to(desk.runtime, "bob", None, None, actor=AGENT)
    assert receiver(desk, "alice") == "bob"


def test_who_is_away_has_what_their_stand_in_did_when_they_are_back(desk):
    number = desk.start_complaint()
    work.claim(desk.runtime, desk.tasks()["verify_complaint"].key, actor=AGENT)
    goes(desk)
    with desk.runtime.unit_of_work() as uow:
        tell_followers(desk.runtime, uow, find_case(uow, number), "case_closed", "好了", "closed", but=["bob"])
    assert f"您关注的工单已结案：{number}" in subjects(desk, AGENT)
    assert not any("结案" in subject for subject in subjects(desk, OTHER_AGENT))


def test_a_case_goes_to_a_stand_in_of_the_same_post_only(any_desk):
    desk = any_desk
    number = desk.start_complaint()
    work.claim(desk.runtime, desk.tasks()["verify_complaint"].key, actor=AGENT)
    for actor in (AGENT, OTHER_AGENT, WAREHOUSE):
        people.set_online(desk.runtime, True, actor=actor)
    for stand_in, owner in (("wang", None), ("bob", "bob")):
        goes(desk, stand_in=stand_in)
        with desk.runtime.unit_of_work(read_only=True) as uow:
            assert routing.choose(uow, desk.case(number), None, "offer").owner == owner


def test_an_escalation_goes_to_somebody_who_is_here(any_desk):
    people.set_online(any_desk.runtime, True, actor=AGENT)
    goes(any_desk)
    with any_desk.runtime.unit_of_work(read_only=True) as uow:
        assert least_loaded(uow, "agent") == "bob"
    goes(any_desk, OTHER_AGENT, None)
    with any_desk.runtime.unit_of_work(read_only=True) as uow:
        assert least_loaded(uow, "agent") == "alice"


def test_notices_go_to_the_stand_in_too_but_for_what_is_about_the_person(desk):
    number = desk.start_complaint()
    key = desk.tasks()["verify_complaint"].key
    goes(desk)
    work.assign(desk.runtime, key, "alice", actor=LEAD, reason="请看")
    cases.add_note(desk.runtime, number, "@alice 请看", actor=LEAD)
    for who, before in ((AGENT, ""), (OTHER_AGENT, "［代Alice］")):
        told = subjects(desk, who)
        assert f"{before}Leo在 {number} 提到了您" in told
        assert any(subject.startswith(before) and "核实投诉" in subject for subject in told)
    with desk.runtime.unit_of_work() as uow:
        leave_notice(desk.runtime, uow, None, "alice", "leave_answered", {"answer": "同意"}, "leave-1")
    assert not any("请假" in subject for subject in subjects(desk, OTHER_AGENT))


def test_what_a_process_gives_by_name_goes_to_the_stand_in(desk):
    number = desk.start_complaint()
    work.claim(desk.runtime, desk.tasks()["verify_complaint"].key, actor=AGENT)
    goes(desk)
    with desk.runtime.unit_of_work(read_only=True) as uow:
        case = desk.case(number)
        assert case.owner == "alice"
        assert routing.choose(uow, case, None, "offer").owner == "bob"
        assert absences.holder_of_new(uow, "alice", ["agent"], [], {}) == "bob"
        assert absences.holder_of_new(uow, "alice", [], [], {}) == "bob"
        assert absences.holder_of_new(uow, "alice", ["warehouse"], [], {}) == "alice"
        assert absences.holder_of_new(uow, "alice", ["agent"], [], {"exclude.users": ["bob"]}) == "alice"


def test_nobody_is_given_new_work_while_away_without_a_stand_in(desk):
    number = desk.start_complaint()
    work.claim(desk.runtime, desk.tasks()["verify_complaint"].key, actor=AGENT)
    goes(desk, stand_in=None)
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert routing.choose(uow, desk.case(number), None, "offer").reason == "offered"


def test_the_stand_in_sees_what_the_away_colleague_holds_and_may_take_it(desk):
    number = desk.start_complaint()
    key = desk.tasks()["verify_complaint"].key
    work.claim(desk.runtime, key, actor=AGENT)
    assert shown(desk, OTHER_AGENT, "cover") == []
    with pytest.raises(TaskAlreadyClaimed):
        work.claim(desk.runtime, key, actor=OTHER_AGENT)
    goes(desk)
    assert shown(desk, OTHER_AGENT, "cover") == ["verify_complaint"]
    assert worklist.count_inbox(desk.runtime, actor=OTHER_AGENT)["cover"] == 1
    assert "cover" not in worklist.count_inbox(desk.runtime, actor=AGENT)
    assert work.open_task(desk.runtime, key, actor=OTHER_AGENT).covered
    work.claim(desk.runtime, key, actor=OTHER_AGENT)
    assert desk.tasks()["verify_complaint"].assignee == "bob"
    assert shown(desk, OTHER_AGENT, "cover") == []
    assert "task.taken_over" in [entry.name for entry in cases.timeline(desk.runtime, number, actor=AGENT)]


def test_a_stand_in_who_may_not_do_a_task_gets_it_not(desk):
    desk.start_complaint()
    key = desk.tasks()["verify_complaint"].key
    work.claim(desk.runtime, key, actor=AGENT)
    goes(desk, stand_in="wang")
    assert shown(desk, WAREHOUSE, "cover") == []
    with pytest.raises(Forbidden):
        work.claim(desk.runtime, key, actor=WAREHOUSE)


def test_the_menus_say_who_is_away_and_until_when(desk):
    until = desk.runtime.now() + 3 * HOUR
    goes(desk, until=until)
    found = {each.username: each for each in people.colleagues(desk.runtime, actor=LEAD)}
    assert (found["alice"].away, found["alice"].away_until, found["alice"].online) == (True, until, False)
    assert people.colleagues(desk.runtime, actor=LEAD)[-1].username == "alice"
    load = {one.username: (one.online, one.away) for one in worklist.board(desk.runtime, actor=SUPERVISOR).load}
    assert (load["alice"], load["bob"]) == ((False, True), (True, False))
    desk.start_complaint()
    key = desk.tasks()["verify_complaint"].key
    assert work.receivers(desk.runtime, [key], actor=LEAD)[key][-1].username == "alice"


@pytest.mark.parametrize("cover", ["Bob（bob）", "bob", "Bob", None])
def test_a_leave_that_is_granted_is_an_absence(desk, cover):
    going_away.name_stand_in(desk.runtime, "bob", actor=AGENT)
    form = {"leave_kind": "leave", "leave_from": "2026-03-05T09:00+08:00", "leave_to": "2026-03-06T18:00+08:00",
            "leave_reason": "看病"}  # fmt: skip
    begun = starting.start_with_form(
        desk.runtime, "leave_request", form | ({"cover": cover} if cover and "（" in cover else {}), actor=AGENT
    )
    assert begun.case_number is None
    desk.run()
    key = desk.tasks()["answer_leave"].key
    work.claim(desk.runtime, key, actor=SUPERVISOR)
    work.submit(desk.runtime, key, {"approved": True}, actor=SUPERVISOR)
    desk.run()
    (absence,) = going_away.own_absences(desk.runtime, actor=AGENT)
    assert (absence.stand_in, absence.from_leave, absence.has_begun) == ("bob", True, False)
    assert absence.since == datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
    desk.clock.pin(datetime(2026, 3, 6, 2, 0, tzinfo=UTC))
    assert receiver(desk, "alice") == "bob"


def test_a_lead_says_it_for_a_colleague_who_is_told_and_so_is_the_stand_in(any_desk):
    desk = any_desk
    now = desk.runtime.now()
    key = going_away.send_away(desk.runtime, "alice", "bob", None, now + HOUR, actor=LEAD)
    assert receiver(desk, "alice") == "bob"
    (shown_to_lead,) = going_away.all_absences(desk.runtime, actor=LEAD)
    assert (shown_to_lead.key, shown_to_lead.username, shown_to_lead.stand_in) == (key, "alice", "bob")
    assert any("为您登记了离岗" in subject for subject in subjects(desk, AGENT))
    told = notifications.list_notices(desk.runtime, actor=OTHER_AGENT)
    assert [(notice.kind, notice.body) for notice in told] == [("stands_in", "2026-03-02 17:00 – 2026-03-02 18:00")]
    assert not any("为您登记" in subject for subject in subjects(desk, OTHER_AGENT)), "it is about her alone"
    assert going_away.own_stand_in(desk.runtime, actor=AGENT) is None, "whom she named herself stays as it is"
    going_away.come_back(desk.runtime, key, actor=LEAD)
    assert receiver(desk, "alice") == "alice"
    assert going_away.all_absences(desk.runtime, actor=LEAD) == []


def test_only_a_lead_says_it_for_others_and_only_of_people_at_work(desk):
    for wrong in ("", "nobody", "olga"):
        with pytest.raises(InvalidInput) as refused:
            going_away.send_away(desk.runtime, wrong, None, None, None, actor=LEAD)
        assert list(refused.value.fields) == ["username"]
    with pytest.raises(InvalidInput) as refused:
        going_away.send_away(desk.runtime, "alice", "alice", None, None, actor=LEAD)
    assert list(refused.value.fields) == ["stand_in"]
    with pytest.raises(Forbidden):
        going_away.send_away(desk.runtime, "bob", None, None, None, actor=AGENT)
    with pytest.raises(Forbidden):
        going_away.all_absences(desk.runtime, actor=AGENT)
    assert going_away.all_absences(desk.runtime, actor=LEAD) == []


def test_who_goes_away_themselves_has_no_notice_of_it_and_the_stand_in_has_one(desk):
    goes(desk)
    assert subjects(desk, AGENT) == []
    assert len(subjects(desk, OTHER_AGENT)) == 1
