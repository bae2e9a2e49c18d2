"""A client of `/v2` over a real application and database."""

from __future__ import annotations

import base64
import dataclasses
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.runtime import Runtime
from engine.services import people
from engine.services.startup import wire
from engine.worker import Worker
from web.app import create_app

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


@pytest.fixture
def api(runtime: Runtime) -> Api:
    runtime.settings = dataclasses.replace(runtime.settings, admin_password=PASSWORD, secret_key="of this test")
    wire(runtime)
    people.ensure_admin(runtime)
    return Api(runtime, create_app(runtime).test_client())
