"""Deadlines and durations: the promised vectors, the edges of clocks and calendars, and the slow judge."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import Calendar, business_deadline, business_duration, calendar_from_json, is_open
from engine.errors import InvalidInput
from tests.engine.calendars.slow_calendar import MINUTE, open_minutes
from tests.engine.calendars.strategies import calendars, moments

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)


def calendar(week, zone="Asia/Shanghai", **more) -> Calendar:
    return calendar_from_json({"name": "test", "zone": zone, "week": week, **more})


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


DAILY = calendar({"all": ["09:00-18:00"]})
WEEKDAYS = calendar({"mon-fri": ["09:00-17:00"]})


@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-03-02T10:00", "2026-03-02T14:00"), ("2026-03-02T14:01", "2026-03-03T09:01")],
)
def test_four_hours_at_a_desk_that_is_open_nine_to_six_every_day(start, expected):
    assert business_deadline(local(start), 4 * HOUR, DAILY) == local(expected)


def test_an_hour_from_friday_half_past_four_ends_on_monday_half_past_nine():
    assert business_deadline(local("2026-03-06T16:30"), HOUR, WEEKDAYS) == local("2026-03-09T09:30")


def test_a_deadline_that_fills_the_day_is_due_at_closing_time():
    assert business_deadline(local("2026-03-02T14:00"), 4 * HOUR, DAILY) == local("2026-03-02T18:00")


def test_a_deadline_is_aware_utc():
    assert business_deadline(local("2026-03-02T14:00"), HOUR, DAILY).tzinfo is UTC


def test_a_lunch_break_does_not_count():
    lunch = calendar({"all": ["09:00-12:00", "13:00-18:00"]})
    assert business_deadline(local("2026-03-02T11:00"), 2 * HOUR, lunch) == local("2026-03-02T14:00")


def test_a_late_shift_runs_into_the_next_day_and_across_the_month():
    late = calendar({"sat": ["17:00-01:00"]})
    assert business_deadline(local("2026-01-31T23:30"), HOUR, late) == local("2026-02-01T00:30")
    assert business_deadline(local("2026-01-31T23:30"), 2 * HOUR, late) == local("2026-02-07T17:30")


def test_a_holiday_closes_the_shift_that_would_begin_and_leaves_the_tail_of_the_evening_before():
    late = calendar({"all": ["17:00-01:00"]}, holidays=["2026-05-01"])
    assert is_open(local("2026-05-01T00:30"), late)
    assert not is_open(local("2026-05-01T18:00"), late)
    assert not is_open(local("2026-05-02T00:30"), late)


def test_overlapping_slots_count_once():
    shifts = calendar({"all": ["08:30-17:00", "16:30-24:00"]})
    assert business_duration(local("2026-03-02T00:00"), local("2026-03-03T00:00"), shifts) == 15.5 * HOUR


def test_around_the_clock_counts_every_hour_of_a_day_with_a_clock_change():
    always = calendar({"all": ["00:00-24:00"]}, zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    for day, hours in (("2025-03-30", 23), ("2025-10-26", 25)):
        start = local(f"{day}T00:00", berlin)
        end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), berlin)
        assert business_duration(start, end, always) == hours * HOUR


def test_a_slot_that_begins_in_the_skipped_hour_opens_when_the_clock_jumps():
    night = calendar({"sun": ["02:30-05:00"]}, zone="Europe/Berlin")
    assert is_open(datetime(2025, 3, 30, 1, 0, tzinfo=UTC), night)
    assert not is_open(datetime(2025, 3, 30, 0, 59, tzinfo=UTC), night)


def test_a_day_that_a_zone_skipped_has_no_open_time():
    apia = calendar({"fri": ["09:00-17:00"]}, zone="Pacific/Apia")  # There was no Friday 30 December 2011.
    assert business_duration(datetime(2011, 12, 27, tzinfo=UTC), datetime(2012, 1, 3, tzinfo=UTC), apia) == 0 * HOUR


def test_a_duration_is_negative_when_reversed():
    assert business_duration(local("2026-03-02T12:00"), local("2026-03-02T08:00"), DAILY) == -3 * HOUR


def test_no_time_at_all_is_due_at_once_even_when_closed():
    assert business_deadline(local("2026-03-01T03:00"), timedelta(0), WEEKDAYS) == local("2026-03-01T03:00")


def test_years_ahead():
    deadline = business_deadline(local("2026-03-02T09:00"), 20 * 365 * 9 * HOUR, DAILY)
    assert deadline == local("2026-03-01T18:00") + timedelta(days=20 * 365)


@pytest.mark.parametrize(
    "closed",
    [calendar({}), calendar({}, workdays={"2026-03-02": ["09:00-10:00"]}), calendar({}, workdays=["2026-03-02"])],
    ids=["no slot", "one day only", "a workday without slots"],
)
def test_a_calendar_that_does_not_open_long_enough_is_refused_with_its_name(closed):
    with pytest.raises(InvalidInput, match='"test" does not open'):
        business_deadline(local("2026-03-01T09:00"), 4 * HOUR, closed)


def test_a_duration_past_the_horizon_is_refused():
    with pytest.raises(InvalidInput, match="50 years"):
        business_deadline(local("2026-03-01T09:00"), timedelta(days=40_000), DAILY)
    with pytest.raises(InvalidInput, match="50 years"):
        business_duration(local("2026-03-01T09:00"), local("2096-03-01T09:00"), DAILY)


def test_the_end_of_the_calendar_is_an_error_and_no_crash():
    with pytest.raises(InvalidInput):
        business_deadline(datetime(9999, 12, 30, tzinfo=UTC), timedelta(days=9), DAILY)


@pytest.mark.parametrize("amount", [-HOUR, timedelta(microseconds=-1)])
def test_a_negative_duration_is_refused(amount):
    with pytest.raises(InvalidInput, match="negative"):
        business_deadline(local("2026-03-01T09:00"), amount, DAILY)


def test_a_naive_moment_is_refused():
    with pytest.raises(InvalidInput, match="time zone"):
        business_deadline(datetime(2026, 3, 1, 9), HOUR, DAILY)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_durations_and_opening_agree_with_counting_minute_by_minute(data):
    start = data.draw(moments())
    plain = data.draw(calendars(start))
    minutes = data.draw(st.integers(0, 3 * 1440))
    built, judged = calendar_from_json(plain), open_minutes(start, minutes, plain)
    assert business_duration(start, start + minutes * MINUTE, built) == sum(judged) * MINUTE
    for step in range(0, minutes, 61):
        assert is_open(start + step * MINUTE, built) == judged[step]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_deadlines_agree_with_counting_minute_by_minute(data):
    start = data.draw(moments())
    plain = data.draw(calendars(start))
    judged = open_minutes(start, 4 * 1440, plain)
    wanted = data.draw(st.integers(1, max(1, sum(judged))))
    passed = 0
    for step, counts in enumerate(judged, 1):
        passed += counts
        if passed == wanted:
            assert business_deadline(start, wanted * MINUTE, calendar_from_json(plain)) == start + step * MINUTE
            return


@settings(max_examples=200, deadline=None)
@given(start=moments(), micros=st.integers(1, 10**12), data=st.data())
def test_a_deadline_is_exactly_its_duration_away(start, micros, data):
    built = calendar_from_json(data.draw(calendars(start)))
    amount = timedelta(microseconds=micros)
    try:
        due = business_deadline(start, amount, built)
    except InvalidInput:
        assert not any(built.week)
        return
    assert business_duration(start, due, built) == amount
    assert business_duration(start, due - timedelta(microseconds=1), built) < amount
