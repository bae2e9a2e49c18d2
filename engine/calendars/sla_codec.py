"""SLA clocks as plain JSON, for the column that keeps them; the calendar is kept by its name."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.calendars.calendar import Calendar
from engine.calendars.durations import format_duration, parse_duration
from engine.calendars.sla import Change, SlaClock
from engine.errors import InvalidInput

_MOMENTS = ("started_at", "running_since", "finished_at")


def clock_to_json(clock: SlaClock) -> dict[str, Any]:
    """Durations as ISO 8601, moments as ISO 8601 in UTC."""
    moments = {key: getattr(clock, key) for key in _MOMENTS}
    return {
        "name": clock.name,
        "calendar": clock.calendar.name,
        "target": format_duration(clock.target),
        "warn_fraction": clock.warn_fraction,
        "warn_before": None if clock.warn_before is None else format_duration(clock.warn_before),
        "phase": clock.phase,
        "used": format_duration(clock.used),
        **{key: None if moment is None else moment.isoformat() for key, moment in moments.items()},
        "history": [_change_to_json(change) for change in clock.history],
    }


def clock_from_json(data: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> SlaClock:
    """The clock that `clock_to_json` wrote. Raises InvalidInput when its calendar is no longer there."""
    if data["calendar"] not in calendars:
        raise InvalidInput(
            f'The clock "{data["name"]}" counts in the calendar "{data["calendar"]}", which is not there.'
        )
    return SlaClock(
        name=data["name"],
        calendar=calendars[data["calendar"]],
        target=parse_duration(data["target"]),
        warn_fraction=data["warn_fraction"],
        warn_before=_optional_duration(data["warn_before"]),
        phase=data["phase"],
        used=parse_duration(data["used"]),
        history=tuple(_change_from_json(change) for change in data["history"]),
        **{key: _optional_moment(data[key]) for key in _MOMENTS},
    )


def _change_to_json(change: Change) -> dict[str, Any]:
    return {
        "at": change.at.isoformat(),
        "action": change.action,
        "target": format_duration(change.target),
        "state_before": change.state_before,
        "reason": change.reason,
    }


def _change_from_json(data: Mapping[str, Any]) -> Change:
    at, target = datetime.fromisoformat(data["at"]), parse_duration(data["target"])
    return Change(at, data["action"], target, data["state_before"], data["reason"])


def _optional_duration(text: str | None) -> timedelta | None:
    return None if text is None else parse_duration(text)


def _optional_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
