"""A warehouse as `engine/connectors/warehouse/README.md` describes it."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tests.engine.connectors.reference_http import Answer, ReferenceServer

FREE = {"reserve": -1, "release": 1, "restock": 1}
HELD = {"reserve": 1, "release": -1, "ship": -1}


class ReferenceWarehouse(ReferenceServer):
    def __init__(self, stock: dict[str, int]) -> None:
        super().__init__()
        self.free, self.held = dict(stock), dict.fromkeys(stock, 0)
        self.answered: dict[str, Answer] = {}
        self.receipts: dict[str, dict[str, Any]] = {}

    def receive(self, return_number: str, at: datetime, quantity: int) -> None:
        self.receipts[return_number] = {"received_at": at.isoformat(), "quantity": quantity}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        kind, _, name = path.strip("/").partition("/")
        name = unquote(name)
        if method == "GET" and kind == "receipts":
            return (200, self.receipts[name]) if name in self.receipts else (404, {})
        if method == "GET":
            return (200, {"available": self.free[name]}) if name in self.free else (404, {})
        if body["sku"] not in self.free:
            return 404, {"error": "no such article"}
        key = headers["Idempotency-Key"]
        if key not in self.answered:
            self.answered[key] = (200, {"done": self._move(body["kind"], body["sku"], body["quantity"])})
        return self.answered[key]

    def _move(self, kind: str, sku: str, quantity: int) -> bool:
        free, held = self.free[sku] + FREE.get(kind, 0) * quantity, self.held[sku] + HELD.get(kind, 0) * quantity
        if free < 0 or held < 0:
            return False
        self.free[sku], self.held[sku] = free, held
        return True
