"""The calendar functions of FEEL."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.calendars import calendar_from_json, functions

DAILY = calendar_from_json({"name": "daily", "week": {"all": ["09:00-18:00"]}})
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
FEEL = functions({"daily": DAILY}, lambda: NOW)


def test_a_deadline_counts_from_now_or_from_a_moment():
    deadline = FEEL["business deadline"]
    assert deadline(timedelta(hours=4), "daily") == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert deadline("2026-03-02T14:01:00+08:00", "PT4H", "daily") == datetime(2026, 3, 3, 1, 1, tzinfo=UTC)


def test_a_day_is_twenty_four_open_hours():
    assert FEEL["business deadline"]("P1D", "daily") == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)


def test_duration_and_opening():
    assert FEEL["business duration"](NOW, "2026-03-03T02:00:00Z", "daily") == timedelta(hours=9)
    assert FEEL["business hours open"](NOW, "daily") is True
    assert FEEL["business hours open"]("2026-03-02T18:00:00+08:00", "daily") is False


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("business deadline", ("PT4H", "nights"), 'no calendar "nights"; there is daily'),
        ("business deadline", ("PT4H", None), "no calendar"),
        ("business deadline", ("P1Y", "daily"), "not a duration"),
        ("business deadline", (4, "daily"), "not a duration"),
        ("business deadline", ("-PT1H", "daily"), "negative"),
        ("business deadline", ("PT1H",), "takes"),
        ("business duration", ("yesterday", NOW, "daily"), "not a date and time"),
        ("business duration", (None, NOW, "daily"), "not a date and time"),
        ("business hours open", ("2026-03-02T18:00:00", "daily"), "time zone"),
    ],
)
def test_wrong_input_is_a_value_error_with_a_sentence(name, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        FEEL[name](*arguments)
