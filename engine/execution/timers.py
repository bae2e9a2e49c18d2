"""When a timer that is armed now is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.deployment.durations import FOREVER, Due, Span, cycle, next_due, parse_duration
from engine.execution.expressions import Value, as_moment
from engine.execution.failures import Failed
from engine.feel import to_python

__all__ = ["Due", "first_due", "last_missed", "next_due"]


def last_missed(due: Due, now: datetime) -> Due | None:
    """The last moment up to `now` that a cycle was due, with as many left as before; None when it was due once or not yet.

    For a cron expression it is `now` itself: what matters is that the next one is still to come.
    """
    following = next_due(Due(due.at, FOREVER, due.every))
    if due.at is None or due.every is None or following is None or following.at is None or following.at > now:
        return None
    if not due.every.startswith("P"):
        return Due(now, due.left, due.every)
    span, at = parse_duration(due.every), due.at
    if not span.months:
        return Due(at + (now - at) // span.exact * span.exact, due.left, due.every)
    while (later := span.after(at)) <= now:
        at = later
    return Due(at, due.left, due.every)


def first_due(kind: str, value: Value, context: Mapping[str, Any], now: datetime) -> Due:
    """When a timer that is armed now is due. A null moment is only allowed where a clock function was asked."""
    raw = value.raw(context, now)
    if raw is None:
        if value.functions & {"sla"}:
            return Due(None)
        value.required(context, now)
    try:
        if kind == "date":
            return Due(as_moment(raw, value))
        if kind == "duration":
            return Due(_span(raw).after(now))
        return cycle(str(raw), now)
    except ValueError as error:
        raise Failed("EXTRACT_VALUE_ERROR", f"{value.what}: {error}.") from error


def _span(raw: Any) -> Span:
    raw = to_python(raw)
    if isinstance(raw, timedelta):
        return Span(0, raw)
    months = getattr(raw, "months", None)
    if isinstance(months, int) and not isinstance(raw, str):
        return Span(months, timedelta(0))
    if isinstance(raw, str):
        return parse_duration(raw)
    raise ValueError(f"{raw!r} is no duration")
