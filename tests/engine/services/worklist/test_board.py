from datetime import timedelta

from engine.services import cases, work, worklist
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, MANAGER, SUPERVISOR

HOUR = timedelta(hours=1)


def test_a_clock_moves_a_case_from_at_risk_to_breached(desk: Desk) -> None:
    number = desk.start_complaint()
    board = worklist.board(desk.runtime, actor=MANAGER, risk=HOUR)
    assert [(alert.number, alert.clock) for alert in board.at_risk] == [(number, "first_response")]
    assert board.breached == []
    desk.clock.advance(2 * HOUR)
    board = worklist.board(desk.runtime, actor=MANAGER, risk=HOUR)
    assert [(alert.number, alert.clock) for alert in board.breached] == [(number, "first_response")]
    assert board.at_risk == []


def test_each_agents_load_is_counted(desk: Desk) -> None:
    number = desk.start_complaint()
    key = desk.tasks()["verify_complaint"].key
    work.claim(desk.runtime, key, actor=AGENT)
    desk.clock.advance(30 * HOUR)
    load = {one.username: one for one in worklist.board(desk.runtime, actor=MANAGER).load}
    assert (load["alice"].cases, load["alice"].tasks, load["alice"].overdue) == (1, 1, 1)
    assert (load["bob"].cases, load["bob"].tasks) == (0, 0)
    cases.assign_case(desk.runtime, number, "bob", actor=SUPERVISOR)
    load = {one.username: one for one in worklist.board(desk.runtime, actor=MANAGER).load}
    assert (load["alice"].cases, load["bob"].cases) == (0, 1)
