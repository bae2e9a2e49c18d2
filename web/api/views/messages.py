"""Messages and signals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from engine.services import messages, signals
from web.api.blueprint import Body, v2, variables
from web.api.security import caller, own_tenant, require
from web.ui.context import current_runtime


class Correlation(Body):
    name = fields.String(required=True, validate=validate.Length(1, 255))
    correlationKey = fields.String(load_default="", allow_none=True, validate=validate.Length(0, 255))
    variables = variables()
    tenantId = fields.String(allow_none=True)


class Publication(Correlation):
    timeToLive = fields.Integer(load_default=0, validate=validate.Range(0, 86_400_000 * 3650), allow_none=True)
    messageId = fields.String(allow_none=True, validate=validate.Length(0, 255))


class PublicationResult(Body):
    tenantId = fields.String()
    messageKey = fields.String()


class CorrelationResult(PublicationResult):
    processInstanceKey = fields.String()


@v2.post("/messages/publication")
@v2.arguments(Publication)
@v2.response(200, PublicationResult)
def publish(body: dict[str, Any]) -> dict[str, Any]:
    """Publish a message; it is kept for timeToLive milliseconds."""
    published = messages.publish(
        current_runtime(),
        body["name"],
        body["correlationKey"] or "",
        body["variables"] or {},
        ttl=timedelta(milliseconds=body["timeToLive"] or 0),
        message_id=body.get("messageId") or None,
        who=require("instances.modify"),
        tenant_id=own_tenant(body),
    )
    return {"tenantId": caller().tenant_id, "messageKey": str(published.key)}


@v2.post("/messages/correlation")
@v2.arguments(Correlation)
@v2.response(200, CorrelationResult)
def correlate(body: dict[str, Any]) -> dict[str, Any]:
    """Publish a message that must be taken at once, and say by which instance."""
    published = messages.correlate(
        current_runtime(),
        body["name"],
        body["correlationKey"] or "",
        body["variables"] or {},
        who=require("instances.modify"),
        tenant_id=own_tenant(body),
    )
    taken_by = published.correlated[0].process_instance_key
    return {
        "tenantId": caller().tenant_id,
        "messageKey": str(published.key),
        "processInstanceKey": str(taken_by),
    }


class Broadcast(Body):
    signalName = fields.String(required=True, validate=validate.Length(1, 255))
    variables = variables()
    tenantId = fields.String(allow_none=True)


class BroadcastResult(Body):
    tenantId = fields.String()
    signalKey = fields.String()


@v2.post("/signals/broadcast")
@v2.arguments(Broadcast)
@v2.response(200, BroadcastResult)
def broadcast(body: dict[str, Any]) -> dict[str, Any]:
    """Tell everyone who listens to a signal."""
    who = require("instances.modify")
    tenant = own_tenant(body)
    key = signals.broadcast(current_runtime(), body["signalName"], body["variables"] or {}, who=who, tenant_id=tenant)
    return {"tenantId": caller().tenant_id, "signalKey": str(key)}
