"""Resolving incidents."""

from __future__ import annotations

from engine.services import incidents
from web.api.blueprint import v2
from web.api.security import caller, require
from web.ui.context import current_runtime


@v2.post("/incidents/<int:key>/resolution")
def resolve_incident(key: int) -> tuple[str, int]:
    """Try again what failed."""
    incidents.resolve(current_runtime(), key, who=require("incidents.repair"), tenant_id=caller().tenant_id)
    return "", 204
