"""Taking several tasks at once, putting them aside, handing them over, and undoing it."""

from datetime import timedelta

import pytest

from engine.errors import Forbidden, InvalidInput
from engine.services import cases, people, work
from engine.services.notifications import list_notices
from engine.services.worklist import InboxFilter, inbox
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, OTHER_AGENT, WAREHOUSE

DAY = timedelta(days=1)


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.start_complaint()


@pytest.fixture
def verify(desk: Desk, number: str) -> int:
    return desk.tasks()["verify_complaint"].key


def claim_all(desk, keys, actor=AGENT):
    return work.each(desk.runtime, keys, lambda key: work.claim(desk.runtime, key, actor=actor), actor=actor)


def shown(desk, whose, actor=AGENT):
    return [row.key for row in inbox(desk.runtime, actor=actor, wanted=InboxFilter(whose=whose)).rows]


def holder(desk):
    return desk.tasks()["verify_complaint"].assignee


def test_one_that_cannot_be_done_keeps_no_other_back(desk, verify):
    desk.start_complaint(contact="13900139111")
    keys = [row.key for row in inbox(desk.runtime, actor=AGENT).rows]
    work.claim(desk.runtime, keys[0], actor=OTHER_AGENT)
    outcome = claim_all(desk, [*keys, 123])
    assert [step.key for step in outcome.done] == [keys[1]]
    assert [refused.key for refused in outcome.refused] == [keys[0], 123]


def test_a_claim_is_undone_while_nobody_has_touched_the_task(desk, number, verify):
    outcome = claim_all(desk, [verify])
    assert holder(desk) == "alice"
    assert work.undo(desk.runtime, outcome.done, actor=AGENT).refused == []
    assert holder(desk) is None
    assert cases.timeline(desk.runtime, number, actor=AGENT)[0].name == "task.undone"


def test_what_somebody_else_has_done_since_is_not_undone(desk, verify):
    outcome = claim_all(desk, [verify])
    work.release(desk.runtime, verify, actor=AGENT)
    work.claim(desk.runtime, verify, actor=OTHER_AGENT)
    assert [each.key for each in work.undo(desk.runtime, outcome.done, actor=AGENT).refused] == [verify]
    assert holder(desk) == "bob"


def test_a_task_that_was_put_aside_is_in_its_own_list_until_its_moment(desk, verify):
    desk.clock.advance(timedelta(hours=-1))  # so that it is not yet due
    work.snooze(desk.runtime, verify, desk.clock() + timedelta(minutes=20), actor=AGENT)
    assert (shown(desk, "all"), shown(desk, "mine"), shown(desk, "snoozed")) == ([], [], [verify])
    desk.clock.advance(timedelta(minutes=21))
    assert (shown(desk, "all"), shown(desk, "snoozed")) == ([verify], [])


def test_a_task_that_was_put_aside_comes_back_when_the_customer_writes(desk, number, verify):
    work.snooze(desk.runtime, verify, desk.clock() + timedelta(minutes=5), actor=AGENT)
    with desk.runtime.unit_of_work() as uow:
        cases.find_case(uow, number).unread_at = uow.now
    assert shown(desk, "mine") == [verify]


def test_a_task_that_was_put_aside_comes_back_when_it_falls_due(desk, verify):
    work.snooze(desk.runtime, verify, desk.clock() + DAY, actor=AGENT)
    desk.clock.advance(timedelta(hours=2))
    assert shown(desk, "mine") == [verify]


@pytest.mark.parametrize("span", [timedelta(0), -DAY, 61 * DAY])
def test_a_task_is_put_aside_to_a_moment_that_comes_soon_enough(desk, verify, span):
    with pytest.raises(InvalidInput) as refused:
        work.snooze(desk.runtime, verify, desk.clock() + span, actor=AGENT)
    assert list(refused.value.fields) == ["until"]


def test_a_handover_tells_the_colleague_and_stands_on_the_timeline_in_one_step(desk, number, verify):
    work.claim(desk.runtime, verify, actor=AGENT)
    work.hand_over(desk.runtime, verify, "bob", "客户下午三点后有空", actor=AGENT)
    assert holder(desk) == "bob"
    bob = people.actor_of(desk.runtime, "bob")
    assert [(notice.kind, notice.body) for notice in list_notices(desk.runtime, actor=bob)] == [
        ("task_assigned", "客户下午三点后有空")
    ]
    entry = cases.timeline(desk.runtime, number, actor=AGENT)[0]
    assert (entry.name, entry.changes) == ("task.handed_over", [{"field": "assignee", "from": "alice", "to": "bob"}])


def test_a_handover_wants_a_note_and_somebody_who_may_do_the_task(desk, verify):
    work.claim(desk.runtime, verify, actor=AGENT)
    with pytest.raises(InvalidInput) as refused:
        work.hand_over(desk.runtime, verify, "alice", " ", actor=AGENT)
    assert sorted(refused.value.fields) == ["note", "username"]
    with pytest.raises(Forbidden):
        work.hand_over(desk.runtime, verify, "wang", "请看", actor=AGENT)
    with pytest.raises(Forbidden):
        work.hand_over(desk.runtime, verify, "alice", "请看", actor=OTHER_AGENT)
    with pytest.raises(Forbidden):
        work.hand_over(desk.runtime, verify, "bob", "请看", actor=WAREHOUSE)
    assert holder(desk) == "alice"


@pytest.mark.parametrize("sort", ["due", "priority", "newest", "oldest"])
def test_every_order_is_read_in_pages_without_gap(desk, sort):
    for phone in range(5):
        desk.start_complaint(contact=f"1390013911{phone}")
    whole = [row.key for row in inbox(desk.runtime, actor=AGENT, wanted=InboxFilter(sort=sort)).rows]
    read, cursor = [], None
    while cursor or not read:
        page = inbox(desk.runtime, actor=AGENT, wanted=InboxFilter(sort=sort), cursor=cursor, limit=2)
        read, cursor = read + [row.key for row in page.rows], page.next_cursor
        if cursor is None:
            break
    assert read == whole
    assert len(whole) == 5
