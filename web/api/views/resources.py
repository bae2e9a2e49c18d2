"""Deployed files: what each is, its content, and deleting it."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from engine.errors import InvalidInput
from engine.services import resources
from engine.services.deploying.deleting import delete_resource
from engine.services.resources import DeployedResource
from web.api.blueprint import Body, v2
from web.api.security import caller, require
from web.ui.context import current_runtime


class Deletion(Body):
    operationReference = fields.Integer(allow_none=True, validate=validate.Range(1, 2**63 - 1))
    deleteHistory = fields.Boolean(load_default=False, allow_none=True)


@v2.post("/resources/<key:key>/deletion")
@v2.arguments(Deletion, required=False)
def delete(body: dict[str, Any], key: int) -> dict[str, Any]:
    """Delete a version of a process, of a decision requirements graph with its decisions, or of a form."""
    who = require("processes.deploy")
    if body["deleteHistory"]:
        raise InvalidInput(
            "'deleteHistory' is not known here: what has ended is kept as long as the setting history.keep_days says."
        )
    delete_resource(current_runtime(), key, who, caller().tenant_id)
    return {"resourceKey": str(key), "batchOperation": None}


@v2.get("/resources/<key:key>")
def get_resource(key: int) -> dict[str, Any]:
    """What is deployed under a key: the version of a process, a decision requirements graph or a form."""
    found = _found(key)
    return {
        "resourceKey": str(found.key),
        "resourceName": found.name,
        "resourceId": found.id,
        "version": found.version,
        "versionTag": found.version_tag,
        "deploymentKey": str(found.deployment_key),
        "tenantId": found.tenant_id,
    }


@v2.get("/resources/<key:key>/content")
def resource_content(key: int) -> Response:
    """The file as it was deployed: XML, or JSON for a form."""
    found = _found(key)
    kind = "application/json" if found.kind == "form" else "text/xml; charset=utf-8"
    return Response(found.content, content_type=kind)


@v2.get("/resources/<key:key>/content/binary")
def resource_binary(key: int) -> Response:
    """The file as it was deployed, byte by byte."""
    return Response(_found(key).content, content_type="application/octet-stream")


def _found(key: int) -> DeployedResource:
    require("processes.read")
    return resources.resource(current_runtime(), key, caller().tenant_id)
