"""Timers that wait: another moment for one, or firing it now. Additions of ours; Camunda has nothing like them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from engine.services import operations
from web.api.blueprint import v2
from web.api.security import caller, require
from web.api.views.instances import Act, reason_in
from web.ui.context import current_runtime


class TimerChange(Act):
    dueDate = fields.AwareDateTime(required=True)


@v2.patch("/timers/<key:key>")
@v2.arguments(TimerChange)
def move_timer(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Give a waiting timer another moment."""
    who, reason = require("instances.modify"), reason_in(body)
    operations.move_timer(current_runtime(), key, body["dueDate"], who=who, reason=reason, tenant_id=caller().tenant_id)
    return "", 204


@v2.post("/timers/<key:key>/firing")
@v2.arguments(Act, required=False)
def fire_timer(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Let a waiting timer fire now."""
    who = require("instances.modify")
    operations.fire_timer(current_runtime(), key, who=who, reason=reason_in(body), tenant_id=caller().tenant_id)
    return "", 204
