"""A shop's orders over HTTP; what the shop serves is in the folder's README."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from engine.connectors.http.client import JsonClient
from engine.connectors.orders import ArticleRecord, OrderLine, OrderRecord, PaymentRecord, ShipmentRecord
from engine.errors import NotFound, Unavailable


class HttpOrders:
    """An `OrdersConnector` over a shop's HTTP service."""

    def __init__(self, client: JsonClient) -> None:
        self._client = client

    def find(self, number: str) -> OrderRecord | None:
        document = self._client.get(_path(number))
        return None if document is None else order_of(document)

    def of_customer(self, phone: str, limit: int = 20) -> list[OrderRecord]:
        document = self._client.get("/orders", {"phone": phone, "limit": limit})
        return [order_of(item) for item in (document or {}).get("items", [])]

    def article(self, sku: str) -> ArticleRecord | None:
        document = self._client.get(f"/articles/{quote(sku, safe='')}")
        return None if document is None else article_of(document)

    def cancel(self, number: str, reason: str, idempotency_key: str) -> bool:
        return self._command(number, "cancel", {"reason": reason}, idempotency_key)

    def change_address(self, number: str, address: str, idempotency_key: str) -> bool:
        return self._command(number, "address", {"address": address}, idempotency_key)

    def intercept(self, number: str, idempotency_key: str) -> bool:
        return self._command(number, "intercept", {}, idempotency_key)

    def remark(self, number: str, author: str, text: str, idempotency_key: str) -> None:
        self._command(number, "remarks", {"author": author, "text": text}, idempotency_key)

    def _command(self, number: str, verb: str, payload: dict[str, Any], key: str) -> bool:
        answer = self._client.post(f"{_path(number)}/{verb}", payload, key)
        if answer is None:
            raise NotFound(f"The shop knows no order {number}.")
        if not isinstance(answer, dict) or not isinstance(answer.get("done"), bool):
            raise Unavailable("The shop's answer to a command cannot be read.")
        return bool(answer["done"])


def _path(number: str) -> str:
    return f"/orders/{quote(number, safe='')}"


def order_of(document: dict[str, Any]) -> OrderRecord:
    """The record of one order document. Raises Unavailable when the document is not what the shop promised."""
    try:
        return OrderRecord(
            number=document["number"],
            status=document["status"],
            placed_at=_moment(document["placed_at"]),
            customer_name=document["customer_name"],
            customer_phone=document["customer_phone"],
            address=document.get("address", ""),
            currency=document.get("currency", "CNY"),
            freight=Decimal(document.get("freight", "0")),
            lines=tuple(_line(line) for line in document["lines"]),
            shipments=tuple(_shipment(item) for item in document.get("shipments", [])),
            payments=tuple(_payment(item) for item in document.get("payments", [])),
            attributes=document.get("attributes", {}),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Unavailable(f"The shop's answer about an order cannot be read: {error!r}.") from error


def article_of(document: dict[str, Any]) -> ArticleRecord:
    """The record of one article. Raises Unavailable when the document is not what the shop promised."""
    try:
        return ArticleRecord(
            sku=document["sku"],
            name=document["name"],
            price=Decimal(document["price"]),
            currency=document.get("currency", "CNY"),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Unavailable(f"The shop's answer about an article cannot be read: {error!r}.") from error


def _line(document: dict[str, Any]) -> OrderLine:
    return OrderLine(
        line=int(document["line"]),
        sku=document["sku"],
        name=document["name"],
        quantity=int(document["quantity"]),
        unit_price=Decimal(document["unit_price"]),
        gift_value=Decimal(document.get("gift_value", "0")),
        traits=tuple(document.get("traits", [])),
        warranty_months=int(document.get("warranty_months", 0)),
    )


def _shipment(document: dict[str, Any]) -> ShipmentRecord:
    signed = document.get("signed_at")
    return ShipmentRecord(
        carrier=document["carrier"],
        tracking_number=document["tracking_number"],
        status=document["status"],
        shipped_at=_moment(document["shipped_at"]),
        signed_at=_moment(signed) if signed else None,
    )


def _payment(document: dict[str, Any]) -> PaymentRecord:
    return PaymentRecord(
        reference=document["reference"],
        method=document["method"],
        amount=Decimal(document["amount"]),
        paid_at=_moment(document["paid_at"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment.astimezone(UTC)
