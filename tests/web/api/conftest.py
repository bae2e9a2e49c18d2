"""A client of `/v2` over a real application and database."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.runtime import Runtime
from engine.services import people
from engine.services.startup import wire
from engine.worker import Worker

PASSWORD = "a long password, 1"


class Api:
    """Speaks JSON as the administrator; `work` runs everything that is due."""

    def __init__(self, runtime: Runtime, client: FlaskClient) -> None:
        self.runtime, self.client = runtime, client
        mark = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {mark}"}

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.client.open(f"/v2{path}", method=method, json=body, headers=self.headers, **options)

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.call("POST", path, body if body is not None else {})
        assert answer.status_code in (200, 204), answer.text
        return answer.json if answer.status_code == 200 else None

    def deploy(self, *files: tuple[str, bytes]) -> TestResponse:
        parts = [(io.BytesIO(content), name) for name, content in files]
        return self.client.post("/v2/deployments", data={"resources": parts}, headers=self.headers)

    def start(self, process_id: str, **variables: Any) -> str:
        return self.post("/process-instances", {"processDefinitionId": process_id, "variables": variables})[
            "processInstanceKey"
        ]

    def search(self, resource: str, **body: Any) -> list[dict[str, Any]]:
        return self.post(f"/{resource}/search", body)["items"]

    def work(self) -> None:
        Worker(self.runtime).run_due()

    # What most tests ask.

    def begin(self, xml: bytes, process_id: str, /, **variables: Any) -> str:
        """Deploy one diagram and start it."""
        answer = self.deploy((f"{process_id}.bpmn", xml))
        assert answer.status_code == 200, answer.text
        return self.start(process_id, **variables)

    def state(self, key: str) -> str:
        found: str = self.call("GET", f"/process-instances/{key}").json["state"]
        return found

    def variables(self, key: str, scope: str | None = None) -> dict[str, Any]:
        """The values at an instance's top, or in one scope of it."""
        items = self.search("variables", filter={"processInstanceKey": key, "scopeKey": scope or key})
        return {item["name"]: json.loads(item["value"]) for item in items}

    def elements(self, key: str, element_id: str) -> list[dict[str, Any]]:
        return self.search("element-instances", filter={"processInstanceKey": key, "elementId": element_id})

    def states(self, key: str, element_id: str) -> list[str]:
        return [each["state"] for each in self.elements(key, element_id)]

    def jobs(self, job_type: str, **more: Any) -> list[dict[str, Any]]:
        """Take all due jobs of a type, without waiting for any."""
        ask = {"type": job_type, "worker": "w", "timeout": 60_000, "maxJobsToActivate": 50, "requestTimeout": -1}
        found: list[dict[str, Any]] = self.post("/jobs/activation", ask | more)["jobs"]
        return found

    def job(self, job_type: str) -> dict[str, Any]:
        (found,) = self.jobs(job_type)
        return found

    def complete(self, job: dict[str, Any], **variables: Any) -> None:
        self.post(f"/jobs/{job['jobKey']}/completion", {"variables": variables})

    def throw(self, job: dict[str, Any], code: str, **variables: Any) -> None:
        self.post(f"/jobs/{job['jobKey']}/error", {"errorCode": code, "errorMessage": "told", "variables": variables})

    def tasks(self, key: str) -> list[dict[str, Any]]:
        return self.search("user-tasks", filter={"processInstanceKey": key, "state": "CREATED"})

    def incident(self, key: str) -> dict[str, Any]:
        (found,) = self.search("incidents", filter={"processInstanceKey": key, "state": "ACTIVE"})
        return found

    def resolve(self, incident: dict[str, Any]) -> None:
        self.post(f"/incidents/{incident['incidentKey']}/resolution")

    def put_variables(self, scope: str, values: dict[str, Any], local: bool = False) -> None:
        answer = self.call("PUT", f"/element-instances/{scope}/variables", {"variables": values, "local": local})
        assert answer.status_code == 204, answer.text

    def publish(self, name: str, key: str = "", **more: Any) -> Any:
        return self.post("/messages/publication", {"name": name, "correlationKey": key, **more})


@pytest.fixture
def api(runtime: Runtime, app_over: Callable[[Runtime], Flask]) -> Api:
    runtime.settings = dataclasses.replace(runtime.settings, admin_password=PASSWORD, secret_key="of this test")
    wire(runtime)
    people.ensure_admin(runtime)
    return Api(runtime, app_over(runtime).test_client())
