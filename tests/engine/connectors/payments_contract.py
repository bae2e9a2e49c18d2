"""What every payment connector must do. A test class gives `payments`, one that knows order A3, on which 806.00 were paid."""

from decimal import Decimal

import pytest

from engine.connectors.payments import PaymentsConnector, RefundRequest
from engine.errors import InvalidInput, NotFound

NUMBER = "A3"


def request(amount: str, key: str, number: str = NUMBER) -> RefundRequest:
    return RefundRequest(number, Decimal(amount), "CNY", "质量问题", key)


class PaymentsContract:
    def test_a_refund_has_a_reference_its_amount_and_a_state_that_can_be_asked_again(
        self, payments: PaymentsConnector
    ) -> None:
        receipt = payments.refund(request("399.10", "key-1"))
        assert (receipt.amount, receipt.repeated) == (Decimal("399.10"), False)
        assert payments.refund_state(receipt.reference) == receipt.state

    def test_the_same_key_pays_once(self, payments: PaymentsConnector) -> None:
        first, again = payments.refund(request("399.00", "key-1")), payments.refund(request("399.00", "key-1"))
        assert (again.reference, again.repeated) == (first.reference, True)

    def test_another_key_pays_again(self, payments: PaymentsConnector) -> None:
        first, other = payments.refund(request("1.00", "key-1")), payments.refund(request("1.00", "key-2"))
        assert first.reference != other.reference

    def test_an_order_that_was_not_paid_is_unknown(self, payments: PaymentsConnector) -> None:
        with pytest.raises(NotFound):
            payments.refund(request("1.00", "key-1", "B9"))

    def test_an_unknown_reference_is_unknown(self, payments: PaymentsConnector) -> None:
        with pytest.raises((NotFound, InvalidInput)):
            payments.refund_state("nothing")

    def test_a_sum_is_asked_for_once_a_key_and_is_open_until_it_is_paid(self, payments: PaymentsConnector) -> None:
        due = payments.ask(NUMBER, Decimal("50.00"), "CNY", "换货差价", "key-1")
        again = payments.ask(NUMBER, Decimal("50.00"), "CNY", "换货差价", "key-1")
        assert (due.amount, due.reference) == (Decimal("50.00"), again.reference)
        assert payments.due_state(due.reference) == "pending"

    def test_a_sum_that_is_withdrawn_is_expired_and_stays_so(self, payments: PaymentsConnector) -> None:
        due = payments.ask(NUMBER, Decimal("50.00"), "CNY", "换货差价", "key-1", "https://shop.example/p/1")
        assert payments.withdraw(due.reference) == payments.withdraw(due.reference) == "expired"
