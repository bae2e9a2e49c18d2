"""A heat map says the same of days that were kept as of the visits themselves."""

from dataclasses import astuple
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from engine.model.base import table_of
from engine.model.element import ElementInstance
from engine.model.figure_day import StepDay
from engine.services import tasks
from engine.services.figures import Period, heat, keeping
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import MANAGER

# Taipei's days are Shanghai's, but not the desk's: there every visit is read.
KEPT, READ = "Asia/Shanghai", "Asia/Taipei"
VERIFIED = {
    "matter": "耳机左耳没有声音", "cause": "quality", "wanted_remedy": "refund", "order_number": "NO-SUCH-ORDER", "risk": "none",
    "agent_can_solve": "true", "departments": ["quality"], "promised_at": "2026-03-04T18:00",
}  # fmt: skip


def _steps(desk: Desk, zone: str, days: int) -> dict[str, tuple]:
    last = desk.clock().date()
    period = Period(last - timedelta(days=days), last, zone)
    return {
        one.element_id: astuple(one)
        for one in heat.heat(desk.runtime, "complaint", None, period, actor=MANAGER).steps
        if one.ended or one.active
    }


def _worked(desk: Desk, hours: int) -> None:
    desk.start_complaint()
    desk.advance(timedelta(hours=hours))
    tasks.complete(desk.runtime, desk.tasks()["verify_complaint"].key, VERIFIED, who="alice")
    desk.run()


def test_kept_days_say_what_the_visits_say(desk: Desk) -> None:
    for hours in (1, 30, 5):
        _worked(desk, hours)
    desk.advance(timedelta(days=2))
    _worked(desk, 7)
    assert keeping.keep(desk.runtime)
    desk.advance(timedelta(hours=1))
    for days in (1, 3, 10):
        mine, direct = _steps(desk, KEPT, days), _steps(desk, READ, days)
        assert mine.keys() == direct.keys()
        for step, told in mine.items():
            assert told == pytest.approx(direct[step]), step
    assert _steps(desk, KEPT, 10)["verify_complaint"][4] == 4


def test_a_day_is_kept_once_and_outlives_the_visits(desk: Desk) -> None:
    _worked(desk, 2)
    desk.advance(timedelta(days=2))
    before = _steps(desk, KEPT, 5)["verify_complaint"]
    for _again in range(2):
        assert keeping.keep(desk.runtime)
    with desk.runtime.unit_of_work() as uow:
        days = uow.connection.execute(
            select(func.count()).select_from(StepDay).where(StepDay.process_definition_key == 0)
        ).scalar()
        element = table_of(ElementInstance)
        uow.connection.execute(delete(element).where(element.c.element_id == "verify_complaint"))
    assert days == 2
    assert _steps(desk, KEPT, 5)["verify_complaint"] == before
