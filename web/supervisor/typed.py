"""What people type: variables (a JSON object, or a line `name = value` for each, the values in JSON), numbers and days."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput
from web.ui.context import current_actor

NO_JSON = "不是有效的 JSON；文字要加双引号 / Not JSON; text needs double quotes."
LONGEST_NAME = 255
LONGEST_NUMBER = 20
OLDEST_YEAR = 1900


def one_value(text: str, field: str = "value") -> Any:
    """One value in JSON. Raises InvalidInput with the field's sentence."""
    try:
        return _json(text)
    except ValueError as error:
        raise InvalidInput("The value is no JSON.", {field: [NO_JSON]}) from error


def many_values(text: str, field: str = "variables") -> dict[str, Any]:
    """All that is typed in one box; nothing for an empty one. Raises InvalidInput with a sentence that names the line."""
    if text.strip().startswith("{"):
        found = one_value(text, field)
        assert isinstance(found, dict)
        return found
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return dict(_pair(number, line, field) for number, line in lines)


def _pair(number: int, line: str, field: str) -> tuple[str, Any]:
    name, *values = re.split("[=＝]", line, maxsplit=1)
    if not values or not 0 < len(name.strip()) <= LONGEST_NAME:
        zh, en = f"第 {number} 行要写成“名称=值”", f"Line {number} must be “name = value”."
        raise InvalidInput("A line is no name and value.", {field: [f"{zh} / {en}"]})
    try:
        return name.strip(), _json(values[0])
    except ValueError as error:
        zh = f"第 {number} 行的值不是有效的 JSON；文字要加双引号"
        en = f"The value in line {number} is not JSON; text needs double quotes."
        raise InvalidInput("A value is no JSON.", {field: [f"{zh} / {en}"]}) from error


def _json(text: str) -> Any:
    """Raises ValueError, also for numbers that JSON does not have and for lists in lists without end."""

    def refuse(word: str) -> Any:
        raise ValueError(word)

    try:
        found = json.loads(text, parse_constant=refuse)
        json.dumps(found, allow_nan=False)  # 1e999 is read as a number that nothing can write
    except RecursionError as error:
        raise ValueError(text[:20]) from error
    return found


def number_of(typed: Mapping[str, str], name: str) -> int | None:
    """A whole number that can be a key; None where nothing is typed. Raises InvalidInput with the field's sentence."""
    text = typed.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER or int(text) >= 2**63:
        raise InvalidInput(f"{name} is no number.", {name: ["请填写数字 / A whole number."]})
    return int(text)


def day_of(typed: Mapping[str, str], name: str, later: int = 0) -> datetime | None:
    """The beginning of a day, or of one that many days later, in the reader's zone. Raises InvalidInput as above."""
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
    except (ValueError, OverflowError):
        day = date.min
    if day.year < OLDEST_YEAR:
        raise InvalidInput(f"{name} is no date.", {name: ["日期无效 / Not a date."]})
    return datetime.combine(day, time(), ZoneInfo(current_actor().time_zone))
