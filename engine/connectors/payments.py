"""Money that goes back to a customer: the records, and what a payment connector must hold."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Pay `amount` back for an order on the route it was paid. `compensation` is paid on top of what was paid."""

    order_number: str
    amount: Decimal
    currency: str
    reason: str
    idempotency_key: str
    case_number: str | None = None
    compensation: bool = False


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    """What was paid back. `repeated` says that this key had been paid before and nothing was paid now."""

    reference: str
    amount: Decimal
    route: str
    repeated: bool


class PaymentsConnector(Protocol):
    def refund(self, request: RefundRequest) -> RefundReceipt:
        """Pay back once per idempotency key, and never more for an order than was paid for it.

        Raises InvalidInput for an amount that is not positive, more than what is left, or another amount under a used
        key; NotFound for an order without a payment; Unavailable.
        """
        ...
