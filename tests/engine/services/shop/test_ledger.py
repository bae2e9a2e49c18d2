from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from engine.connectors.payments import RefundRequest
from engine.errors import InvalidInput, NotFound
from engine.model.order import Refund
from engine.runtime import Runtime
from engine.services.shop import LocalPayments, store_order
from tests.engine.connectors.sample_orders import SIGNED


@pytest.fixture
def payments(runtime: Runtime) -> LocalPayments:
    with runtime.unit_of_work() as uow:
        store_order(runtime, uow, SIGNED)  # 806.00 paid
    return LocalPayments(runtime)


def request(amount: str, key: str, compensation: bool = False, currency: str = "CNY") -> RefundRequest:
    return RefundRequest(SIGNED.number, Decimal(amount), currency, "质量问题", key, compensation=compensation)


def paid_back(runtime: Runtime) -> Decimal:
    with runtime.unit_of_work(read_only=True) as uow:
        return uow.session.scalar(select(func.sum(Refund.amount))) or Decimal(0)


def test_money_goes_back_on_the_route_it_came(payments: LocalPayments) -> None:
    receipt = payments.refund(request("399.00", "job-1"))
    assert (receipt.amount, receipt.route, receipt.repeated) == (Decimal("399.00"), "alipay", False)


def test_the_same_key_pays_once(payments: LocalPayments, runtime: Runtime) -> None:
    first = payments.refund(request("399.00", "job-1"))
    again = payments.refund(request("399.00", "job-1"))
    assert (again.reference, again.repeated) == (first.reference, True)
    assert paid_back(runtime) == Decimal("399.00")


def test_a_used_key_cannot_pay_another_amount(payments: LocalPayments) -> None:
    payments.refund(request("399.00", "job-1"))
    with pytest.raises(InvalidInput, match="used for another"):
        payments.refund(request("1.00", "job-1"))


def test_never_more_goes_back_than_was_paid(payments: LocalPayments, runtime: Runtime) -> None:
    payments.refund(request("800.00", "job-1"))
    with pytest.raises(InvalidInput, match=r"6\.00"):
        payments.refund(request("6.01", "job-2"))
    payments.refund(request("6.00", "job-3"))
    assert paid_back(runtime) == Decimal("806.00")


def test_many_at_once_still_never_pay_more(payments: LocalPayments, runtime: Runtime) -> None:
    def pay(number: int) -> bool:
        try:
            payments.refund(request("300.00", f"job-{number % 5}"))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pay, range(20)))
    assert paid_back(runtime) == Decimal("600.00")


def test_compensation_is_apart_from_what_was_paid(payments: LocalPayments, runtime: Runtime) -> None:
    payments.refund(request("806.00", "job-1"))
    payments.refund(request("200.00", "job-2", compensation=True))
    assert paid_back(runtime) == Decimal("1006.00")


@pytest.mark.parametrize("amount", ["0", "-1.00", "0.001"])
def test_an_amount_that_cannot_be_paid_is_refused(payments: LocalPayments, amount: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be paid back"):
        payments.refund(request(amount, "job-1"))


def test_another_currency_is_refused(payments: LocalPayments) -> None:
    with pytest.raises(InvalidInput, match="CNY"):
        payments.refund(request("1.00", "job-1", currency="USD"))


def test_what_was_paid_by_hand_counts_like_any_other_refund(payments: LocalPayments, runtime: Runtime) -> None:
    payments.write_down(request("800.00", "job-1"), "BANK-1")
    with pytest.raises(InvalidInput, match=r"6\.00"):
        payments.refund(request("6.01", "job-2"))
    with pytest.raises(InvalidInput, match=r"6\.00"):
        payments.write_down(request("6.01", "job-3"), "BANK-2")
    payments.write_down(request("6.00", "job-3"), "BANK-2")
    assert paid_back(runtime) == Decimal("806.00")


def test_for_an_order_that_nobody_knows_only_a_compensation_is_paid_by_hand(runtime: Runtime) -> None:
    ledger = LocalPayments(runtime)
    with pytest.raises(NotFound, match="no payment"):
        ledger.write_down(request("50.00", "job-1"), "BANK-1")
    ledger.write_down(request("50.00", "job-2", compensation=True), "BANK-2")
    with pytest.raises(InvalidInput, match="cannot be paid back"):
        ledger.write_down(request("0.001", "job-3", compensation=True), "BANK-3")
    assert paid_back(runtime) == Decimal("50.00")


def test_the_freight_of_a_parcel_is_reimbursed_once_beside_the_goods_up_to_its_limit(
    payments: LocalPayments, runtime: Runtime
) -> None:
    payments.refund(request("806.00", "job-1"))
    freight = replace(request("12.00", "job-2", compensation=True), freight_of="SF1")
    payments.refund(freight)
    with pytest.raises(InvalidInput, match=r"paid back already: 12\.00"):
        payments.refund(replace(freight, amount=Decimal("1.00"), idempotency_key="job-3"))
    with pytest.raises(InvalidInput, match="paid back already"):
        payments.write_down(replace(freight, amount=Decimal("1.00"), idempotency_key="job-3"), "BANK-1")
    other = replace(freight, amount=Decimal("25.00"), idempotency_key="job-4", freight_of="SF2")
    with pytest.raises(InvalidInput, match=r"25(\.00)? may go back"):
        payments.refund(replace(other, amount=Decimal("25.01")))
    payments.refund(other)
    assert paid_back(runtime) == Decimal("843.00")
    with runtime.unit_of_work(read_only=True) as uow:
        lines = uow.session.execute(select(Refund.freight_of, Refund.amount).order_by(Refund.key)).all()
    assert lines == [(None, Decimal("806.00")), ("SF1", Decimal("12.00")), ("SF2", Decimal("25.00"))]


def test_an_order_that_nobody_paid_gets_nothing(runtime: Runtime) -> None:
    with pytest.raises(NotFound, match="no payment"):
        LocalPayments(runtime).refund(request("1.00", "job-1"))
