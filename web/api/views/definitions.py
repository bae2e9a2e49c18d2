"""Deployed processes: their XML and their start form."""

from __future__ import annotations

from typing import Any

from flask import Response

from engine.services import resources
from engine.services.resources import DeployedForm
from web.api.blueprint import v2
from web.api.security import caller, require
from web.ui.context import current_runtime


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


def written_form(found: DeployedForm) -> dict[str, Any]:
    return {
        "formKey": str(found.key),
        "formId": found.form_id,
        "version": found.version,
        "schema": found.schema,
        "tenantId": found.tenant_id,
    }
