"""A warehouse: pieces promised and sent, goods that come back and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.errors import Conflict

DISPOSITIONS = ("restock", "relabel", "scrap", "supplier")


class OutOfStock(Conflict):
    """There are fewer pieces than were asked for."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a warehouse has the goods of a return."""

    return_number: str
    received_at: datetime
    quantity: int | None = None


class WarehouseConnector(Protocol):
    """A warehouse. Every command is done once per idempotency key."""

    def reserve(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        """Promise pieces to a case. Raises OutOfStock, NotFound for an unknown article, InvalidInput, Unavailable."""
        ...

    def release(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        """Give promised pieces back to sale. Raises OutOfStock when fewer are promised, NotFound, Unavailable."""
        ...

    def ship(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        """Send promised pieces out. Raises OutOfStock when fewer are promised, NotFound, Unavailable."""
        ...

    def dispose(self, kind: str, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        """Say what becomes of goods that came back; only `restock` can be sold again. Raises InvalidInput, NotFound."""
        ...

    def available(self, sku: str) -> int:
        """How many pieces can be sold; 0 for an unknown article. Raises Unavailable."""
        ...

    def receipt(self, return_number: str) -> Receipt | None:
        """Whether the goods of this return are there. Raises Unavailable."""
        ...
