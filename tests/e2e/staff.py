"""Somebody of the desk who works over the API, beside the people at their windows."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Page

from tests.e2e.server import ADMIN, Server


class Staff:
    """Somebody of the desk who does a task over the API."""

    def __init__(self, server: Server, page: Page, name: str) -> None:
        self._page = page
        transport = httpx.HTTPTransport(retries=3)
        self._client = httpx.Client(
            base_url=server.url, auth=(name, server.password), transport=transport, trust_env=False, timeout=60
        )

    def completes(self, element_id: str, **variables: Any) -> None:
        self._complete(self._open_task({"elementId": element_id}), variables)

    def reviews(self, **variables: Any) -> None:
        """Whoever is to review a return: that is a table's matter."""
        self._complete(self._open_task({"elementId": {"$in": ["review_request", "review_by_supervisor"]}}), variables)

    def _complete(self, key: str, variables: dict[str, Any]) -> None:
        answer = self._client.post(f"/v2/user-tasks/{key}/completion", json={"variables": variables})
        assert answer.status_code == 204, answer.text

    def receives(self, number: str) -> None:
        body = {"name": "warehouse.received", "correlationKey": number, "variables": {}}
        answer = self._client.post("/v2/messages/publication", json=body, auth=ADMIN)
        assert answer.status_code == 200, answer.text

    def _open_task(self, wanted: dict[str, Any]) -> str:
        """The newest that is wanted; look again until the worker has brought it about, for half a minute."""
        body = {"filter": wanted | {"state": "CREATED"}, "sort": [{"field": "creationDate", "order": "DESC"}]}
        for _ in range(100):
            answer = self._client.post("/v2/user-tasks/search", json=body, auth=ADMIN)
            assert answer.status_code == 200, answer.text
            if items := answer.json()["items"]:
                return str(items[0]["userTaskKey"])
            self._page.wait_for_timeout(300)
        raise AssertionError(f"No task {wanted} came up.")
