"""Money, dates and phone numbers as people in China write them."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.forms import parse_form, validate
from engine.model.customer import normal_phone

FORMS = Path(__file__).parents[3] / "processes" / "forms"
(CONTACT,) = re.findall(r'"pattern": ("\^\(\[\+.*")', (FORMS / "intake_start.form").read_text(encoding="utf-8"))
CONTACT = json.loads(CONTACT)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def sent(component, text):
    field = {"id": "x", "key": "x", "label": "x", **component}
    form = parse_form(json.dumps({"id": "f", "type": "default", "components": [field]}))
    found = validate(form, {"x": text}, {}, now=NOW, zone="Asia/Shanghai")
    return [error.code for error in found.errors] or found.values["x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("￥1,234.50", 1234.5), ("¥ 300", 300), ("１２３４", 1234), ("300元", 300), ("1,234,567", 1234567), ("-5", -5), ("1,5", 1.5),
     ("人民币 88.8", 88.8), (" 7 ", 7)],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_written(text, value):
    assert sent({"type": "number"}, text) == value


@pytest.mark.parametrize("text", ["三百", "12..3", "1,23,4.5x", "￥", "--1", "1 2 a"])
def test_what_is_no_amount_is_refused(text):
    assert sent({"type": "number"}, text) == ["number"]


@pytest.mark.parametrize(
    "text", ["2026年3月5日", "2026-3-5", "2026/03/05", "２０２６年３月５日", "2026.3.5", "2026 年 3 月 5 日"]
)
def test_a_date_is_read_as_it_is_written(text):
    assert sent({"type": "datetime", "subtype": "date"}, text) == "2026-03-05"


@pytest.mark.parametrize(
    ("text", "value"), [("18点30分", "18:30"), ("9点", "09:00"), ("１８：３０", "18:30"), ("18:30", "18:30")]
)
def test_a_time_is_read_as_it_is_written(text, value):
    assert sent({"type": "datetime", "subtype": "time"}, text) == value


def test_a_moment_is_read_as_it_is_written_and_one_of_form_js_stays():
    moment = {"type": "datetime", "subtype": "datetime"}
    assert sent(moment, "2026年3月5日 18点30分") == "2026-03-05T18:30"
    assert sent(moment, "2026-03-05T18:30+08:00") == "2026-03-05T18:30+08:00"


@pytest.mark.parametrize("text", ["2026年13月5日", "3月5日", "明天", "2026年2月30日"])
def test_what_is_no_date_is_refused(text):
    assert sent({"type": "datetime", "subtype": "date"}, text) == ["date"]


@pytest.mark.parametrize("text", ["d000048", " D000048 ", "Ｄ０００ 048".replace(" ", ""), "D000048\t"])
def test_a_code_is_one_code_however_it_is_typed(text):
    assert sent({"type": "textfield", "properties": {"writing": "code"}}, text) == "D000048"
    assert sent({"type": "textfield"}, "d000048") == "d000048"


@pytest.mark.parametrize("text", ["138 0013 8000", "１３８００１３８０００", "+86 138-0013-8000", "(0086)13800138000"])
def test_a_phone_is_one_phone_however_it_is_written(text):
    assert normal_phone(text) == "13800138000"


@pytest.mark.parametrize(
    "text",
    [
        "010-8888 7777 转 123",
        "（010）88887777转123",
        "01088887777分机123",
        "010-88887777 ext. 123",
        "０１０-88887777#123",
    ],
)
def test_a_landline_keeps_its_extension(text):
    assert normal_phone(text) == "01088887777转123"
    assert re.fullmatch(CONTACT, text)


@pytest.mark.parametrize(
    "text", ["138.0013.8000", "(0086)13800138000", "１３８００１３８０００", "wang@example.com", "400-800-8888"]
)
def test_a_contact_is_taken_as_people_write_it(text):
    assert re.fullmatch(CONTACT, text)


@pytest.mark.parametrize("text", ["abc123", "12345", "转123", "wang@example", "138 0013 8000 或 139 0013 9000"])
def test_what_is_no_contact_is_refused(text):
    assert not re.fullmatch(CONTACT, text)
