"""Deploying files."""

from __future__ import annotations

from typing import Any

from flask import request

from engine.errors import InvalidInput
from engine.services import deployments
from engine.services.deployments import Deployed, Deployment
from web.api.blueprint import v2
from web.api.security import own_tenant, require
from web.ui.context import current_runtime


@v2.post("/deployments")
@v2.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "resources": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "tenantId": {"type": "string"},
                    },
                }
            }
        },
    }
)
def deploy() -> dict[str, Any]:
    """Deploy BPMN, DMN and form files together, or none of them."""
    who = require("processes.deploy")
    files = [(file.filename or "", file.read()) for file in request.files.getlist("resources")]
    if not files:
        raise InvalidInput("There is no file in the part 'resources'.")
    tenant = own_tenant(request.form)
    return _written(deployments.deploy(current_runtime(), files, who, tenant), tenant)


def _written(deployment: Deployment, tenant: str) -> dict[str, Any]:
    return {
        "deploymentKey": str(deployment.key),
        "tenantId": tenant,
        "deployments": [_item(item, tenant) for item in deployment.items],
    }


def _item(item: Deployed, tenant: str) -> dict[str, Any]:
    """Each item is an object with one of five entries; the others are null."""
    names = {
        "process": ("processDefinition", "processDefinitionId", "processDefinitionVersion", "processDefinitionKey"),
        "decision": ("decisionDefinition", "decisionDefinitionId", "version", "decisionDefinitionKey"),
        "requirements": ("decisionRequirements", "decisionRequirementsId", "version", "decisionRequirementsKey"),
        "form": ("form", "formId", "version", "formKey"),
    }
    kind, identifier, version, key = names[item.kind]
    written = {
        identifier: item.id,
        version: item.version,
        key: str(item.key),
        "resourceName": item.resource_name,
        "tenantId": tenant,
    }
    if item.kind == "decision":
        written["name"] = item.name
        written["decisionRequirementsId"] = item.requirements_id
        written["decisionRequirementsKey"] = str(item.requirements_key)
    elif item.kind == "requirements":
        written["decisionRequirementsName"] = item.name
    empty = dict.fromkeys(("processDefinition", "decisionDefinition", "decisionRequirements", "form", "resource"), None)
    return {**empty, kind: written}
