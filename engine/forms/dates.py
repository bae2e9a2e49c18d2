"""Dates, times and moments as form-js writes them: `2026-01-31`, `14:30` and `2026-01-31T14:30`, the last two with an
offset, a `Z`, or nothing, as `timeSerializingFormat` says."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.form import Component

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?")


_CHINESE_DAY = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*[日号]?")
_CHINESE_TIME = re.compile(r"(\d{1,2})\s*(?:[点时]\s*(?:(\d{1,2})\s*分?)?|:\s*(\d{2}))")


def plain_text(text: str) -> str:
    """As form-js writes it, from what people write: 2026年3月5日, 2026/3/5, 18点30分, full-width digits; else as it is."""
    bare = unicodedata.normalize("NFKC", text).strip()
    day = _CHINESE_DAY.match(bare)
    if day is None:
        time_only = _CHINESE_TIME.fullmatch(bare)
        return _clock(time_only) if time_only else bare
    date_text = f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}"
    rest = bare[day.end() :].strip()
    if not rest:
        return date_text
    clock = _CHINESE_TIME.fullmatch(rest)
    return f"{date_text}T{_clock(clock)}" if clock else bare


def _clock(found: re.Match[str]) -> str:
    return f"{int(found[1]):02d}:{int(found[2] or found[3] or 0):02d}"


def subtype(component: Component) -> str:
    """`date`, `time` or `datetime`."""
    found = component.get("subtype", "date")
    return found if found in ("date", "time", "datetime") else "date"


def read(component: Component, text: str) -> date | time | datetime | None:
    """What the text says for this component, or None when it is not in that form."""
    try:
        found: date | time | datetime = _READERS[subtype(component)](text)
        return found
    except ValueError:
        return None


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone


def _time(text: str) -> time:
    if _TIME.fullmatch(text) is None:
        raise ValueError(text)
    return time.fromisoformat(text)


def _moment(text: str) -> datetime:
    day, _, clock = text.partition("T")
    return datetime.combine(_date(day), _time(clock))


_READERS: dict[str, Any] = {"date": _date, "time": _time, "datetime": _moment}


def local_date(moment: date | datetime, zone: ZoneInfo) -> date:
    """The day on the wall calendar of the zone; a moment without its own zone is local."""
    if not isinstance(moment, datetime):
        return moment
    return moment.astimezone(zone).date() if moment.tzinfo else moment.date()


def to_input(component: Component, text: Any, zone: ZoneInfo) -> str:
    """The value of an HTML date, time or datetime-local input, in the zone; "" when there is none."""
    value = read(component, text) if isinstance(text, str) else None
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        return local.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, time):
        return _time_in(value, zone)
    return value.isoformat() if value else ""


def from_input(component: Component, text: str, zone: ZoneInfo, today: date) -> str:
    """What form-js would have written for the value of such an input; text that is none is left as it is."""
    text = plain_text(text)
    value = read(component, text)
    style = component.get("timeSerializingFormat", "no_timezone")
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.strftime("%Y-%m-%dT%H:%M") if style == "no_timezone" else _zoned(value, style, zone, "datetime")
    if isinstance(value, time) and value.tzinfo is None:
        plain = value.strftime("%H:%M")
        return plain if style == "no_timezone" else _zoned(datetime.combine(today, value), style, zone, "time")
    return text.strip()


def _zoned(value: datetime, style: str, zone: ZoneInfo, what: str) -> str:
    target: tzinfo = UTC if style == "utc_normalized" else zone
    moment = value.replace(tzinfo=zone).astimezone(target)
    text = moment.strftime("%Y-%m-%dT%H:%M" if what == "datetime" else "%H:%M")
    if style == "utc_normalized":
        return f"{text}Z"
    offset = moment.strftime("%z")
    return f"{text}{offset[:3]}:{offset[3:5]}"


def _time_in(value: time, zone: ZoneInfo) -> str:
    if value.tzinfo is None:
        return value.strftime("%H:%M")
    moment = datetime.combine(datetime.now(UTC).date(), value)
    return moment.astimezone(zone).strftime("%H:%M")
