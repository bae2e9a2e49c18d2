"""Element instances: their variables, and what an ad-hoc subprocess is to start."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from engine.services import instances, modification
from web.api.blueprint import Body, v2, variables
from web.api.security import caller, require
from web.api.views.jobs import AdHocElement, wishes
from web.api.views.searching import SearchRequest, SearchResult, found, one
from web.ui.context import current_runtime


class NewVariables(Body):
    variables = variables(required=False)
    local = fields.Boolean(load_default=False, allow_none=True)


@v2.post("/element-instances/<key:key>/incidents/search")
@v2.arguments(SearchRequest, required=False)
@v2.response(200, SearchResult)
def element_incidents(body: dict[str, Any], key: int) -> dict[str, Any]:
    """The incidents of an element instance."""
    require("instances.read")
    one("element-instances", key)
    return found("incidents", body, elementInstanceKey=str(key))


@v2.put("/element-instances/<key:key>/variables")
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


class AdHocActivation(Body):
    elements = fields.List(fields.Nested(AdHocElement), required=True, validate=validate.Length(min=1))
    cancelRemainingInstances = fields.Boolean(load_default=False, allow_none=True)


@v2.post("/element-instances/ad-hoc-activities/<key:key>/activation")
@v2.arguments(AdHocActivation)
def activate_ad_hoc(body: dict[str, Any], key: int) -> tuple[str, int]:
    """Start elements of an ad-hoc subprocess."""
    modification.activate_ad_hoc(
        current_runtime(),
        key,
        wishes(body["elements"]),
        cancel_remaining=bool(body["cancelRemainingInstances"]),
        who=require("instances.modify"),
        tenant_id=caller().tenant_id,
    )
    return "", 204
