"""Limits in whole days, against a count of midnights minute by minute that shares no code with them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import SlaClock, business_deadline, calendar_from_json, statutory_day, statutory_deadline
from engine.errors import InvalidInput
from tests.engine.calendars.slow_calendar import MINUTE, last_minute_of_day, open_minutes
from tests.engine.calendars.strategies import ZONES, calendars, moments

SHANGHAI = "Asia/Shanghai"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI))


@pytest.mark.parametrize("signed", ["2026-02-04T00:00", "2026-02-04T16:30", "2026-02-04T23:59"])
def test_day_one_is_the_day_after_and_the_last_day_ends_at_midnight(signed: str) -> None:
    assert statutory_deadline(local(signed), 7, SHANGHAI) == local("2026-02-12T00:00")
    assert statutory_day(local(signed), local("2026-02-11T23:59"), SHANGHAI) == 7
    assert statutory_day(local(signed), local("2026-02-12T00:00"), SHANGHAI) == 8


def test_the_day_is_the_one_of_the_zone_and_not_of_utc() -> None:
    early = datetime(2026, 2, 3, 17, 0, tzinfo=UTC)  # 01:00 of the fourth in Shanghai
    assert statutory_deadline(early, 7, SHANGHAI) == local("2026-02-12T00:00")
    assert statutory_deadline(early, 7, "UTC") == datetime(2026, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize("days", [-1, 0.5, True, 10**9])
def test_a_number_of_days_that_is_none_is_refused(days: float) -> None:
    with pytest.raises(InvalidInput):
        statutory_deadline(local("2026-02-04T16:30"), days, SHANGHAI)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        statutory_deadline(datetime(2026, 2, 4), 7, SHANGHAI)


@settings(max_examples=150, deadline=None)
@given(start=moments(), days=st.integers(0, 16), zone=st.sampled_from(ZONES))
def test_a_deadline_is_the_first_minute_after_the_last_of_its_day(start: datetime, days: int, zone: str) -> None:
    assert statutory_deadline(start, days, zone) == last_minute_of_day(start, days, zone) + MINUTE


@settings(max_examples=200, deadline=None)
@given(start=moments(), minutes=st.integers(0, 20 * 1440), days=st.integers(0, 16), zone=st.sampled_from(ZONES))
def test_within_the_limit_is_before_the_deadline_and_the_other_way_round(
    start: datetime, minutes: int, days: int, zone: str
) -> None:
    moment = start + minutes * MINUTE
    assert (statutory_day(start, moment, zone) <= days) == (moment < statutory_deadline(start, days, zone))


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_clock_over_a_random_calendar_warns_and_breaches_when_the_minutes_have_been_counted(data) -> None:
    """With a pause of some length in the middle: the judge counts the open minutes of both stretches."""
    start = data.draw(moments())
    plain = data.draw(calendars(start))
    judged = open_minutes(start, 4 * 1440, plain)
    before, pause = data.draw(st.integers(0, 600)), data.draw(st.integers(0, 900))
    target = data.draw(st.integers(1, 500))
    counting = [open_now and not before <= step < before + pause for step, open_now in enumerate(judged)]
    if sum(counting) < target:
        return  # it lies beyond what the judge has counted
    clock = SlaClock("random", calendar_from_json(plain), target * MINUTE, warn_fraction=0.5).start(start)
    clock = clock.pause(start + before * MINUTE).resume(start + (before + pause) * MINUTE)
    breach = _after(start, counting, target)
    if sum(counting[: before + pause]) < target:
        assert clock.breach_at == breach
    else:
        assert clock.state(start + (before + pause) * MINUTE) == "breached"
    if target % 2 == 0 and sum(counting[: before + pause]) < target // 2:
        assert clock.warn_at == _after(start, counting, target // 2)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_seven_days_around_the_clock_are_a_week_later_in_any_zone(data) -> None:
    start = data.draw(moments())
    always = calendar_from_json(
        {"name": "always", "zone": data.draw(st.sampled_from(ZONES)), "week": {"all": ["00:00-24:00"]}}
    )
    due = business_deadline(start, timedelta(days=7), always)
    assert abs(due - (start + timedelta(days=7))) <= timedelta(hours=1)  # an hour that the clock skips is no open hour


def _after(start: datetime, counting: list[bool], wanted: int) -> datetime:
    passed = 0
    for step, counts in enumerate(counting, 1):
        passed += counts
        if passed == wanted:
            return start + step * MINUTE
    raise AssertionError("not within what was counted")
