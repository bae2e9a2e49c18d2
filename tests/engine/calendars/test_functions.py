"""The calendar functions of FEEL."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.calendars import calendar_from_json, functions
from engine.feel import compile_expression, to_python

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('business deadline(duration("PT4H"), "daily")', datetime(2026, 3, 2, 6, 0, tzinfo=UTC)),
        ('business deadline(now(), @"P1D", "daily")', datetime(2026, 3, 4, 8, 0, tzinfo=UTC)),
        ('business deadline(calendar: "daily", duration: "PT1H")', datetime(2026, 3, 2, 3, 0, tzinfo=UTC)),
        (
            'business deadline(from: date and time("2026-03-02T14:01:00@Asia/Shanghai"), duration: "PT4H", calendar: "daily")',
            datetime(2026, 3, 3, 1, 1, tzinfo=UTC),
        ),
        ('business duration(now(), now() + @"P1D", "daily") / @"PT1H"', 9),
        ('business hours open(now(), "daily")', True),
        ('business deadline(duration("P1Y"), "daily")', None),
        ('business deadline(duration("PT1H"), "nights")', None),
        ('business deadline(wrong: "PT1H", calendar: "daily")', None),
        ('business hours open(date and time("2026-03-02T14:01:00"), "daily")', None),
    ],
)
def test_feel_calls_them_with_its_own_values(text, expected):
    warnings: list[str] = []
    value = compile_expression(text, names=FEEL).evaluate(FEEL, now=NOW, warnings=warnings)
    assert to_python(value) == expected
    assert bool(warnings) == (expected is None)
    assert all(sentence.startswith("business") for sentence in warnings)
