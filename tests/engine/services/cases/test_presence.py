"""Who else is at a case."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.errors import Forbidden, NotFound
from engine.model.presence import CasePresence
from engine.services.cases import Present, look_in
from tests.engine.services.desk_people import AGENT, OTHER_AGENT, SUPERVISOR, person


@pytest.fixture
def number(desk):
    return desk.start_complaint()


def test_who_looks_at_a_case_learns_who_else_does_and_not_themselves(desk, number):
    assert look_in(desk.runtime, number, actor=AGENT) == []
    assert look_in(desk.runtime, number, actor=SUPERVISOR) == [Present("alice", False)]
    assert look_in(desk.runtime, number, actor=AGENT) == [Present("sue", False)]
    assert look_in(desk.runtime, desk.start_complaint(matter="另一件"), actor=OTHER_AGENT) == []


def test_who_says_nothing_more_has_gone_and_who_goes_on_saying_it_has_not(desk, number):
    look_in(desk.runtime, number, actor=AGENT)
    for _ in range(5):
        desk.clock.advance(timedelta(seconds=5))
        look_in(desk.runtime, number, actor=AGENT)
    assert look_in(desk.runtime, number, actor=OTHER_AGENT) == [Present("alice", False)]
    desk.clock.advance(timedelta(seconds=20))
    assert look_in(desk.runtime, number, actor=OTHER_AGENT) == []


def test_who_types_is_said_to_write_for_a_minute(desk, number):
    look_in(desk.runtime, number, actor=AGENT)
    look_in(desk.runtime, number, actor=AGENT, is_writing=True)
    assert look_in(desk.runtime, number, actor=OTHER_AGENT) == [Present("alice", True)]
    desk.clock.advance(timedelta(seconds=60))
    look_in(desk.runtime, number, actor=AGENT)
    assert look_in(desk.runtime, number, actor=OTHER_AGENT) == [Present("alice", False)]


def test_where_somebody_was_before_is_not_kept(desk, number):
    look_in(desk.runtime, number, actor=AGENT)
    desk.clock.advance(timedelta(minutes=1))
    look_in(desk.runtime, desk.start_complaint(matter="另一件"), actor=AGENT)
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert uow.connection.execute(select(func.count()).select_from(CasePresence)).scalar() == 1


def test_only_who_may_read_a_case_is_told(desk, number):
    with pytest.raises(Forbidden):
        look_in(desk.runtime, number, actor=person("customer", "customer", customer_key=1))
    with pytest.raises(NotFound):
        look_in(desk.runtime, "TS00000000-0000", actor=AGENT)
