"""What the tests of the API's contract share: something of everything to call upon, and what is checked of an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.services.queries import RESOURCES
from tests.clients import diagrams

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def tame(case: Any, key: str | None) -> None:
    """Call upon something that is there; do not wait for jobs or ends that nobody brings."""
    if key is not None and isinstance(case.path_parameters, dict) and "key" in case.path_parameters:
        case.path_parameters["key"] = key
    if isinstance(case.body, dict) and case.operation.path in ("/v2/jobs/activation", "/v2/process-instances"):
        case.body["requestTimeout"] = -1 if case.operation.path.endswith("activation") else 1


def deployed(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What of one kind a deployment brought."""
    return [item[kind] for item in answer["deployments"] if item[kind] is not None]


def furnish(api: Any) -> dict[str, list[str]]:
    """Something of every resource: deployed files, instances that wait, stop and have ended; the keys by resource."""
    shipped = Path(__file__).resolve().parents[3] / "processes"
    table, form = shipped / "decisions" / "severity.dmn", shipped / "forms" / "approval.form"
    files = [("work.bpmn", diagrams.WORK), ("awaits.bpmn", diagrams.AWAITS), ("straight.bpmn", diagrams.STRAIGHT)]
    answer = api.deploy(*files, *((path.name, path.read_bytes()) for path in (table, form)))
    assert answer.status_code == 200, answer.text
    for order in ("1", "2"):
        api.start("client_awaits", order=order, amount=3)
        api.start("client_work", amount=3)
    api.start("client_straight", amount=3)
    first, second = api.jobs("client-work")
    api.complete(first, done=True)
    api.post(f"/jobs/{second['jobKey']}/failure", {"retries": 0, "errorMessage": "no"})
    decision = api.search("decision-definitions")[0]["decisionDefinitionId"]
    api.post("/decision-definitions/evaluation", {"decisionDefinitionId": decision, "variables": {}})
    forms = [item["formKey"] for item in deployed(answer.json, "form")]
    resources = {"resources": forms, "forms": forms}
    return resources | {
        name: [item[resource.key] for item in api.search(name)]
        for name, resource in RESOURCES.items()
        if f"/v2/{name}/search" in {rule.rule for rule in api.client.application.url_map.iter_rules()}
    }
