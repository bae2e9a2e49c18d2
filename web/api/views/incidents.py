"""Resolving incidents."""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidInput
from engine.services import incidents
from web.api.blueprint import v2
from web.api.security import caller, require
from web.api.views.searching import SearchRequest, SearchResult, found
from web.ui.context import current_runtime


@v2.post("/incidents/<key:key>/resolution")
def resolve_incident(key: int) -> tuple[str, int]:
    """Try again what failed."""
    incidents.resolve(current_runtime(), key, who=require("incidents.repair"), tenant_id=caller().tenant_id)
    return "", 204


@v2.post("/incidents/statistics/process-instances-by-definition")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def error_version_counts(body: dict[str, Any]) -> dict[str, Any]:
    """How many instances of each version are stopped by the message with the hash that `errorHashCode` of the filter says."""
    require("instances.read")
    if not isinstance((body.get("filter") or {}).get("errorHashCode"), int):
        raise InvalidInput("Give filter.errorHashCode, a number that the statistics by error name.")
    return found("error-version-counts", body)
