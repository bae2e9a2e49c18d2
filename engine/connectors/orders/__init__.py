"""Orders as a shop tells them: the records, and what a connector to a shop must answer."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order. `unit_price` is in the order's currency; a gift has price 0 and a stated `gift_value`.

    `traits` are what return rules ask about: custom, perishable, digital_opened, press, no_return_confirmed.
    """

    line: int
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    gift_value: Decimal = Decimal(0)
    traits: tuple[str, ...] = ()
    warranty_months: int = 0

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article that the shop sells, and what one piece costs today."""

    sku: str
    name: str
    price: Decimal
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    """A parcel to the customer. `status`: shipped, signed, lost or intercepted; times are aware UTC."""

    carrier: str
    tracking_number: str
    status: str
    shipped_at: datetime
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """What the customer paid, and on which route a refund goes back."""

    reference: str
    method: str
    amount: Decimal
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with everything that after-sales needs. `status`: placed, paid, shipped, signed, closed or cancelled."""

    number: str
    status: str
    placed_at: datetime
    customer_name: str
    customer_phone: str
    address: str
    currency: str
    freight: Decimal
    lines: tuple[OrderLine, ...]
    shipments: tuple[ShipmentRecord, ...] = ()
    payments: tuple[PaymentRecord, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0)) + self.freight

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))

    @property
    def signed_at(self) -> datetime | None:
        """When the last parcel was signed for; None while any is on its way."""
        moments = [shipment.signed_at for shipment in self.shipments]
        return max((m for m in moments if m), default=None) if all(moments) else None


class OrdersConnector(Protocol):
    """A shop's orders. Numbers are compared as given; an unknown order is an answer, not an error."""

    def find(self, number: str) -> OrderRecord | None:
        """The order of that number, or None when the shop does not know it. Raises Unavailable."""
        ...

    def of_customer(self, phone: str, limit: int = 20) -> list[OrderRecord]:
        """A customer's orders, the newest first, at most `limit`. Raises Unavailable."""
        ...

    def article(self, sku: str) -> ArticleRecord | None:
        """An article with its price, or None when the shop does not know it. Raises Unavailable."""
        ...

    def cancel(self, number: str, reason: str, idempotency_key: str) -> bool:
        """Cancel an order that has not been shipped; False when it is too late. The same key answers the same again.

        Raises NotFound for an unknown order, Unavailable.
        """
        ...

    def change_address(self, number: str, address: str, idempotency_key: str) -> bool:
        """Change where an unshipped order goes; False when it is too late. Raises like `cancel`."""
        ...

    def intercept(self, number: str, idempotency_key: str) -> bool:
        """Ask the carrier to turn a parcel that is on its way; False when it was signed for or never shipped."""
        ...

    def remark(self, number: str, author: str, text: str, idempotency_key: str) -> None:
        """Write a remark into the order, so that whoever opens it at the shop sees who did what. Raises like `cancel`."""
        ...
