"""`earliest` and `latest` of a datetime: bounds that form-js does not have."""

import json
from datetime import UTC, datetime

import pytest

from engine.forms import parse_form, validate

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
SHANGHAI = "Asia/Shanghai"


def said(subtype: str, value: str, zone: str = SHANGHAI, other: str | None = None, **properties: str) -> list[str]:
    field = {"type": "datetime", "id": "f_at", "key": "at", "subtype": subtype, "properties": properties}
    begin = {"type": "datetime", "id": "f_begin", "key": "begin", "subtype": subtype}
    form = parse_form(json.dumps({"type": "default", "id": "f", "schemaVersion": 17, "components": [begin, field]}))
    return [error.message_en for error in validate(form, {"at": value, "begin": other}, {}, now=NOW, zone=zone).errors]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("2026-03-02T23:30+08:00", []),
        ("2026-03-02T15:31+00:00", []),
        ("2026-03-02T23:29+08:00", ["Must not be before 2026-03-02 23:30."]),
        ("2026-03-02T23:29", ["Must not be before 2026-03-02 23:30."]),
    ],
)
def test_a_promise_lies_ahead_to_the_minute(value: str, sentence: list[str]) -> None:
    assert said("datetime", value, earliest="=now()") == sentence


def test_what_happened_did_not_happen_tomorrow_where_the_person_is() -> None:
    assert said("date", "2026-03-02", latest="=now()") == []
    assert said("date", "2026-03-03", latest="=now()") == ["Must not be after 2026-03-02."]
    assert said("date", "2026-03-03", "Pacific/Auckland", latest="=now()") == []


def test_a_bound_may_be_another_field_and_none_when_that_is_empty() -> None:
    begin = "2026-03-05T09:00+08:00"
    assert said("datetime", "2026-03-05T08:59+08:00", other=begin, earliest="=begin") == [
        "Must not be before 2026-03-05 09:00."
    ]
    assert said("datetime", "2026-03-05T09:00+08:00", other=begin, earliest="=begin") == []
    assert said("datetime", "2020-03-05T09:00+08:00", earliest="=begin") == []
