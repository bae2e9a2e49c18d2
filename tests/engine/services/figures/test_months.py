"""A month is in one piece as far as its days are settled."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine.model.figure_day import FigureMonth
from engine.services import figures
from engine.services.cases.files import open_case
from engine.services.figures import keeping
from engine.services.figures.stored import DAYS, NAMES, SO_FAR
from engine.services.startup import wire
from tests.engine.services.desk_people import MANAGER

ZONE = "Asia/Shanghai"


def _so_far(runtime) -> dict[str, list[int]]:
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(FigureMonth.month, FigureMonth.packed).where(FigureMonth.name == f"{SO_FAR}{DAYS}")
        return {month: list(packed) for month, packed in uow.session.execute(query)}


def _whole(runtime) -> list[str]:
    with runtime.unit_of_work(read_only=True) as uow:
        return list(uow.session.scalars(select(FigureMonth.month).where(FigureMonth.name == NAMES)))


def _registered(runtime, days: int) -> int:
    """How many cases of March's first so many days."""
    first = runtime.now().date().replace(day=1, month=3)
    period = figures.Period(first, first + timedelta(days=days - 1), ZONE)
    return figures.report(runtime, period, actor=MANAGER).overall["registered"].count


def test_a_month_is_kept_as_far_as_it_is_settled_and_whole_when_all_of_it_is(runtime, clock):
    wire(runtime)
    clock.advance(runtime.now().replace(year=2026, month=3, day=1, hour=4) - runtime.now())
    seen = []
    for day in range(1, 42):
        if day <= 31:
            with runtime.unit_of_work() as uow:
                open_case(runtime, uow, "alice", "complaint", "phone", "一件事")
        clock.advance(timedelta(days=1))
        keeping.keep(runtime)
        seen.append(_so_far(runtime))
        if day in (12, 25, 41):
            assert [_registered(runtime, days) for days in (1, 3, 10, 31)] == [1, 3, 10, min(day, 31)]
    assert seen[7] == {}
    assert seen[8] == {"2026-03": [1]}
    assert seen[20] == {"2026-03": list(range(1, 14))}
    assert "2026-03" not in seen[-1]
    assert _whole(runtime) == ["2026-03"]


def test_a_day_that_is_made_again_is_so_in_its_month_too(runtime, clock):
    wire(runtime)
    clock.advance(runtime.now().replace(year=2026, month=3, day=1, hour=4) - runtime.now())
    with runtime.unit_of_work() as uow:
        case = open_case(runtime, uow, "alice", "complaint", "phone", "一件事")
    clock.advance(timedelta(days=15))
    keeping.keep(runtime)
    assert _so_far(runtime)
    with runtime.unit_of_work() as uow:
        uow.session.get(type(case), case.key).change({"channel": "email"}, uow.now)
    for _night in range(2):
        clock.advance(timedelta(days=1))
        keeping.keep(runtime)
        period = figures.Period(runtime.now().date().replace(day=1), runtime.now().date(), ZONE)
        lines = figures.report(runtime, period, by="channel", actor=MANAGER).lines
        assert [(line.value, line.figures["registered"].count) for line in lines] == [("email", 1)]
