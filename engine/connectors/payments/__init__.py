"""Money that goes back to a customer, or that a customer still owes: the records, and what a payment connector must hold."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

RefundState = Literal["settled", "pending", "failed"]
DueState = Literal["paid", "pending", "expired"]


@dataclass(frozen=True, slots=True)
class RefundPart:
    """What of a refund is for one line of the order: so many pieces, so much money."""

    line: int
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Pay `amount` back for an order on the route it was paid. `compensation` is paid on top of what was paid.

    `parts` says which lines it is for; what is left of the amount is for the order as a whole, such as its freight. Without
    them `sku` says which article it is for; without either it is for the order as a whole. `freight_of` is the number of the
    parcel whose freight a customer paid to send goods back: its proof, and what it is reimbursed for once.
    """

    order_number: str
    amount: Decimal
    currency: str
    reason: str
    idempotency_key: str
    case_number: str | None = None
    compensation: bool = False
    parts: tuple[RefundPart, ...] = ()
    sku: str = ""
    freight_of: str = ""


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    """What was paid back. `repeated` says that this key had been paid before and nothing was paid now.

    `state` is settled once the money is with the customer's bank; a pending one is asked for again.
    """

    reference: str
    amount: Decimal
    route: str
    repeated: bool
    state: RefundState = "settled"


@dataclass(frozen=True, slots=True)
class PaymentDue:
    """A sum that the customer is asked for: where they pay it, None where nothing can be paid on line."""

    reference: str
    amount: Decimal
    url: str | None
    state: DueState = "pending"


class PaymentsConnector(Protocol):
    """A payment service. Every command may be sent more than once under its key and is done once."""

    def refund(self, request: RefundRequest) -> RefundReceipt:
        """Pay back once per idempotency key, and never more for an order than was paid for it.

        Raises InvalidInput for an amount that is not positive, more than what is left, or another amount under a used
        key; NotFound for an order without a payment; Unavailable.
        """
        ...

    def refund_state(self, reference: str) -> RefundState:
        """Where a refund stands. Raises NotFound, Unavailable."""
        ...

    def ask(
        self,
        order_number: str,
        amount: Decimal,
        currency: str,
        reason: str,
        idempotency_key: str,
        return_url: str = "",
    ) -> PaymentDue:
        """Ask the customer for a sum, such as a price difference, once per key; who has paid comes back to `return_url`.

        Raises InvalidInput, Unavailable.
        """
        ...

    def withdraw(self, reference: str) -> DueState:
        """Ask for a sum no more, and say what it is now: expired, or paid when the customer was faster.

        Raises NotFound, Unavailable.
        """
        ...

    def due_state(self, reference: str) -> DueState:
        """Whether a sum that was asked for is paid. Raises NotFound, Unavailable."""
        ...
