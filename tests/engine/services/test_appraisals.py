"""The weekly quality check on the desk itself: whom it draws, what is kept, what the agent sees, and the figure made of it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.model.appraisal import Appraisal
from engine.model.case import Case
from engine.model.user_task import TaskAlreadyClaimed, TaskState, UserTask
from engine.services import appraisals, figures, going_away, notifications, settings, tasks, work, worklist
from engine.services.figures import keeping
from engine.services.rows import add
from tests.engine.services.desk_fixtures import Desk, any_desk, desk, furnished
from tests.engine.services.desk_people import ADMIN, AGENT, MANAGER, OTHER_AGENT

__all__ = ["any_desk", "desk", "furnished"]
ZONE = "Asia/Shanghai"


@pytest.fixture
def answered(desk: Desk) -> list[str]:
    """Three consultations that alice answered last week, one of bob's, and what nobody appraises."""
    return [
        _case(desk, "ZX-1", "alice"), _case(desk, "ZX-2", "alice"), _case(desk, "ZX-3", "alice"), _case(desk, "ZX-4", "bob"),
        _case(desk, "ZX-5", "bob", outcome="spam"), _case(desk, "ZX-6", "bob", answer=None), _case(desk, "ZX-7", "bob", kind="suggestion"),
    ]  # fmt: skip


def _case(
    desk: Desk,
    number: str,
    owner: str,
    kind: str = "consultation",
    outcome: str = "answered",
    answer: str | None = "一年",
) -> str:
    with desk.runtime.unit_of_work() as uow:
        add(
            desk.runtime, uow, Case, number=number, kind=kind, status="closed", outcome=outcome, channel="phone", title="保修多久",
            description="保修多久", owner=owner, created_by=owner, created_at=uow.now, updated_at=uow.now, closed_at=uow.now,
            attributes={"answer": answer} if answer else {},
        )  # fmt: skip
    return number


def _tuesday(desk: Desk) -> None:
    """The second Tuesday, when the answers of the first week are drawn; on the first there is nothing to draw."""
    for day in (3, 10):
        desk.advance(datetime(2026, 3, day, 10, 1, tzinfo=ZoneInfo(ZONE)) - desk.clock())


def _appraise(desk: Desk, told: dict[str, str], agent: str = "alice") -> None:
    """The supervisor appraises one answer of this agent."""
    open_tasks = [task for task in _open(desk, "appraise_answer") if _scope(desk, task)["agent"] == agent]
    tasks.complete(desk.runtime, open_tasks[0].key, told, who="sue")
    desk.run()


def _open(desk: Desk, element_id: str) -> list[UserTask]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        query = select(UserTask).where(UserTask.state == TaskState.CREATED, UserTask.element_id == element_id)
        return list(uow.session.scalars(query))


def _scope(desk: Desk, task: UserTask) -> dict[str, Any]:
    return desk.variables(task.process_instance_key)


def _accuracy(desk: Desk, cut: figures.Cut | None = None) -> figures.Figure:
    period = figures.named_period("this_week", desk.clock(), ZONE)
    return figures.report(desk.runtime, period, cut, actor=MANAGER).overall["accuracy"]


def test_a_week_draws_so_many_answers_of_each_agent_and_none_twice(desk: Desk, answered: list[str]) -> None:
    settings.change_setting(desk.runtime, "quality.sample", 2, actor=ADMIN)
    _tuesday(desk)
    drawn = [_scope(desk, task) for task in _open(desk, "appraise_answer")]
    assert sorted(one["agent"] for one in drawn) == ["alice", "alice", "bob"]
    assert all(one["case_number"] in answered[:4] and one["answer"] == "一年" for one in drawn)
    _appraise(desk, {"accurate": "yes"}, "bob")
    with desk.runtime.unit_of_work() as uow:
        period = figures.named_period("last_week", desk.clock(), ZONE)
        again = appraisals.draw(desk.runtime, uow, period, 5, 7)
    left = set(answered[:4]) - {one["case_number"] for one in drawn}
    assert {one["case_number"] for one in again} == left
    assert len(left) == 1


def test_accuracy_is_the_right_answers_among_the_appraised_ones(desk: Desk, answered: list[str]) -> None:
    _tuesday(desk)
    _appraise(desk, {"accurate": "yes"})
    _appraise(desk, {"accurate": "no", "error": "outdated", "note": "新规是两年"})
    _appraise(desk, {"accurate": "yes"}, "bob")
    found = _accuracy(desk)
    assert (found.value, found.hits, found.count, found.good) == (pytest.approx(2 / 3), 2, 3, False)
    assert _accuracy(desk, figures.Cut(agent="bob")).value == 1
    period = figures.named_period("this_week", desk.clock(), ZONE)
    by_agent = {
        line.value: line.figures["accuracy"] for line in figures.report(desk.runtime, period, by="agent", actor=MANAGER).lines
    }  # fmt: skip
    assert {who: (one.hits, one.count) for who, one in by_agent.items() if one.count} == {
        "alice": (1, 2),
        "bob": (1, 1),
    }
    wrong, count = figures.cases_behind(desk.runtime, "accuracy", period, hit=False, actor=MANAGER)
    assert count == 1
    assert wrong[0] in answered[:3]


def test_what_was_found_of_an_agent_waits_for_them_and_not_for_who_stands_in(desk: Desk, answered: list[str]) -> None:
    going_away.leave_to(desk.runtime, "bob", None, None, actor=AGENT)
    _tuesday(desk)
    _appraise(desk, {"accurate": "no", "error": "wrong", "note": "不是一年"})
    (result,) = _open(desk, "see_result")
    assert result.assignee == "alice"
    assert worklist.count_inbox(desk.runtime, actor=OTHER_AGENT)["cover"] == 0
    with pytest.raises(TaskAlreadyClaimed):
        work.claim(desk.runtime, result.key, actor=OTHER_AGENT)


def test_an_agent_sees_a_wrong_answer_and_an_appeal_changes_the_figure_also_of_a_kept_day(
    desk: Desk, answered: list[str]
) -> None:
    _tuesday(desk)
    _appraise(desk, {"accurate": "no", "error": "wrong", "note": "不是一年"})
    (result,) = _open(desk, "see_result")
    assert result.assignee == "alice"
    tasks.complete(desk.runtime, result.key, {"response": "appeal", "appeal": "这款就是一年"}, who="alice")
    day = desk.clock().date()
    desk.advance(timedelta(days=20))
    keeping.keep(desk.runtime)
    period = figures.Period(day, day, ZONE)
    before = figures.report(desk.runtime, period, actor=MANAGER).overall["accuracy"]
    (appeal,) = _open(desk, "decide_appeal")
    tasks.complete(desk.runtime, appeal.key, {"verdict": "changed", "decision_note": "属实"}, who="sue")
    desk.run()
    after = figures.report(desk.runtime, period, actor=MANAGER).overall["accuracy"]
    assert (before.hits, before.count, after.hits, after.count) == (0, 1, 1, 1)
    (told,) = [one for one in notifications.list_notices(desk.runtime, actor=AGENT) if one.subject.startswith("质检：")]
    assert ("准确" in told.subject, told.body) == (True, "属实")
    with desk.runtime.unit_of_work(read_only=True) as uow:
        (row,) = uow.session.scalars(select(Appraisal).where(Appraisal.appraised_at.is_not(None)))
        assert (row.appraised_by, row.decided_by, row.error) == ("sue", "sue", None)
