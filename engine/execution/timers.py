"""When a timer that is armed now is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.deployment.durations import Due, Span, cycle, next_due, parse_duration
from engine.execution.expressions import Value, as_moment
from engine.execution.failures import Failed
from engine.feel import to_python

__all__ = ["Due", "first_due", "next_due"]


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
