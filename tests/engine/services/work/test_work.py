from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from engine.errors import Conflict, Forbidden, InvalidInput
from engine.services import cases, people, tasks, work
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, OTHER_AGENT, SUPERVISOR, WAREHOUSE


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.start_complaint()


@pytest.fixture
def verify(desk: Desk, number: str) -> int:
    return desk.tasks()["verify_complaint"].key


def answers(desk: Desk, **changes: Any) -> dict[str, Any]:
    promised = (desk.clock() + timedelta(days=2)).isoformat()
    form = {
        "matter": "核实：左耳完全没有声音",
        "cause": "quality",
        "wanted_remedy": "refund",
        "risk": "none",
        "agent_can_solve": True,
    }
    return form | {"departments": ["quality"], "promised_at": promised} | changes


def test_a_task_shows_its_form_data_and_case(desk: Desk, number: str, verify: int) -> None:
    view = work.open_task(desk.runtime, verify, actor=AGENT)
    assert (view.case_number, view.form_id, view.data["matter"]) == (number, "complaint_verify", "耳机左耳没有声音")
    assert view.form is not None
    assert (view.workable, view.mine, view.name_en) == (True, False, "Verify the complaint")


def test_a_task_of_another_department_is_not_shown(desk: Desk, verify: int) -> None:
    with pytest.raises(Forbidden):
        work.open_task(desk.runtime, verify, actor=WAREHOUSE)


def test_a_supervisor_sees_every_task_but_does_not_work_on_it(desk: Desk, verify: int) -> None:
    assert not work.open_task(desk.runtime, verify, actor=SUPERVISOR).workable
    with pytest.raises(Forbidden):
        work.submit(desk.runtime, verify, answers(desk), actor=SUPERVISOR)


def test_sending_in_moves_the_process_and_writes_the_case(desk: Desk, number: str, verify: int) -> None:
    work.save_draft(desk.runtime, verify, {"matter": "左耳"}, actor=AGENT)
    work.submit(desk.runtime, verify, answers(desk), actor=AGENT)
    desk.run()
    assert "verify_complaint" not in desk.tasks()
    case = desk.case(number)
    assert (case.matter, case.promised_at) == ("核实：左耳完全没有声音", desk.clock() + timedelta(days=2))
    names = [entry.name for entry in cases.timeline(desk.runtime, number, actor=AGENT)]
    assert "核实投诉" in names
    assert desk.incidents() == []
    assert work.open_task(desk.runtime, verify, actor=AGENT).draft is None


@pytest.mark.parametrize("at_work", [True, False])
def test_the_next_task_is_its_owners_while_they_take_work_and_anybodys_otherwise(
    desk: Desk, verify: int, at_work: bool
) -> None:
    people.set_online(desk.runtime, at_work, actor=AGENT)
    work.submit(desk.runtime, verify, answers(desk), actor=AGENT)
    desk.run()
    found = {"owner": "李工", "finding": "左声道断线", "cause_code": "quality"}
    tasks.complete(desk.runtime, desk.tasks()["investigate"].key, found, who="max")
    desk.run()
    plan = desk.tasks()["plan_remedy"]
    assert (plan.assignee, plan.candidate_groups) == (AGENT.username if at_work else None, ["agent"])


def test_what_a_person_holds_who_is_deactivated_is_offered_to_their_colleagues_again(desk: Desk, verify: int) -> None:
    work.claim(desk.runtime, verify, actor=AGENT)
    work.snooze(desk.runtime, verify, desk.clock() + timedelta(days=1), actor=AGENT)
    with pytest.raises(Conflict):
        work.claim(desk.runtime, verify, actor=OTHER_AGENT)
    people.change_user(desk.runtime, AGENT.username, {"active": False}, actor=people.SYSTEM)
    task = desk.tasks()["verify_complaint"]
    assert (task.assignee, task.follow_up_at) == (None, None)
    work.claim(desk.runtime, verify, actor=OTHER_AGENT)
    assert desk.tasks()["verify_complaint"].assignee == OTHER_AGENT.username


def test_a_field_that_is_wrong_completes_nothing_and_keeps_what_was_typed(desk: Desk, number: str, verify: int) -> None:
    typed = answers(desk, cause="bad luck", matter="")
    with pytest.raises(work.FormRefused) as refused:
        work.submit(desk.runtime, verify, typed, actor=AGENT)
    assert set(refused.value.fields) == {"cause", "matter"}
    assert desk.tasks()["verify_complaint"].state == "CREATED"
    draft = work.open_task(desk.runtime, verify, actor=AGENT).draft
    assert draft is not None
    assert draft.data == typed
    assert desk.case(number).matter == "耳机左耳没有声音"


def test_who_is_second_gets_a_conflict_and_loses_no_word(desk: Desk, verify: int) -> None:
    work.submit(desk.runtime, verify, answers(desk), actor=AGENT)
    typed = answers(desk, matter="我也写了很多很多字的核实情况")
    with pytest.raises(tasks.TaskNotOpen):
        work.submit(desk.runtime, verify, typed, actor=OTHER_AGENT)
    draft = work.open_task(desk.runtime, verify, actor=OTHER_AGENT).draft
    assert draft is not None
    assert draft.data == typed


def test_what_another_holds_is_not_done_by_me(desk: Desk, verify: int) -> None:
    work.claim(desk.runtime, verify, actor=OTHER_AGENT)
    with pytest.raises(tasks.TaskAlreadyClaimed, match="bob"):
        work.claim(desk.runtime, verify, actor=AGENT)
    with pytest.raises((tasks.TaskAlreadyClaimed, Forbidden)):
        work.submit(desk.runtime, verify, answers(desk), actor=AGENT)


def test_a_change_since_it_was_read_is_a_conflict(desk: Desk, verify: int) -> None:
    read = work.open_task(desk.runtime, verify, actor=AGENT).revision
    tasks.update(desk.runtime, verify, {"priority": 90}, who="sue")
    with pytest.raises(tasks.TaskChanged):
        work.submit(desk.runtime, verify, answers(desk), actor=AGENT, revision=read)
    assert work.open_task(desk.runtime, verify, actor=AGENT).draft is not None


def test_of_two_people_at_once_one_wins_and_one_keeps_the_draft(any_desk: Desk) -> None:
    any_desk.start_complaint()
    key = any_desk.tasks()["verify_complaint"].key

    def send(actor: Any) -> bool:
        try:
            work.submit(
                any_desk.runtime, key, answers(any_desk, matter=f"由 {actor.username} 核实：左耳没有声音"), actor=actor
            )
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(send, (AGENT, OTHER_AGENT)))
    assert sorted(won) == [False, True]
    drafts = [work.open_task(any_desk.runtime, key, actor=actor).draft for actor in (AGENT, OTHER_AGENT)]
    assert [draft is None for draft in drafts] == won


def test_who_takes_the_first_task_has_the_case(desk: Desk, number: str, verify: int) -> None:
    work.claim(desk.runtime, verify, actor=AGENT)
    assert desk.case(number).owner == "alice"
    work.release(desk.runtime, verify, actor=AGENT)
    work.claim(desk.runtime, verify, actor=OTHER_AGENT)
    assert desk.case(number).owner == "alice", "the case stays with who had it first"


def test_who_does_the_first_task_at_once_has_the_case_too(desk: Desk, number: str, verify: int) -> None:
    work.submit(desk.runtime, verify, answers(desk), actor=AGENT)
    assert desk.case(number).owner == "alice"


def test_a_supervisor_gives_a_task_to_whom_it_is_offered(desk: Desk, verify: int) -> None:
    work.assign(desk.runtime, verify, "bob", actor=SUPERVISOR)
    assert work.open_task(desk.runtime, verify, actor=OTHER_AGENT).mine
    with pytest.raises(Forbidden, match="wang"):
        work.assign(desk.runtime, verify, "wang", actor=SUPERVISOR)
    with pytest.raises(Forbidden):
        work.assign(desk.runtime, verify, "bob", actor=AGENT)
    with pytest.raises(Forbidden):
        work.release(desk.runtime, verify, actor=AGENT)


def test_drafts_are_each_persons_own_and_the_last_saving_wins(desk: Desk, verify: int) -> None:
    work.save_draft(desk.runtime, verify, {"matter": "一"}, actor=AGENT)
    work.save_draft(desk.runtime, verify, {"matter": "二"}, actor=AGENT)
    mine = work.open_task(desk.runtime, verify, actor=AGENT).draft
    assert mine is not None
    assert mine.data == {"matter": "二"}
    assert work.open_task(desk.runtime, verify, actor=OTHER_AGENT).draft is None
    work.discard_draft(desk.runtime, verify, actor=AGENT)
    assert work.open_task(desk.runtime, verify, actor=AGENT).draft is None


def test_a_draft_that_cannot_be_kept_is_refused(desk: Desk, verify: int) -> None:
    with pytest.raises(InvalidInput, match="too long"):
        work.save_draft(desk.runtime, verify, {"matter": "长" * 1_000_001}, actor=AGENT)
    with pytest.raises(InvalidInput, match="JSON"):
        work.save_draft(desk.runtime, verify, {"matter": object()}, actor=AGENT)
