"""Macros: several acts on a case by one click, all of them or none, with the permissions of whoever clicks."""

from datetime import timedelta

import pytest

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.user_task import TaskAlreadyClaimed
from engine.services import cases, macros, work
from engine.services.macros import ActRefused, Acts, Target
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, LEAD, OTHER_AGENT, WAREHOUSE, person

BOTH = person("leo", "group_lead", "agent")
ALL_OF_A_LEAD = Acts(
    claim=True, note="已核对照片", message="您好 {{ customer_name }}，工单 {{ number }} 已受理。", priority=80, reason="重要客户",
    snooze="hour",
)  # fmt: skip


@pytest.fixture
def number(any_desk: Desk) -> str:
    return any_desk.start_complaint()


@pytest.fixture
def verify(any_desk: Desk, number: str) -> int:
    return any_desk.tasks()["verify_complaint"].key


def apply(desk, acts, key, actor=AGENT, once="once"):
    return macros.apply(desk.runtime, acts, Target(task=key), actor=actor, once=once)


def names(desk, number):
    return [entry.name for entry in cases.timeline(desk.runtime, number, actor=AGENT)]


def test_every_act_is_done_in_one_click_and_stands_on_the_timeline(any_desk, number, verify):
    revision = apply(any_desk, ALL_OF_A_LEAD, verify, BOTH)
    task = any_desk.tasks()["verify_complaint"]
    assert (task.assignee, task.priority, task.revision) == (LEAD.username, 80, revision)
    assert task.follow_up_at == any_desk.runtime.now() + timedelta(hours=1)
    entries = cases.timeline(any_desk.runtime, number, actor=LEAD)
    told = [(entry.name, entry.text) for entry in entries]
    assert ("note.added", "已核对照片") in told
    assert ("contact.out", f"您好 王小明，工单 {number} 已受理。") in told
    assert [text for name, text in told if name == "task.changed"] == ["核实投诉：重要客户"]


def test_when_the_last_act_cannot_be_done_nothing_of_the_others_is_kept(any_desk, number, verify):
    before = names(any_desk, number)
    acts = Acts(claim=True, note="给仓储", message="您好", hand_over=WAREHOUSE.username, hand_over_note="请看")
    with pytest.raises(ActRefused) as refused:
        apply(any_desk, acts, verify)
    assert refused.value.act == "hand_over"
    assert isinstance(refused.value.cause, Forbidden)
    assert any_desk.tasks()["verify_complaint"].assignee is None
    assert names(any_desk, number) == before


def test_an_agent_cannot_do_by_a_macro_what_they_cannot_do_by_hand(any_desk, number, verify):
    with pytest.raises(ActRefused) as refused:
        apply(any_desk, Acts(claim=True, priority=90, reason="急"), verify)
    assert refused.value.act == "priority"
    assert any_desk.tasks()["verify_complaint"].assignee is None


def test_a_task_of_another_is_refused_with_the_conflict_as_its_cause(any_desk, verify):
    work.claim(any_desk.runtime, verify, actor=OTHER_AGENT)
    with pytest.raises(ActRefused) as refused:
        apply(any_desk, Acts(claim=True), verify)
    assert isinstance(refused.value.cause, TaskAlreadyClaimed)


def test_a_second_click_sends_nothing_twice(any_desk, number, verify):
    acts, before = Acts(note="看过", message="您好"), names(any_desk, number).count("contact.out")
    apply(any_desk, acts, verify)
    with pytest.raises(ActRefused):
        apply(any_desk, acts, verify)
    assert names(any_desk, number).count("contact.out") == before + 1
    assert names(any_desk, number).count("note.added") == 1


def test_a_case_is_met_with_the_task_that_one_holds_or_is_offered(any_desk, number, verify):
    runtime = any_desk.runtime
    assert macros.target_of_case(runtime, number, actor=AGENT) == Target(number, verify)
    assert macros.target_of_case(runtime, number, actor=WAREHOUSE) == Target(number, None)
    macros.apply(runtime, Acts(note="看过"), Target(number), actor=WAREHOUSE, once="a")
    with pytest.raises(ActRefused):
        macros.apply(runtime, Acts(claim=True, note="再看"), Target(number), actor=WAREHOUSE, once="b")
    assert names(any_desk, number).count("note.added") == 1


def test_the_preview_shows_each_customer_their_own_words_once(any_desk, number, verify):
    other = any_desk.start_complaint(contact="13900139111")
    targets = [Target(task=verify), Target(case=number), Target(case=other), Target(task=12345)]
    shown = macros.preview(any_desk.runtime, Acts(message="工单 {{ number }}"), targets, actor=AGENT)
    assert [(each.case, each.text) for each in shown] == [(number, f"工单 {number}"), (other, f"工单 {other}")]


def test_only_acts_on_tasks_can_be_undone_and_are(any_desk, verify):
    runtime = any_desk.runtime
    acts = Acts(claim=True, snooze="tomorrow")
    outcome = work.each(runtime, [verify], lambda key: apply(any_desk, acts, key), actor=AGENT)
    assert set(acts.names) <= macros.UNDOABLE
    assert work.undo(runtime, outcome.done, actor=AGENT).refused == []
    task = any_desk.tasks()["verify_complaint"]
    assert (task.assignee, task.follow_up_at) == (None, None)


def test_ones_own_are_ones_own_and_shared_ones_are_the_groups(any_desk):
    runtime = any_desk.runtime
    mine = macros.make_macro(runtime, "受理", Acts(claim=True), actor=AGENT)
    theirs = macros.make_macro(runtime, "回访", Acts(note="回访"), actor=LEAD, shared_with="agent")
    assert {each.key for each in macros.list_macros(runtime, actor=AGENT)} == {mine, theirs}
    assert [each.key for each in macros.list_macros(runtime, actor=OTHER_AGENT)] == [theirs]
    assert macros.list_macros(runtime, actor=WAREHOUSE) == []
    with pytest.raises(NotFound):
        macros.get_macro(runtime, mine, actor=OTHER_AGENT)
    with pytest.raises(Forbidden):
        macros.delete_macro(runtime, theirs, actor=AGENT)
    macros.change_macro(runtime, theirs, "回访客户", Acts(note="回访"), actor=LEAD, shared_with="agent")
    assert macros.get_macro(runtime, theirs, actor=AGENT).name == "回访客户"
    macros.delete_macro(runtime, theirs, actor=LEAD)
    assert [each.key for each in macros.list_macros(runtime, actor=AGENT)] == [mine]


@pytest.mark.parametrize(
    ("name", "acts", "shared_with", "field"),
    [
        ("", Acts(claim=True), None, "name"),
        ("一" * 31, Acts(claim=True), None, "name"),
        ("空", Acts(), None, "acts"),
        ("急", Acts(priority=80), None, "reason"),
        ("急", Acts(priority=101, reason="急"), None, "priority"),
        ("转", Acts(hand_over="bob"), None, "hand_over_note"),
        ("转", Acts(hand_over="nobody", hand_over_note="请看"), None, "hand_over"),
        ("两样", Acts(hand_over="bob", hand_over_note="请看", snooze="hour"), None, "snooze"),
        ("何时", Acts(snooze="never"), None, "snooze"),
        ("组", Acts(claim=True), "agent", "shared_with"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(any_desk, name, acts, shared_with, field):
    with pytest.raises(InvalidInput) as refused:
        macros.make_macro(any_desk.runtime, name, acts, actor=AGENT, shared_with=shared_with)
    assert field in refused.value.fields


def test_two_of_one_name_are_refused_and_the_first_stays(any_desk):
    macros.make_macro(any_desk.runtime, "受理", Acts(claim=True), actor=AGENT)
    with pytest.raises(InvalidInput) as refused:
        macros.make_macro(any_desk.runtime, "受理", Acts(note="看过"), actor=AGENT)
    assert "name" in refused.value.fields
    assert [each.acts for each in macros.list_macros(any_desk.runtime, actor=AGENT)] == [Acts(claim=True)]


def test_what_one_may_not_do_is_neither_made_nor_offered(any_desk):
    runtime, rush = any_desk.runtime, Acts(claim=True, priority=90, reason="急")
    with pytest.raises(InvalidInput) as refused:
        macros.make_macro(runtime, "急", rush, actor=AGENT)
    assert refused.value.fields.keys() == {"priority"}
    macros.make_macro(runtime, "急", rush, actor=LEAD, shared_with="agent")
    assert macros.list_macros(runtime, actor=AGENT) == []
    (shown,) = macros.list_macros(runtime, actor=AGENT, to_change=True)
    assert shown.beyond == ("priority",)
    assert [each.beyond for each in macros.list_macros(runtime, actor=BOTH)] == [()]


def test_who_may_not_share_any_more_changes_nothing_for_the_group(any_desk):
    runtime = any_desk.runtime
    key = macros.make_macro(runtime, "受理", Acts(claim=True), actor=LEAD, shared_with="agent")
    former = person(LEAD.username, "agent")
    with pytest.raises(InvalidInput) as refused:
        macros.change_macro(runtime, key, "受理", Acts(claim=True, message="您好"), actor=former, shared_with="agent")
    assert set(refused.value.fields) == {"shared_with"}
    macros.change_macro(runtime, key, "受理", Acts(claim=True, message="您好"), actor=former)
    assert macros.list_macros(runtime, actor=AGENT) == []
