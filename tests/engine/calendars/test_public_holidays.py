"""China's holidays and make-up workdays, where the data ends, and how a calendar's own dates override it."""

from datetime import date

import chinese_calendar
import pytest

from engine.calendars import calendar_from_json, public_holidays
from engine.calendars.public_holidays import KNOWN_UNTIL, DayKind, china

BEYOND = KNOWN_UNTIL.year + 2


def office(**more):
    return calendar_from_json({"name": "office", "week": {"mon-fri": ["09:00-18:00"]}, "public_holidays": True, **more})


def texts(calendar, day):
    return [str(slot) for slot in calendar.slots_of(day)]


def test_national_day_is_closed_and_its_make_up_saturday_open():
    assert texts(office(), date(2026, 10, 1)) == []
    assert texts(office(), date(2026, 10, 10)) == ["09:00-18:00"]
    assert texts(office(), date(2026, 10, 17)) == []


def test_a_make_up_workday_may_have_its_own_hours():
    assert texts(office(makeup=["10:00-16:00"]), date(2026, 10, 10)) == ["10:00-16:00"]


def test_a_calendar_without_public_holidays_is_open_on_national_day():
    desk = calendar_from_json({"name": "desk", "week": {"all": ["09:00-21:00"]}})
    assert texts(desk, date(2026, 10, 1)) == ["09:00-21:00"]
    assert desk.known_until is None


def test_beyond_the_data_only_fixed_days_and_weekends_close():
    assert china(date(BEYOND, 10, 1)) is DayKind.HOLIDAY
    assert china(date(BEYOND, 5, 2)) is DayKind.HOLIDAY
    assert china(date(BEYOND, 10, 7)) is DayKind.ORDINARY
    assert office().known_until == KNOWN_UNTIL == date(max(chinese_calendar.holidays).year, 12, 31)


@pytest.mark.parametrize(
    ("year", "day"), [(2008, 4), (2019, 5), (2023, 5), (2024, 4), (2025, 4), (2026, 5), (2027, 5), (2028, 4), (2044, 4)]
)
def test_tomb_sweeping_day_is_the_one_of_the_almanac(year, day):
    assert [d for d in range(1, 31) if public_holidays._is_tomb_sweeping(date(year, 4, d))] == [day]


def test_own_dates_win_over_the_public_ones():
    own = office(holidays=["2026-10-10"], workdays={"2026-10-01": ["09:00-12:00"], "2026-10-02": []})
    assert texts(own, date(2026, 10, 10)) == []
    assert texts(own, date(2026, 10, 1)) == ["09:00-12:00"]
    assert texts(own, date(2026, 10, 2)) == ["09:00-18:00"]


def test_a_year_can_be_announced_in_the_data_without_a_release():
    year = KNOWN_UNTIL.year + 1
    announced = office(holidays=[f"{year}-10-04"], complete_until=f"{year}-12-31")
    assert announced.known_until == date(year, 12, 31)
    assert texts(announced, date(year, 10, 4)) == []
    assert china(date(year, 10, 1)) is DayKind.HOLIDAY
    assert texts(announced, date(year, 10, 1)) == ["09:00-18:00"]  # The data said that it is complete.
