"""When work comes in: by the asker's clock, over the two days a year on which clocks change, and down to the cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.errors import Forbidden, InvalidInput
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import open_case
from engine.services.figures import Period
from engine.services.figures.arrivals import Wanted, arrivals, cases_that_came
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, MANAGER

MONDAY, TUESDAY, SUNDAY = 0, 1, 6


def _came(desk: Desk, *moments: datetime, kind: str = "consultation", channel: str = "online") -> list[str]:
    """Cases registered at these moments, and a contact of each a second later; their numbers."""
    with desk.runtime.unit_of_work() as uow:
        made = []
        for at in moments:
            case = open_case(desk.runtime, uow, "alice", kind, channel, "问价格")
            case.created_at = at
            store_contact(
                desk.runtime, uow, case, "alice", "phone", "in", "你好", "answered", at=at + timedelta(seconds=1)
            )
            made.append(case.number)
        return made


def _found(desk: Desk, period: Period, wanted: Wanted = Wanted()) -> dict[tuple[int, int], int]:  # noqa: B008
    found = arrivals(desk.runtime, period, wanted, actor=MANAGER)
    cells = {(day, hour): number for day, row in enumerate(found.counts) for hour, number in enumerate(row) if number}
    for (day, hour), number in cells.items():
        numbers, count = cases_that_came(desk.runtime, period, wanted, day, hour, actor=MANAGER)
        assert count == len(numbers) == number, "a cell leads to just its cases"
    return cells


def test_an_hour_is_that_of_the_askers_clock(any_desk: Desk):
    late = datetime(2026, 2, 22, 15, 59, 59, 999_999, tzinfo=UTC)  # just before midnight in Shanghai, a Sunday
    _came(any_desk, late, late + timedelta(microseconds=1))
    days = date(2026, 2, 16), date(2026, 2, 24)
    assert _found(any_desk, Period(*days, "Asia/Shanghai")) == {(SUNDAY, 23): 1, (MONDAY, 0): 1}
    assert _found(any_desk, Period(*days, "Asia/Kathmandu")) == {(SUNDAY, 21): 2}  # five hours and three quarters ahead


def test_the_mean_is_over_the_weekdays_that_have_begun(any_desk: Desk):
    any_desk.clock.pin(datetime(2026, 3, 3, 4, tzinfo=UTC))  # a Tuesday at noon in Shanghai
    _came(any_desk, *(datetime(2026, 3, day, 2, tzinfo=UTC) for day in (2, 2, 3)), datetime(2026, 2, 23, 2, tzinfo=UTC))
    period = Period(date(2026, 2, 23), date(2026, 3, 8), "Asia/Shanghai")
    found = arrivals(any_desk.runtime, period, Wanted(), actor=MANAGER)
    assert found.days == [2, 2, 1, 1, 1, 1, 1]
    assert (found.mean(MONDAY, 10), found.mean(TUESDAY, 10), found.busiest, found.total) == (1.5, 0.5, 1.5, 4)


@pytest.mark.parametrize(
    ("day", "moments", "cells"),
    [
        # Clocks in Berlin go from 2:00 to 3:00 ...
        (date(2026, 3, 29), ["00:30", "01:30"], {(SUNDAY, 1): 1, (SUNDAY, 3): 1}),
        # ... and from 3:00 back to 2:00.
        (date(2025, 10, 26), ["00:30", "01:30", "02:30"], {(SUNDAY, 2): 2, (SUNDAY, 3): 1}),
    ],
)
def test_clocks_that_change_lose_nothing_and_count_nothing_twice(any_desk: Desk, day, moments, cells):
    any_desk.clock.pin(datetime(2026, 4, 1, tzinfo=UTC))
    _came(any_desk, *(datetime.fromisoformat(f"{day}T{moment}+00:00") for moment in moments))
    assert _found(any_desk, Period(day, day, "Europe/Berlin")) == cells


def test_contacts_are_counted_by_their_own_channel_and_cases_by_theirs(any_desk: Desk):
    monday = datetime(2026, 2, 23, 2, tzinfo=UTC)
    _came(any_desk, monday, kind="complaint", channel="email")
    with any_desk.runtime.unit_of_work() as uow:
        store_contact(any_desk.runtime, uow, open_case(any_desk.runtime, uow, "alice", "suggestion", "online", "建议"),
                      "alice", "phone", "out", "回电", "answered", at=monday)  # fmt: skip
    period, at_ten = Period(date(2026, 2, 23), date(2026, 2, 23), "Asia/Shanghai"), {(MONDAY, 10): 1}
    assert _found(any_desk, period, Wanted("contacts", channel="phone")) == at_ten
    assert _found(any_desk, period, Wanted("contacts", kind="complaint")) == at_ten
    assert _found(any_desk, period, Wanted("cases", channel="email", kind="complaint")) == at_ten
    for nothing in (
        Wanted("contacts", channel="email"),
        Wanted("cases", channel="phone"),
        Wanted("cases", kind="opinion"),
    ):
        assert _found(any_desk, period, nothing) == {}


def test_what_cannot_be_asked_for_is_refused(desk: Desk):
    period = Period(date(2026, 2, 23), date(2026, 2, 23), "Asia/Shanghai")
    with pytest.raises(Forbidden):
        arrivals(desk.runtime, period, Wanted(), actor=AGENT)
    with pytest.raises(InvalidInput):
        arrivals(desk.runtime, period, Wanted("rain"), actor=MANAGER)
    with pytest.raises(InvalidInput):
        cases_that_came(desk.runtime, period, Wanted(), 7, 0, actor=MANAGER)
