"""A shop's service as `engine/connectors/orders/README.md` describes it, holding its orders in memory."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from engine.connectors.orders import ArticleRecord, OrderRecord
from tests.engine.connectors.reference_http import Answer, ReferenceServer


class ReferenceShop(ReferenceServer):
    def __init__(self, orders: list[OrderRecord], articles: Sequence[ArticleRecord] = ()) -> None:
        super().__init__()
        self.articles = {article.sku: article for article in articles}
        self.orders = {order.number: order for order in orders}
        self.answered: dict[str, Answer] = {}
        self.remarks: list[tuple[str, str, str]] = []

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if method == "GET" and path == "/orders":
            return 200, {"items": self._of(query["phone"], int(query["limit"]))}
        if method == "GET" and path.startswith("/articles/"):
            article = self.articles.get(unquote(path.removeprefix("/articles/")))
            return (404, {"error": "no such article"}) if article is None else (200, plain(asdict(article)))
        quoted, _, verb = path.removeprefix("/orders/").partition("/")
        number = unquote(quoted)
        if number not in self.orders:
            return 404, {"error": "no such order"}
        if method == "GET":
            return 200, document_of(self.orders[number])
        key = headers["Idempotency-Key"]
        if key not in self.answered:
            self.answered[key] = (200, {"done": self._do(number, verb, body)})
        return self.answered[key]

    def _of(self, phone: str, limit: int) -> list[dict[str, Any]]:
        found = [order for order in self.orders.values() if order.customer_phone == phone]
        found.sort(key=lambda order: order.placed_at, reverse=True)
        return [document_of(order) for order in found[:limit]]

    def _do(self, number: str, verb: str, body: dict[str, Any]) -> bool:
        order = self.orders[number]
        unshipped, on_its_way = order.status in ("placed", "paid"), order.status == "shipped"
        if verb == "cancel" and unshipped:
            self.orders[number] = replace(order, status="cancelled")
        elif verb == "address" and unshipped:
            self.orders[number] = replace(order, address=body["address"])
        elif verb == "intercept" and on_its_way:
            turned = tuple(replace(parcel, status="intercepted") for parcel in order.shipments)
            self.orders[number] = replace(order, shipments=turned)
        elif verb == "remarks":
            self.remarks.append((number, body["author"], body["text"]))
        else:
            return False
        return True


def document_of(order: OrderRecord) -> dict[str, Any]:
    """The order as JSON: money as strings, times with their offset."""
    return plain(asdict(order))


def plain(value: Any) -> Any:
    """A record's values as JSON has them."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
