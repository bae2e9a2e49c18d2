"""Where no payment service is set up: what the ledger decides is paid at once, and a sum that is owed is paid when a person says so."""

from decimal import Decimal
from hashlib import sha256

from engine.connectors.payments import DueState, PaymentDue, RefundReceipt, RefundRequest, RefundState


class LocalBank:
    """A `PaymentsConnector` with nothing behind it; its references are made of the idempotency keys."""

    def refund(self, request: RefundRequest) -> RefundReceipt:
        return RefundReceipt(_reference("RF", request.idempotency_key), request.amount, "", repeated=False)

    def refund_state(self, reference: str) -> RefundState:
        return "settled"

    def ask(
        self,
        order_number: str,
        amount: Decimal,
        currency: str,
        reason: str,
        idempotency_key: str,
        return_url: str = "",
    ) -> PaymentDue:
        return PaymentDue(_reference("BC", idempotency_key), amount, None)

    def due_state(self, reference: str) -> DueState:
        return "pending"

    def withdraw(self, reference: str) -> DueState:
        return "expired"


def _reference(prefix: str, key: str) -> str:
    return f"{prefix}{sha256(key.encode()).hexdigest()[:16].upper()}"
