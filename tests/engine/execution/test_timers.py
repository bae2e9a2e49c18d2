"""When a timer is due, for every way to write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.execution.expressions import FUNCTIONS, Value
from engine.execution.failures import Failed
from engine.execution.timers import Due, first_due, next_due

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "text", "at"),
    [
        ("date", '=now() + duration("PT1H")', NOW + HOUR),
        ("date", '=date and time("2026-03-02T10:30:00@Asia/Shanghai")', NOW + HOUR / 2),
        ("date", '=date("2026-03-05")', datetime(2026, 3, 4, 16, tzinfo=UTC)),
        ("date", '=date and time("2026-03-05T00:00:00")', datetime(2026, 3, 4, 16, tzinfo=UTC)),
        ("date", "2026-03-05T00:00:00", datetime(2026, 3, 4, 16, tzinfo=UTC)),
        ("date", "2026-03-05T00:00:00[Europe/Berlin]", datetime(2026, 3, 4, 23, tzinfo=UTC)),
        ("date", "2026-03-05T00:00:00+01:00[Europe/Berlin]", datetime(2026, 3, 4, 23, tzinfo=UTC)),
        ("date", "2026-03-02T11:00:00+08:00", NOW + HOUR),
        ("date", "=moment", NOW + HOUR),
        ("duration", '=duration("PT1H")', NOW + HOUR),
        ("duration", '=duration("P1M")', datetime(2026, 4, 2, 2, 0, tzinfo=UTC)),
        ("duration", '="PT5M"', NOW + HOUR / 12),
        ("duration", "P1DT2H", NOW + 26 * HOUR),
        ("cycle", "R3/PT1H", NOW + HOUR),
        ("cycle", "R2/2026-03-02T12:00:00+08:00/PT1H", NOW + 2 * HOUR),
        ("cycle", "R2/2026-03-02T12:00:00/PT1H", NOW + 2 * HOUR),
        ("cycle", '=cycle(3, duration("PT1H"))', NOW + HOUR),
        ("cycle", '=cycle(duration("PT2H"))', NOW + 2 * HOUR),
        ("cycle", "0 0 9 * * MON-FRI", NOW + 23 * HOUR),
        ("cycle", "@daily", NOW + 14 * HOUR),
    ],
)
@pytest.mark.proves("cron, and a moment without a zone")
def test_the_first_moment(kind: str, text: str, at: datetime):
    context = {**FUNCTIONS, "moment": (NOW + HOUR).isoformat()}
    assert first_due(kind, Value(text, "Timer"), context, NOW).at == at


def all_moments(due: Due) -> list[datetime]:
    found, following = [], due
    while following is not None and len(found) < 5:
        found.append(following.at)
        following = next_due(following)
    return found


def test_a_counted_cycle_fires_so_often_and_from_what_was_due():
    due = first_due("cycle", Value("R3/PT1H", "Timer"), {}, NOW)
    assert all_moments(due) == [NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]


@pytest.mark.parametrize(
    ("text", "armed", "days"),
    [
        # The 31st of a month by the desk's calendar, though the day before by UTC's.
        ("R/P1M", "2028-01-31T02:00+08:00", ["2028-02-29T02:00+08:00", "2028-03-29T02:00+08:00"]),
        ("R/P1Y", "2028-02-29T09:00+08:00", ["2029-02-28T09:00+08:00", "2030-02-28T09:00+08:00"]),
        ("R/P1D", "2028-02-28T09:00+08:00", ["2028-02-29T09:00+08:00", "2028-03-01T09:00+08:00"]),
        ("0 0 9 29 2 *", "2026-03-02T10:00+08:00", ["2028-02-29T09:00+08:00", "2032-02-29T09:00+08:00"]),
        ("0 0 0 L * *", "2028-02-01T00:00+08:00", ["2028-02-29T00:00+08:00", "2028-03-31T00:00+08:00"]),
        # Berlin's clocks go forward on 29 March 2026: the desk's do not, nor does an exact day.
        (
            "R/2026-03-28T09:00[Europe/Berlin]/P1D",
            "2026-03-02T10:00+08:00",
            ["2026-03-28T09:00+01:00", "2026-03-29T10:00+02:00"],
        ),
    ],
)
def test_leap_days_month_ends_and_clock_changes(text: str, armed: str, days: list[str]):
    due = first_due("cycle", Value(text, "Timer"), {}, datetime.fromisoformat(armed).astimezone(UTC))
    assert all_moments(due)[:2] == [datetime.fromisoformat(day) for day in days]


def test_an_endless_cycle_goes_on():
    assert len(all_moments(first_due("cycle", Value("R/PT1H", "Timer"), {}, NOW))) == 5


@pytest.mark.parametrize("text", ["tomorrow", "=null", "R3/P0D", "Rx/PT1H", "R0/PT1H", "=missing", "61 * * * *"])
def test_a_wrong_cycle_says_so(text: str):
    with pytest.raises(Failed, match="Timer"):
        first_due("cycle", Value(text, "Timer"), {}, NOW)


def test_a_paused_clock_leaves_the_moment_open():
    value = Value('=sla("resolution").breach at', "Timer")
    context = {"sla": lambda name: {"breach at": None}}
    assert first_due("date", value, context, NOW).at is None
