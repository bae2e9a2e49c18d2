"""Deployed processes: their XML and their start form."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from engine.errors import InvalidInput
from engine.services import resources
from engine.services.queries import element_counts
from engine.services.resources import DeployedForm
from web.api.blueprint import Body, v2
from web.api.security import caller, require
from web.api.views.searching import one
from web.ui.context import current_runtime

_STATES = {"active": "ACTIVE", "canceled": "TERMINATED", "incidents": "INCIDENT", "completed": "COMPLETED"}


class StatisticsRequest(Body):
    filter = fields.Dict(load_default=dict, allow_none=True)


@v2.get("/process-definitions/<int:key>/xml")
def process_xml(key: int) -> Response:
    """The diagram as it was deployed."""
    require("processes.read")
    return Response(
        resources.process_xml(current_runtime(), key, caller().tenant_id), content_type="text/xml; charset=utf-8"
    )


@v2.get("/process-definitions/<int:key>/form")
def start_form(key: int) -> Any:
    """The form that starts the process; 204 when it has none."""
    require("processes.read")
    found = resources.start_form(current_runtime(), key, caller().tenant_id)
    return ("", 204) if found is None else written_form(found)


@v2.post("/process-definitions/<int:key>/statistics/element-instances")
@v2.arguments(StatisticsRequest, required=False)
def definition_statistics(body: dict[str, Any], key: int) -> dict[str, Any]:
    """How many element instances are in which state, by element, over all instances of a version."""
    require("instances.read")
    if body.get("filter"):
        raise InvalidInput("These statistics cannot be filtered; search element instances instead.")
    one("process-definitions", key)
    counts = element_counts(current_runtime(), key, caller().tenant_id)
    return {"items": [{"elementId": e, **{n: found[s] for n, s in _STATES.items()}} for e, found in counts.items()]}


def written_form(found: DeployedForm) -> dict[str, Any]:
    return {
        "formKey": str(found.key),
        "formId": found.form_id,
        "version": found.version,
        "schema": found.schema,
        "tenantId": found.tenant_id,
    }
