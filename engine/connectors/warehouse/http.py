"""A warehouse over HTTP; what it serves is in the folder's README."""

from datetime import UTC, datetime
from urllib.parse import quote

from engine.connectors.http.client import JsonClient
from engine.connectors.warehouse import DISPOSITIONS, OutOfStock, Receipt
from engine.errors import InvalidInput, NotFound, Unavailable


class HttpWarehouse:
    """A `WarehouseConnector` over HTTP."""

    def __init__(self, client: JsonClient) -> None:
        self._client = client

    def reserve(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        self._move("reserve", sku, quantity, case_number, idempotency_key)

    def release(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        self._move("release", sku, quantity, case_number, idempotency_key)

    def ship(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        self._move("ship", sku, quantity, case_number, idempotency_key)

    def dispose(self, kind: str, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        if kind not in DISPOSITIONS:
            raise InvalidInput(f"Goods cannot be disposed of as {kind!r}; choose one of {', '.join(DISPOSITIONS)}.")
        self._move(kind, sku, quantity, case_number, idempotency_key)

    def available(self, sku: str) -> int:
        answer = self._client.get(f"/articles/{quote(sku, safe='')}")
        if answer is None:
            return 0
        if not isinstance(answer, dict) or not isinstance(answer.get("available"), int):
            raise Unavailable("The warehouse's answer about an article cannot be read.")
        return max(0, int(answer["available"]))

    def receipt(self, return_number: str) -> Receipt | None:
        answer = self._client.get(f"/receipts/{quote(return_number, safe='')}")
        if answer is None:
            return None
        try:
            moment = datetime.fromisoformat(answer["received_at"])
            if moment.tzinfo is None:
                raise ValueError("received_at has no offset")
            return Receipt(return_number, moment.astimezone(UTC), answer.get("quantity"))
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"The warehouse's answer about a return cannot be read: {error!r}.") from error

    def _move(self, kind: str, sku: str, quantity: int, case_number: str | None, key: str) -> None:
        if quantity < 1:
            raise InvalidInput(f"{quantity} pieces cannot be moved.")
        payload = {"kind": kind, "sku": sku, "quantity": quantity, "case_number": case_number}
        answer = self._client.post("/movements", payload, key)
        if answer is None:
            raise NotFound(f"The warehouse knows no article {sku}.")
        if not isinstance(answer, dict) or not isinstance(answer.get("done"), bool):
            raise Unavailable("The warehouse's answer to a movement cannot be read.")
        if not answer["done"]:
            raise OutOfStock(f"There are not {quantity} pieces of {sku}.")
