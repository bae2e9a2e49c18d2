"""Mentions, following, transferring and merging."""

from datetime import timedelta

import pytest

from engine.errors import Conflict, Forbidden, InvalidInput
from engine.services import cases, people, work
from engine.services.notifications import count_unread_notices, list_notices, mark_all_notices_read
from engine.services.portal import write_message
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, OTHER_AGENT, SUPERVISOR, person


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.start_complaint()


def told(desk, name):
    return [
        (notice.kind, notice.case_number)
        for notice in list_notices(desk.runtime, actor=people.actor_of(desk.runtime, name))
    ]


def customer_of(desk, number):
    return person("customer", "customer", customer_key=desk.case(number).customer_key)


@pytest.mark.parametrize("text", ["@bob 请看", "请 @Bob 看一下", "＠bob", "x@bob。"])
def test_who_is_mentioned_in_a_note_is_told_once(desk, number, text):
    cases.add_note(desk.runtime, number, f"{text} @bob", actor=AGENT)
    assert told(desk, "bob") == [("mention", number)]


@pytest.mark.parametrize("text", ["bob", "@bobby", "@nobody", "@alice 自己"])
def test_who_is_not_mentioned_is_not_told(desk, number, text):
    cases.add_note(desk.runtime, number, text, actor=AGENT)
    assert told(desk, "bob") == told(desk, "alice") == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("@bob 请看", []),
        ("@bobby 和 ＠徐老师，@bobby 请看", ["bobby", "徐老师"]),
        ("回信到 wang@example.com，@ 一下", []),
        ("好@nobody。", ["nobody"]),
    ],
)
def test_a_name_that_is_nobodys_is_told_to_who_mentioned_it(desk, text, unknown):
    assert cases.unknown_mentions(desk.runtime, text, actor=AGENT) == unknown


def test_notices_are_counted_until_they_are_read(desk, number):
    cases.add_note(desk.runtime, number, "@bob 一", actor=AGENT)
    cases.add_note(desk.runtime, number, "@bob 二", actor=AGENT)
    bob = people.actor_of(desk.runtime, "bob")
    assert count_unread_notices(desk.runtime, actor=bob) == 2
    mark_all_notices_read(desk.runtime, actor=bob)
    assert count_unread_notices(desk.runtime, actor=bob) == 0


def test_a_transfer_takes_the_tasks_along_and_the_first_owner_follows_to_the_end(desk, number):
    key = desk.tasks()["verify_complaint"].key
    work.claim(desk.runtime, key, actor=AGENT)
    assert cases.transfer_case(desk.runtime, number, "bob", "需要懂耳机的人", actor=AGENT) == 1
    view = cases.get_case(desk.runtime, number, actor=AGENT)
    assert (view.owner, view.followers, view.tasks[0].assignee) == ("bob", [("alice", True)], "bob")
    assert told(desk, "bob") == [("case_transferred", number)]
    write_message(desk.runtime, number, "有结果了吗", actor=customer_of(desk, number))
    assert ("customer_wrote", number) in told(desk, "alice")
    with pytest.raises(Conflict, match="follows it until"):
        cases.unfollow_case(desk.runtime, number, actor=AGENT)


def test_a_transfer_wants_a_reason_a_new_owner_and_ones_own_case(desk, number):
    work.claim(desk.runtime, desk.tasks()["verify_complaint"].key, actor=AGENT)
    with pytest.raises(InvalidInput) as refused:
        cases.transfer_case(desk.runtime, number, "", "", actor=AGENT)
    assert sorted(refused.value.fields) == ["reason", "to"]
    with pytest.raises(Forbidden):
        cases.transfer_case(desk.runtime, number, "bob", "我要", actor=OTHER_AGENT)
    cases.transfer_case(desk.runtime, number, "bob", "分担", actor=SUPERVISOR)
    assert desk.case(number).owner == "bob"


def test_a_merged_case_ends_and_its_history_is_read_with_the_other(desk, number):
    twin = desk.start_complaint(matter="还是那副耳机，没人理我")
    related = cases.get_case(desk.runtime, twin, actor=AGENT).related
    assert [(each.number, each.relation) for each in related] == [(number, "duplicate")]
    cases.merge_cases(desk.runtime, twin, number.lower(), "同一件事", actor=AGENT)
    closed, kept = desk.case(twin), cases.get_case(desk.runtime, number, actor=AGENT)
    assert (closed.status, closed.outcome) == ("closed", "merged")
    assert cases.get_case(desk.runtime, twin, actor=AGENT).tasks == []
    assert [task.element_id for task in kept.tasks] == ["verify_complaint"]
    assert "还是那副耳机，没人理我" in [entry.text for entry in kept.timeline if entry.case_number == twin]
    assert {clock.state for clock in cases.get_case(desk.runtime, twin, actor=AGENT).clocks} == {"cancelled"}
    desk.advance(timedelta(days=5))
    assert desk.case(twin).outcome == "merged"
    assert desk.incidents() == []


def test_a_case_that_is_escalated_is_not_merged_away(desk, number):
    twin = desk.start_complaint()
    with desk.runtime.unit_of_work() as uow:
        cases.find_case(uow, twin).escalated_at = uow.now
    with pytest.raises(Conflict, match="on their way"):
        cases.merge_cases(desk.runtime, twin, number, actor=AGENT)
    assert desk.case(twin).status == "open"


def test_only_cases_of_one_customer_or_order_are_merged(desk, number):
    other = desk.start_complaint(contact="13900139111", order_number="")
    with pytest.raises(InvalidInput, match="nothing in common"):
        cases.merge_cases(desk.runtime, other, number, actor=AGENT)
    with pytest.raises(InvalidInput, match="itself"):
        cases.merge_cases(desk.runtime, number, number, actor=AGENT)


def test_a_contact_is_kept_with_time_content_and_result(desk, number):
    at = desk.clock() - timedelta(hours=1)
    cases.log_contact(desk.runtime, number, "phone", "out", "已说明退款时间", "answered", actor=AGENT, at=at)
    entry = cases.timeline(desk.runtime, number, actor=AGENT, kinds=("contact",))[0]
    assert (entry.text, entry.data["result"], entry.actor) == ("已说明退款时间", "answered", "alice")


def test_assigning_writes_its_timeline_entry_in_the_same_transaction(desk, number, monkeypatch):
    key = desk.tasks()["verify_complaint"].key

    def fails(*_args, **_more):
        raise RuntimeError("no timeline")

    monkeypatch.setattr("engine.services.work.taking.record", fails)
    with pytest.raises(RuntimeError):
        work.assign(desk.runtime, key, "bob", actor=SUPERVISOR, reason="分担")
    assert desk.tasks()["verify_complaint"].assignee is None
