"""The clock, in test mode only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validate

from engine.services import clock
from web.api.blueprint import Body, v2
from web.api.security import require
from web.ui.context import current_runtime


class Pin(Body):
    timestamp = fields.Integer(
        required=True, validate=validate.Range(0, 253402300799000), metadata={"description": "ms since 1970"}
    )


@v2.put("/clock")
@v2.arguments(Pin)
def pin_clock(body: dict[str, Any]) -> tuple[str, int]:
    """Pin the clock to a moment."""
    require("settings.manage")
    clock.pin(current_runtime(), datetime.fromtimestamp(body["timestamp"] / 1000, UTC))
    return "", 204


@v2.post("/clock/reset")
def reset_clock() -> tuple[str, int]:
    """Let the clock run again."""
    require("settings.manage")
    clock.reset(current_runtime())
    return "", 204
