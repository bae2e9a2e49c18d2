"""What a client asks first: is this alive, what is it, who am I."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from web.api.blueprint import v2
from web.api.security import caller
from web.ui.context import current_runtime

GATEWAY_VERSION = "8.8.0"  # of the API that is spoken here


@v2.get("/topology")
def topology() -> dict[str, Any]:
    """One broker with one healthy partition: the database behind it is what scales."""
    host, _, port = current_runtime().settings.bind.rpartition(":")
    broker = {
        "nodeId": 0,
        "brokerId": "0",
        "host": host,
        "port": int(port),
        "version": GATEWAY_VERSION,
        "partitions": [{"partitionId": 1, "role": "leader", "health": "healthy", "state": "active"}],
    }
    return {
        "brokers": [broker],
        "clusterSize": 1,
        "partitionsCount": 1,
        "replicationFactor": 1,
        "gatewayVersion": GATEWAY_VERSION,
        "clusterId": "kefuflow",
        "lastCompletedChangeId": "-1",
    }


@v2.get("/status")
def status() -> tuple[str, int]:
    """204 while requests are served."""
    return "", 204


@v2.get("/license")
def license_() -> dict[str, Any]:
    """Free software needs no licence key."""
    return {"validLicense": True, "licenseType": "apache-2.0", "isCommercial": False, "expiresAt": None}


@v2.get("/authentication/me")
def me() -> dict[str, Any]:
    """The caller."""
    actor = caller()
    return {
        "username": actor.username,
        "displayName": actor.display_name or actor.username,
        "email": None,
        "authorizedComponents": ["*"],
        "tenants": [{"tenantId": actor.tenant_id, "name": "Default", "description": None}],
        "groups": sorted(actor.groups),
        "roles": sorted(actor.roles),
        "salesPlanType": "",
        "c8Links": {},
        "canLogout": True,
        "apiUser": True,
        "softwareVersion": version("kefuflow"),
    }
