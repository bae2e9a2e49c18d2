from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import InvalidInput, NotFound
from engine.model.sla import SlaClockRow
from engine.persistence import UnitOfWork
from engine.services import cases
from engine.services.cases.files import find_case
from engine.services.sla import CaseClocks, ClockView, clocks_of
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai; the desk is open until 21:00


@pytest.fixture
def number(desk: Desk) -> str:
    return desk.start_complaint()


def clocks(desk: Desk, uow: UnitOfWork, number: str) -> CaseClocks:
    return CaseClocks(desk.runtime, uow, find_case(uow, number), "alice")


def shown(desk: Desk, number: str) -> dict[str, ClockView]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return {view.name: view for view in clocks_of(desk.runtime, uow, find_case(uow, number).key)}


def test_a_complaint_starts_with_the_clocks_of_its_severity(desk: Desk, number: str) -> None:
    found = shown(desk, number)
    assert {name: (view.target, view.calendar) for name, view in found.items()} == {
        "first_response": (30 * HOUR / 60, "desk"),
        "resolution": (72 * HOUR, "always"),
    }


def test_the_diagrams_timers_wait_for_the_clocks_moments(desk: Desk, number: str) -> None:
    resolution = shown(desk, number)["resolution"]
    timers = desk.timers()
    assert timers["resolution_breach"] == resolution.breach_at == START + 72 * HOUR
    assert timers["resolution_warn"] == resolution.warn_at == START + 0.8 * 72 * HOUR


def test_moving_a_clock_moves_its_timers_in_the_same_transaction(any_desk: Desk) -> None:
    desk, number = any_desk, any_desk.start_complaint()
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.move("resolution", target=24 * HOUR)
    assert desk.timers()["resolution_breach"] == START + 24 * HOUR


def test_a_move_that_comes_to_nothing_moves_no_timer(desk: Desk, number: str) -> None:
    def fail() -> None:
        with desk.runtime.unit_of_work() as uow:
            with clocks(desk, uow, number) as changed:
                changed.move("resolution", target=HOUR)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    assert desk.timers()["resolution_breach"] == START + 72 * HOUR
    assert shown(desk, number)["resolution"].target == 72 * HOUR


def test_a_paused_clock_has_no_moment_and_goes_on_where_it_stood(desk: Desk, number: str) -> None:
    desk.advance(2 * HOUR)
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.pause("resolution")
    assert desk.timers()["resolution_breach"] is None
    desk.advance(100 * HOUR)
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.resume("resolution")
    assert desk.timers()["resolution_breach"] == START + 172 * HOUR
    assert shown(desk, number)["resolution"].remaining == 70 * HOUR


def test_another_calendar_keeps_what_has_passed(desk: Desk, number: str) -> None:
    desk.advance(2 * HOUR)
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.move("resolution", target=4 * HOUR, calendar="desk")
    view = shown(desk, number)["resolution"]
    assert (view.elapsed, view.remaining, view.calendar) == (2 * HOUR, 2 * HOUR, "desk")
    assert view.breach_at == START + 4 * HOUR, "19:00 + 2 h of open time is 21:00 in Shanghai"


def test_a_reopened_case_is_measured_anew_and_the_old_round_stays(desk: Desk, number: str) -> None:
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.meet("resolution")
    desk.advance(HOUR)
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.start("resolution", target=HOUR)
        uow.flush()
        rows = uow.session.query(SlaClockRow).filter_by(name="resolution").order_by(SlaClockRow.round).all()
        assert [(row.round, row.phase) for row in rows] == [(1, "finished"), (2, "running")]


def test_what_has_ended_does_not_change(desk: Desk, number: str) -> None:
    for _ in range(2):
        with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
            changed.meet("resolution")
            changed.move("resolution", target=HOUR)
            changed.pause("resolution")
    assert shown(desk, number)["resolution"].state == "met"
    names = [entry.name for entry in cases.timeline(desk.runtime, number, actor=AGENT, kinds=("sla",))]
    assert names.count("sla.met") == 1


def test_a_breach_is_kept_when_the_work_is_done_late(desk: Desk, number: str) -> None:
    desk.clock.advance(100 * HOUR)
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.meet_all()
        row = uow.session.query(SlaClockRow).filter_by(name="resolution").one()
        assert row.breached_at == START + 72 * HOUR
    assert shown(desk, number)["resolution"].state == "breached"


def test_every_change_is_on_the_timeline_from_what_to_what(desk: Desk, number: str) -> None:
    with desk.runtime.unit_of_work() as uow, clocks(desk, uow, number) as changed:
        changed.move("resolution", target=24 * HOUR, reason="重大投诉")
    entry = cases.timeline(desk.runtime, number, actor=AGENT, kinds=("sla",))[0]
    assert (entry.actor, entry.name) == ("alice", "sla.moved")
    (change,) = entry.changes
    assert change["from"] == (START + 72 * HOUR).isoformat()
    assert change["to"] == (START + 24 * HOUR).isoformat()


def test_what_a_clock_cannot_be_is_refused(desk: Desk, number: str) -> None:
    with desk.runtime.unit_of_work() as uow:
        changed = clocks(desk, uow, number)
        with pytest.raises(NotFound, match="lunch"):
            changed.pause("lunch")
        with pytest.raises(InvalidInput, match="target"):
            changed.start("x")
        with pytest.raises(InvalidInput, match="moon"):
            changed.start("x", target=HOUR, calendar="moon")
