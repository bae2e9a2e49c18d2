from collections.abc import Iterator
from decimal import Decimal
from urllib.request import Request, urlopen

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.payments import PaymentsConnector
from engine.connectors.payments.http import HttpPayments
from engine.errors import InvalidInput, NotFound, Unavailable
from tests.engine.connectors.payments_contract import NUMBER, PaymentsContract, request
from tests.engine.connectors.reference_bank import ReferenceBank


@pytest.fixture
def bank() -> Iterator[ReferenceBank]:
    with ReferenceBank({NUMBER: Decimal("806.00")}) as server:
        yield server


@pytest.fixture
def payments(bank: ReferenceBank) -> Iterator[PaymentsConnector]:
    client = JsonClient("The payment service", bank.url, token="secret", sleep=lambda seconds: None)
    yield HttpPayments(client)
    client.close()


class TestHttpPayments(PaymentsContract):
    pass


def test_an_answer_that_was_lost_is_asked_for_again_and_paid_once(
    bank: ReferenceBank, payments: PaymentsConnector
) -> None:
    bank.lost_answers = 1
    assert payments.refund(request("10.00", "key-1")).repeated is True
    assert bank.paid_back == Decimal("10.00")


def test_a_refusal_is_final_and_a_service_that_is_away_is_not(bank: ReferenceBank, payments: PaymentsConnector) -> None:
    bank.refuse = True
    with pytest.raises(InvalidInput, match="card is closed"):
        payments.refund(request("10.00", "key-1"))
    bank.refuse, bank.failing = False, 9
    with pytest.raises(Unavailable, match="3 attempts"):
        payments.refund(request("10.00", "key-1"))


@pytest.mark.parametrize("raw", [b"[]", b'{"reference": "R"}', b'{"reference": "R", "amount": "x", "state": "settled", "route": ""}',
                                 b'{"reference": "R", "amount": "1.00", "route": "card", "state": "lost"}', b"<html>"])  # fmt: skip
def test_an_answer_that_cannot_be_read_is_no_payment(
    bank: ReferenceBank, payments: PaymentsConnector, raw: bytes
) -> None:
    bank.raw = raw
    with pytest.raises(Unavailable):
        payments.refund(request("1.00", "key-1"))


def test_what_was_pending_is_settled_when_asked_again(bank: ReferenceBank, payments: PaymentsConnector) -> None:
    bank.pending = True
    receipt = payments.refund(request("1.00", "key-1"))
    assert receipt.state == "pending"
    bank.settle(receipt.reference, "settled")
    assert payments.refund_state(receipt.reference) == "settled"


def press(url: str) -> str:
    """What a customer does on the service's page."""
    with urlopen(Request(url, data=b"", method="POST")) as answer:
        return str(answer.read().decode())


def test_who_has_paid_on_the_services_page_is_sent_back_and_pays_once(
    bank: ReferenceBank, payments: PaymentsConnector
) -> None:
    due = payments.ask(NUMBER, Decimal("50.00"), "CNY", "换货差价", "key-1", "https://shop.example/p/1")
    assert due.url is not None
    assert 'href="https://shop.example/p/1"' in press(due.url)
    press(due.url)
    assert (payments.due_state(due.reference), bank.charged) == ("paid", Decimal("50.00"))
    assert payments.withdraw(due.reference) == "paid", "the customer was faster"


def test_a_service_that_cannot_withdraw_says_at_least_what_a_sum_is(
    bank: ReferenceBank, payments: PaymentsConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = payments.ask(NUMBER, Decimal("50.00"), "CNY", "换货差价", "key-1")
    monkeypatch.setattr(bank, "_withdraw", lambda reference: (404, {}))
    assert payments.withdraw(due.reference) == "expired"
    bank.settle(due.reference, "paid")
    assert payments.withdraw(due.reference) == "paid"
    with pytest.raises(NotFound):
        payments.withdraw("nothing")


def test_a_customer_is_sent_to_no_address_that_is_no_web_page(bank: ReferenceBank, payments: PaymentsConnector) -> None:
    bank.raw = b'{"reference": "D", "amount": "1.00", "state": "pending", "url": "javascript:alert(1)"}'
    with pytest.raises(Unavailable, match="no address of a web page"):
        payments.ask(NUMBER, Decimal("1.00"), "CNY", "换货差价", "key-1")
