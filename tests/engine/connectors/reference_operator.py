"""An operator as `engine/connectors/sms` describes it: one message an idempotency key."""

from typing import Any

from tests.engine.connectors.reference_http import Answer, ReferenceServer


class ReferenceOperator(ReferenceServer):
    def __init__(self) -> None:
        super().__init__()
        self.delivered: dict[str, dict[str, str]] = {}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if (method, path) != ("POST", "/messages"):
            return 404, {}
        if not body["to"].lstrip("+").isdigit():
            return 422, {"error": "not a phone number"}
        self.delivered.setdefault(headers["Idempotency-Key"], body)
        return 201, {"id": f"sms-{list(self.delivered).index(headers['Idempotency-Key']) + 1}"}
