"""Element instances: their variables."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from engine.services import instances
from web.api.blueprint import Body, v2, variables
from web.api.security import caller, require
from web.ui.context import current_runtime


class NewVariables(Body):
    variables = variables(required=False)
    local = fields.Boolean(load_default=False, allow_none=True)


@v2.put("/element-instances/<int:key>/variables")
@v2.arguments(NewVariables)
def set_variables(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Set variables in the scope of an element instance or process instance."""
    who = require("instances.modify")
    instances.set_variables(
        current_runtime(),
        key,
        body["variables"] or {},
        who=who,
        local=bool(body["local"]),
        tenant_id=caller().tenant_id,
    )
    return "", 204
