"""Calendars as plain data: read from and written to JSON objects, or a YAML file with several of them.

    name: desk                      # what diagrams say
    labels: {zh: 客服台, en: Service desk}
    zone: Asia/Shanghai             # the default
    week:                           # a day, a range (mon-fri) or all; later keys win; a missing day is closed
      mon-fri: ["09:00-12:00", "13:00-18:00"]
    public_holidays: true           # holidays and make-up workdays of China; false unless said
    holidays: [2027-02-05]          # closed besides
    workdays: [2027-02-20]          # open besides, or {2027-02-20: ["09:00-12:00"]} with its own slots
    makeup: ["09:00-18:00"]         # slots of a make-up workday; the first open weekday's unless said
    complete_until: 2027-12-31      # holidays and workdays above are all there is, up to this date

The dates are how a year's announced holidays arrive without a release.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from engine.calendars.calendar import Calendar
from engine.calendars.slots import Slot, parse_slot
from engine.errors import InvalidInput

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = {"name", "labels", "zone", "week", "public_holidays", "holidays", "workdays", "makeup", "complete_until"}


def load_calendars(text: str) -> dict[str, Calendar]:
    """The calendars of a YAML (or JSON) file `calendars: [...]`, by name. Raises InvalidInput."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput(f"The calendars are not YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("calendars"), list):
        raise InvalidInput('A calendar file is a list under "calendars".')
    found: dict[str, Calendar] = {}
    for entry in content["calendars"]:
        calendar = calendar_from_json(entry)
        if calendar.name in found:
            raise InvalidInput(f'Calendar "{calendar.name}" is there twice.')
        found[calendar.name] = calendar
    return found


def calendar_from_json(data: Mapping[str, Any]) -> Calendar:
    """Build a calendar from its plain data. Raises InvalidInput that says what is wrong with which entry."""
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str) or not data["name"]:
        raise InvalidInput("A calendar is an object with a name.")
    if unknown := data.keys() - _KEYS:
        raise InvalidInput(f'Calendar "{data["name"]}" has no setting "{min(unknown, key=str)}".')
    complete = data.get("complete_until")
    return Calendar(
        name=data["name"],
        labels=dict(_mapping(data, "labels")),
        zone=str(data.get("zone", "Asia/Shanghai")),
        week=_week(_mapping(data, "week")),
        public_holidays=_flag(data.get("public_holidays", False)),
        holidays=frozenset(_date(day) for day in _list(data, "holidays")),
        workdays=_workdays(data.get("workdays") or {}),
        makeup=_slots(_list(data, "makeup")),
        complete_until=None if complete is None else _date(complete),
    )


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    """Plain data that `calendar_from_json` turns into an equal calendar."""
    return {
        "name": calendar.name,
        "labels": dict(calendar.labels),
        "zone": calendar.zone,
        "week": {day: _texts(slots) for day, slots in zip(_DAYS, calendar.week, strict=True) if slots},
        "public_holidays": calendar.public_holidays,
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "workdays": {day.isoformat(): _texts(slots) for day, slots in sorted(calendar.workdays.items())},
        "makeup": _texts(calendar.makeup),
        "complete_until": calendar.complete_until.isoformat() if calendar.complete_until else None,
    }


def _texts(slots: tuple[Slot, ...]) -> list[str]:
    return [str(slot) for slot in slots]


def _week(data: Mapping[str, Any]) -> tuple[tuple[Slot, ...], ...]:
    week: list[tuple[Slot, ...]] = [()] * 7
    for name, slots in data.items():
        for index in _day_range(str(name)):
            week[index] = _slots(slots)
    return tuple(week)


def _day_range(name: str) -> range:
    first, _, last = ("mon-sun" if name == "all" else name).partition("-")
    if first not in _DAYS or (last or first) not in _DAYS or _DAYS.index(last or first) < _DAYS.index(first):
        raise InvalidInput(f'"{name}" is not a weekday; write mon, mon-fri or all.')
    return range(_DAYS.index(first), _DAYS.index(last or first) + 1)


def _workdays(data: Any) -> dict[date, tuple[Slot, ...]]:
    if isinstance(data, list):
        return {_date(day): () for day in data}
    if not isinstance(data, Mapping):
        raise InvalidInput('"workdays" is a list of dates, or dates with their slots.')
    return {_date(day): _slots(slots or []) for day, slots in data.items()}


def _slots(texts: Any) -> tuple[Slot, ...]:
    if not isinstance(texts, list):
        raise InvalidInput(f'Slots are a list such as ["09:00-18:00"], not "{texts}".')
    return tuple(sorted(parse_slot(str(text)) for text in texts))


def _date(value: Any) -> date:
    """YAML reads 2027-02-05 as a date, JSON as a string."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidInput(f'"{value}" is not a date; write it as 2027-02-05.') from error


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(f'"public_holidays" is true or false, not "{value}".')
    return value


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key) or {}
    if not isinstance(value, Mapping):
        raise InvalidInput(f'"{key}" of calendar "{data["name"]}" is an object.')
    return value


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key) or []
    if not isinstance(value, list):
        raise InvalidInput(f'"{key}" of calendar "{data["name"]}" is a list.')
    return value
