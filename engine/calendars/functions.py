"""The calendar functions that FEEL expressions may call.

| call | answers |
|---|---|
| `business deadline(duration, calendar)` | when that much open time has passed from now |
| `business deadline(from, duration, calendar)` | … from that moment |
| `business duration(from, to, calendar)` | the open time between two moments; negative when reversed |
| `business hours open(moment, calendar)` | whether the calendar is open then |
| `statutory deadline(from, days, calendar)` | the end of that many whole days in the calendar's zone; the day of `from` does not count |

Durations are FEEL days-time durations or ISO 8601 text; every hour of one is an open hour, so `P1D` is 24 open hours
and `PT8H` a day at a desk that is open for eight. Moments are date and time values or ISO 8601 text with an
offset or `Z`. Wrong input raises ValueError with a sentence, which FEEL turns into null and a warning.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.calendars.arithmetic import business_deadline, business_duration, is_open
from engine.calendars.calendar import Calendar
from engine.calendars.durations import parse_duration
from engine.calendars.statutory import statutory_deadline
from engine.errors import InvalidInput
from engine.feel import to_python


def functions(calendars: Mapping[str, Calendar], now: Callable[[], datetime]) -> dict[str, Callable[..., Any]]:
    """FEEL's extra functions by their names. `now` is asked at each call."""

    def deadline(*arguments: Any) -> datetime:
        start = now() if len(arguments) == 2 else _moment(arguments[0])
        return business_deadline(start, _duration(arguments[-2]), _calendar(arguments[-1]))

    def duration(start: Any, end: Any, calendar: Any) -> timedelta:
        return business_duration(_moment(start), _moment(end), _calendar(calendar))

    def hours_open(moment: Any, calendar: Any) -> bool:
        return is_open(_moment(moment), _calendar(calendar))

    def statutory(start: Any, days: Any, calendar: Any) -> datetime:
        if not isinstance(days, int | float | Decimal):
            raise InvalidInput(f'"{days}" is not a number of whole days.')
        return statutory_deadline(_moment(start), days, _calendar(calendar).zone)

    def _calendar(name: Any) -> Calendar:
        if not isinstance(name, str) or name not in calendars:
            raise InvalidInput(f'There is no calendar "{name}"; there is {", ".join(sorted(calendars))}.')
        return calendars[name]

    from_days = ("from", "days", "calendar")
    from_to = ("from", "to", "calendar")
    return {
        "business deadline": _feel_function(
            "business deadline", deadline, [("duration", "calendar"), ("from", "duration", "calendar")]
        ),
        "business duration": _feel_function("business duration", duration, [from_to]),
        "business hours open": _feel_function("business hours open", hours_open, [("moment", "calendar")]),
        "statutory deadline": _feel_function("statutory deadline", statutory, [from_days]),
    }


def _feel_function(name: str, function: Callable[..., Any], forms: Sequence[tuple[str, ...]]) -> Callable[..., Any]:
    """The function as FEEL calls it: with its own values, by place or by name, in one of the forms. What is wrong is a
    ValueError, because FEEL knows none of our errors."""

    def call(*arguments: Any, **named: Any) -> Any:
        form = next((each for each in forms if len(each) == len(arguments) + len(named)), ())
        if not form or named.keys() - set(form):
            raise ValueError(f"{name} takes {' or '.join('(' + ', '.join(each) + ')' for each in forms)}.")
        values = [named[each] for each in form] if named else arguments
        try:
            return function(*map(to_python, values))
        except InvalidInput as error:
            raise ValueError(str(error)) from error

    call.__name__ = name
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
