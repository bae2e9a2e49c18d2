"""Calendars as data: the file that is shipped, the way there and back, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from engine.calendars import calendar_from_json, calendar_to_json, load_calendars
from engine.errors import InvalidInput
from tests.engine.calendars.strategies import calendars

SHIPPED = Path(__file__).parents[3] / "processes" / "calendars.yaml"


def test_the_shipped_calendars_are_the_desk_always_and_the_office():
    shipped = load_calendars(SHIPPED.read_text("utf-8"))
    assert list(shipped) == ["desk", "always", "office"]
    assert {c.zone for c in shipped.values()} == {"Asia/Shanghai"}
    assert [str(s) for s in shipped["desk"].slots_of(date(2026, 10, 1))] == ["09:00-21:00"]
    assert [str(s) for s in shipped["always"].slots_of(date(2026, 10, 1))] == ["00:00-24:00"]
    assert shipped["office"].slots_of(date(2026, 10, 1)) == ()
    assert shipped["office"].slots_of(date(2027, 2, 5)) == ()


@settings(max_examples=50, deadline=None)
@given(data=calendars())
def test_a_calendar_survives_the_way_through_plain_data(data):
    built = calendar_from_json(data)
    assert calendar_from_json(calendar_to_json(built)) == built


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"zone": "Asia/Nowhere"}, "no time zone"),
        ({"zone": "../etc/passwd"}, "no time zone"),
        ({"week": {"monday": ["09:00-18:00"]}}, '"monday" is not a weekday'),
        ({"week": {"fri-mon": ["09:00-18:00"]}}, "not a weekday"),
        ({"week": {"mon": ["9-18"]}}, "not an opening slot"),
        ({"week": {"mon": ["09:00-24:30"]}}, "not on the clock"),
        ({"week": {"mon": ["09:75-18:00"]}}, "not on the clock"),
        ({"week": {"mon": ["09:00-09:00"]}}, "begins where it ends"),
        ({"week": {"mon": "09:00-18:00"}}, "a list such as"),
        ({"week": ["09:00-18:00"]}, "is an object"),
        ({"holidays": ["next Friday"]}, "not a date"),
        ({"holidays": ["2026-05-01"], "workdays": ["2026-05-01"]}, "both a holiday and a workday"),
        ({"workdays": "2026-05-01"}, "list of dates"),
        ({"public_holidays": "CN"}, "true or false"),
        ({"wek": {}}, 'no setting "wek"'),
        ({"name": ""}, "with a name"),
    ],
)
def test_wrong_data_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        calendar_from_json({"name": "test", "week": {"mon": ["09:00-18:00"]}, **change})


@pytest.mark.parametrize("text", ["calendars: [", "[]", "calendars: {a: 1}", "calendars: [1]"])
def test_a_file_that_is_no_list_of_calendars_is_refused(text):
    with pytest.raises(InvalidInput):
        load_calendars(text)


def test_a_name_may_be_there_only_once():
    with pytest.raises(InvalidInput, match="twice"):
        load_calendars("calendars: [{name: a, week: {}}, {name: a, week: {}}]")


def test_dates_that_yaml_reads_itself_are_understood():
    text = "calendars: [{name: a, week: {mon: ['09:00-10:00']}, workdays: {2027-02-20: ['09:00-12:00']}}]"
    assert [str(s) for s in load_calendars(text)["a"].slots_of(date(2027, 2, 20))] == ["09:00-12:00"]
