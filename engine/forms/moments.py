"""The extension properties `earliest` and `latest` of a datetime: from when to when its value may be (form-js has neither)."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms import dates
from engine.forms.expressions import Scope, evaluate
from engine.forms.form import Component
from engine.forms.messages import Message, message

EARLIEST, LATEST = "earliest", "latest"


def misplaced(component: Component, value: Any, scope: Scope, zone: ZoneInfo) -> Iterator[Message]:
    """The messages about a day or moment outside its bounds; a bound that is null, or no day or moment, is none."""
    given = dates.read(component, value) if isinstance(value, str) else None
    if not isinstance(given, date):
        return
    for name, sign in ((EARLIEST, 1), (LATEST, -1)):
        bound = _read(evaluate(component.properties.get(name), scope))
        if bound is not None and _apart(given, bound, zone) * sign < 0:
            yield message(name, limit=_shown(given, bound, zone))


def _read(text: Any) -> date | None:
    """FEEL's text of a day or a moment; what it says of the zone beside the offset is left out."""
    if not isinstance(text, str):
        return None
    bare = text.partition("@")[0]
    try:
        return datetime.fromisoformat(bare) if "T" in bare else date.fromisoformat(bare)
    except ValueError:
        return None


def _apart(given: date, bound: date, zone: ZoneInfo) -> float:
    """How far after the bound it is; days are compared where either is a day."""
    if isinstance(given, datetime) and isinstance(bound, datetime):
        return (_aware(given, zone) - _aware(bound, zone)).total_seconds()
    return (dates.local_date(given, zone) - dates.local_date(bound, zone)).days


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _shown(given: date, bound: date, zone: ZoneInfo) -> str:
    if not isinstance(given, datetime):
        return dates.local_date(bound, zone).isoformat()
    moment = bound if isinstance(bound, datetime) else datetime.combine(bound, time())
    return _aware(moment, zone).astimezone(zone).strftime("%Y-%m-%d %H:%M")
