"""The calendar functions that FEEL expressions may call.

| call | answers |
|---|---|
| `business deadline(duration, calendar)` | when that much open time has passed from now |
| `business deadline(from, duration, calendar)` | … from that moment |
| `business duration(from, to, calendar)` | the open time between two moments; negative when reversed |
| `business hours open(moment, calendar)` | whether the calendar is open then |

Durations are FEEL days-time durations or ISO 8601 text; every hour of one is an open hour, so `P1D` is 24 open hours
and `PT8H` a day at a desk that is open for eight. Moments are date and time values or ISO 8601 text with an
offset or `Z`. Wrong input raises ValueError with a sentence, which FEEL turns into null and a warning.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.calendars.arithmetic import business_deadline, business_duration, is_open
from engine.calendars.calendar import Calendar
from engine.calendars.durations import parse_duration
from engine.errors import InvalidInput


def functions(calendars: Mapping[str, Calendar], now: Callable[[], datetime]) -> dict[str, Callable[..., Any]]:
    """FEEL's extra functions by their names. `now` is asked at each call."""

    def deadline(*arguments: Any) -> datetime:
        if len(arguments) not in (2, 3):
            raise InvalidInput("business deadline takes (duration, calendar) or (from, duration, calendar).")
        start = now() if len(arguments) == 2 else _moment(arguments[0])
        return business_deadline(start, _duration(arguments[-2]), _calendar(arguments[-1]))

    def duration(start: Any, end: Any, calendar: Any) -> timedelta:
        return business_duration(_moment(start), _moment(end), _calendar(calendar))

    def hours_open(moment: Any, calendar: Any) -> bool:
        return is_open(_moment(moment), _calendar(calendar))

    def _calendar(name: Any) -> Calendar:
        if not isinstance(name, str) or name not in calendars:
            raise InvalidInput(f'There is no calendar "{name}"; there is {", ".join(sorted(calendars))}.')
        return calendars[name]

    return {
        "business deadline": _with_value_errors(deadline),
        "business duration": _with_value_errors(duration),
        "business hours open": _with_value_errors(hours_open),
    }


def _with_value_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """FEEL knows ValueError and not our errors, because it imports nothing of ours."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except InvalidInput as error:
            raise ValueError(str(error)) from error

    return call


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise InvalidInput(f'"{value}" is not a duration of days, hours, minutes or seconds.')


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f'"{value}" is not a date and time.') from error
    if not isinstance(value, datetime):
        raise InvalidInput(f'"{value}" is not a date and time.')
    return value
