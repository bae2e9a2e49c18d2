"""Deployed processes: their XML and their start form."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

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


@v2.get("/process-definitions/<key:key>/xml")
def process_xml(key: int) -> Response:
    """The diagram as it was deployed."""
    require("processes.read")
    return Response(
        resources.process_xml(current_runtime(), key, caller().tenant_id), content_type="text/xml; charset=utf-8"
    )


@v2.get("/process-definitions/<key:key>/form")
def start_form(key: int) -> Any:
    """The form that starts the process; 204 when it has none."""
    require("processes.read")
    form = resources.start_form(current_runtime(), key, caller().tenant_id)
    return ("", 204) if form is None else written_form(form)


@v2.post("/process-definitions/<key:key>/statistics/element-instances")
@v2.arguments(StatisticsRequest, required=False)
def definition_statistics(body: dict[str, Any], key: int) -> dict[str, Any]:
    """How many element instances are in which state, by element, over the instances of a version that a filter finds."""
    require("instances.read")
    one("process-definitions", key)
    counts = element_counts(current_runtime(), key, caller().tenant_id, body.get("filter"))
    return {"items": [{"elementId": e, **{n: each[s] for n, s in _STATES.items()}} for e, each in counts.items()]}


@v2.get("/forms/<key:key>")
def get_form(key: int) -> dict[str, Any]:
    """A version of a form."""
    require("processes.read")
    return written_form(resources.form(current_runtime(), key, caller().tenant_id))


def written_form(form: DeployedForm) -> dict[str, Any]:
    return {
        "formKey": str(form.key),
        "formId": form.form_id,
        "version": form.version,
        "schema": form.schema,
        "tenantId": form.tenant_id,
    }
