"""ISO 8601 durations."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import format_duration, parse_duration
from engine.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT4H", timedelta(hours=4)),
        ("P1DT30M", timedelta(days=1, minutes=30)),
        ("P2W", timedelta(weeks=2)),
        ("-PT1.5S", timedelta(seconds=-1.5)),
        ("PT0S", timedelta(0)),
    ],
)
def test_durations_are_read(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "4h", "P1Y", "P1M", "P1DT", "PT1H30", "P9999999999999D"])
def test_what_is_no_duration_of_fixed_length_is_refused(text):
    with pytest.raises(InvalidInput):
        parse_duration(text)


@given(st.timedeltas())
def test_what_is_written_is_read_back(length):
    assert parse_duration(format_duration(length)) == length
