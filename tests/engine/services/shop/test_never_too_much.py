"""Whatever is asked, in whatever order, however often, by however many at once: never more goes back than was paid."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.connectors.http.client import JsonClient
from engine.connectors.orders import OrderRecord
from engine.connectors.payments import RefundPart, RefundRequest
from engine.connectors.payments.http import HttpPayments
from engine.errors import InvalidInput, NotFound, Unavailable
from engine.model.order import Refund
from engine.runtime import Runtime
from engine.services.shop import Ledger, LocalOrders, store_order
from engine.services.shop.ledger import freight_refunded, left_to_refund, paid_since, refunded_parts
from engine.services.shop.shares import shares_of
from engine.services.shop.statement import Wanted, draw_up
from tests.engine.connectors.reference_bank import ReferenceBank
from tests.engine.connectors.sample_orders import SIGNED
from tests.engine.services.shop.test_shares import cents, orders


@pytest.fixture(scope="module")
def bank() -> Iterator[ReferenceBank]:
    with ReferenceBank({}) as server:
        yield server


def ledger_of(runtime: Runtime, bank: ReferenceBank, order: OrderRecord) -> Ledger:
    """A ledger before a bank that knows this one order, new for each story."""
    with runtime.unit_of_work() as uow:
        store_order(runtime, uow, order)
    bank.paid[order.number] = order.paid
    bank.refunds, bank.dues, bank.pending, bank.refuse, bank.lost_answers = {}, {}, False, False, 0
    client = JsonClient("The payment service", bank.url, token="secret", sleep=lambda seconds: None, attempts=1)
    return Ledger(runtime, LocalOrders(runtime), HttpPayments(client))


# One action of a story. A return is asked for as the process does it; a complaint names its article or only its order;
# a difference is what an exchange costs more, paid by the customer; `again` repeats what was asked before, perhaps by hand. What
# finance pays by hand for a complaint or a mediation names only the order; a compensation is on top, whoever pays it; so is the
# freight of a parcel that was sent back, up to its limit.
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("return"), st.sampled_from("ABC"), st.none() | st.integers(1, 3), st.booleans()),
        st.tuples(st.just("everything")),
        st.tuples(st.just("complaint"), st.sampled_from(("A", "B", "C", "")), cents(1, 20_000)),
        st.tuples(st.just("forged"), st.integers(1, 4), st.integers(0, 3), cents(0, 30_000), cents(1, 40_000)),
        st.tuples(st.just("cheaper"), st.integers(1, 4), cents(1, 5_000)),
        st.tuples(st.just("dearer"), st.integers(1, 4), cents(1, 5_000)),
        st.tuples(st.just("again"), st.integers(0, 9)),
        st.tuples(st.just("lost")),
        st.tuples(st.just("by hand"), st.sampled_from(("A", "B", "C", "")), cents(1, 20_000)),
        st.tuples(st.just("compensation"), cents(1, 20_000), st.booleans()),
        st.tuples(st.just("freight"), cents(1, 4_000), st.booleans(), st.sampled_from(("SF1", "SF2"))),
    ),
    min_size=1,
    max_size=12,
)
_number = iter(range(10**9))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=orders(), actions=ACTIONS)
def test_over_any_story_no_order_and_no_item_gets_back_more_than_was_paid_for_it(
    sqlite_runtime: Runtime, bank: ReferenceBank, order: OrderRecord, actions: list[tuple]
) -> None:
    order = replace(order, number=f"P{next(_number)}")
    ledger = ledger_of(sqlite_runtime, bank, order)
    asked: list[RefundRequest] = []
    for place, (kind, *details) in enumerate(actions):
        key = f"{order.number}-{place}"
        if kind == "lost":
            bank.lost_answers = 1
        elif kind == "dearer":
            line, amount = details
            due = ledger.ask(order.number, amount, "CNY", "差价", key, line=line)
            ledger.mark_due(due.reference, "paid")
        else:
            request = (
                asked[details[0] % len(asked)]
                if kind == "again" and asked
                else make(sqlite_runtime, order, kind, details, key)
            )
            if request is not None:
                asked.append(request)
                pay(ledger, request, by_hand=kind == "by hand" or (kind in ("compensation", "freight") and details[1]))
        check(sqlite_runtime, bank, order)


def make(runtime: Runtime, order: OrderRecord, kind: str, details: list, key: str) -> RefundRequest | None:
    request = RefundRequest(order.number, Decimal("0.01"), "CNY", kind, key)
    if kind in ("return", "everything"):
        wanted = Wanted(everything=True)
        if kind == "return":
            wanted = Wanted(details[0], details[1], payer="seller" if details[2] else "buyer")
        with runtime.unit_of_work(read_only=True) as uow:
            before, left = refunded_parts(uow, order.number), left_to_refund(uow, order)
            found = draw_up(order, wanted, before=before, left=left, freight_before=freight_refunded(uow, order.number))
        return replace(request, amount=found.total, parts=found.parts) if found.total else None
    if kind == "forged":
        line, quantity, part, amount = details
        return replace(request, amount=amount, parts=(RefundPart(line, quantity, part),))
    if kind == "cheaper":
        return replace(request, amount=details[1], parts=(RefundPart(details[0], 0, details[1]),))
    if kind == "freight":
        return replace(request, amount=details[0], compensation=True, freight_of=details[2])
    if kind == "compensation":
        return replace(request, amount=details[0], compensation=True)
    if kind in ("complaint", "by hand"):
        return replace(request, amount=details[1], sku=details[0])
    return None


def pay(ledger: Ledger, request: RefundRequest, by_hand: bool) -> None:
    try:
        if by_hand:
            ledger.write_down(request, f"HAND-{request.idempotency_key}")
        else:
            ledger.refund(request)
    except (InvalidInput, NotFound, Unavailable):
        pass  # refused, or not known yet; what counts is what was paid


def check(runtime: Runtime, bank: ReferenceBank, order: OrderRecord) -> None:
    """The judge adds up what the bank really paid and what was paid by hand, and what the ledger says of each line."""
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(func.sum(Refund.amount)).where(
            Refund.order_number == order.number, Refund.route == "by hand", Refund.compensation.is_(False)
        )
        by_hand = uow.session.scalar(query) or Decimal(0)
        since, parts = paid_since(uow, order.number), refunded_parts(uow, order.number)
        beside = freight_refunded(uow, order.number)
    received = order.paid + sum(since.values(), Decimal(0))
    assert bank.paid_back - bank.compensated + by_hand <= received
    for parcel in ("SF1", "SF2"):
        with runtime.unit_of_work(read_only=True) as uow:
            query = select(Refund.amount).where(Refund.freight_of == parcel, Refund.state != "failed")
            once = uow.session.scalars(query).all()
        assert len(once) <= 1, "whichever order it is for, and whoever asked"
        assert sum(once) <= 25  # the setting return.freight_most
    for share in shares_of(order):
        pieces, money = parts.get(share.line, (0, Decimal(0)))
        assert money <= share.paid + since.get(share.line, Decimal(0))
        assert pieces <= share.quantity
    assert beside <= order.freight


def test_a_parcel_that_two_orders_name_is_reimbursed_once_however_it_is_written(
    runtime: Runtime, bank: ReferenceBank
) -> None:
    ledger = ledger_of(runtime, bank, SIGNED)
    other = replace(SIGNED, number="A4")
    with runtime.unit_of_work() as uow:
        store_order(runtime, uow, other)
    bank.paid[other.number] = other.paid
    written = ("SF1234567890", "sf 1234-567890", "ＳＦ１２３４５６７８９０")

    def ask(number: int) -> None:
        order = (SIGNED, other)[number % 2].number
        request = RefundRequest(order, Decimal("10.00"), "CNY", "运费", f"f-{number}", compensation=True)
        pay(ledger, replace(request, freight_of=written[number % 3]), by_hand=number % 5 == 4)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(12)))
    with runtime.unit_of_work(read_only=True) as uow:
        [paid] = uow.session.scalars(select(Refund)).all()
    assert (paid.freight_of, paid.amount) == ("SF1234567890", Decimal("10.00"))
    with pytest.raises(InvalidInput, match=rf"paid back already: 10\.00 for order {paid.order_number}"):
        ledger.refund(RefundRequest(SIGNED.number, Decimal("1.00"), "CNY", "运费", "late", compensation=True,
                                    freight_of="SF-1234567890"))  # fmt: skip
    paid_by_bank = ledger.refund(RefundRequest(other.number, Decimal("1.00"), "CNY", "运费", "another", compensation=True,
                                               freight_of="SF1234567891"))  # fmt: skip
    assert paid_by_bank.state == "settled", "another parcel"


def test_many_at_once_pay_each_key_once_and_stay_below_what_was_paid(runtime: Runtime, bank: ReferenceBank) -> None:
    ledger = ledger_of(runtime, bank, SIGNED)  # 806.00 paid, 798.00 of it for two pieces

    def ask(number: int) -> None:
        key = f"job-{number % 4}"
        part = RefundPart(1, 1, Decimal("399.00"))
        pay(ledger, RefundRequest(SIGNED.number, Decimal("399.00"), "CNY", "退货", key, parts=(part,)), by_hand=False)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(32)))
    assert bank.paid_back == Decimal("798.00")
    assert len(bank.refunds) == 2


def test_a_process_that_died_before_it_heard_the_answer_does_not_pay_again(
    sqlite_runtime: Runtime, bank: ReferenceBank
) -> None:
    ledger = ledger_of(sqlite_runtime, bank, SIGNED)
    request = RefundRequest(SIGNED.number, Decimal("399.00"), "CNY", "退货", "job-1", sku="KZ-501")
    bank.lost_answers = 1
    with pytest.raises(Unavailable):
        ledger.refund(request)
    assert bank.paid_back == Decimal("399.00"), "the bank has paid, and we do not know it"
    with pytest.raises(InvalidInput, match="left to pay back"):
        ledger.refund(replace(request, idempotency_key="job-2", amount=Decimal("500.00")))
    receipt = ledger.refund(request)
    assert (receipt.amount, receipt.repeated) == (Decimal("399.00"), True)
    assert bank.paid_back == Decimal("399.00")


def test_a_refund_that_the_service_refuses_counts_no_more(sqlite_runtime: Runtime, bank: ReferenceBank) -> None:
    ledger = ledger_of(sqlite_runtime, bank, SIGNED)
    request = RefundRequest(SIGNED.number, Decimal("798.00"), "CNY", "退货", "job-1", sku="KZ-501")
    bank.refuse = True
    with pytest.raises(InvalidInput, match="card is closed"):
        ledger.refund(request)
    bank.refuse = False
    assert ledger.refund(replace(request, idempotency_key="job-2")).state == "settled"


def test_a_pending_refund_counts_and_is_settled_when_the_service_says_so(
    sqlite_runtime: Runtime, bank: ReferenceBank
) -> None:
    ledger = ledger_of(sqlite_runtime, bank, SIGNED)
    bank.pending = True
    receipt = ledger.refund(RefundRequest(SIGNED.number, Decimal("798.00"), "CNY", "退货", "job-1", sku="KZ-501"))
    assert (receipt.state, ledger.refund_state(receipt.reference)) == ("pending", "pending")
    with pytest.raises(InvalidInput, match="left"):
        ledger.refund(RefundRequest(SIGNED.number, Decimal("9.00"), "CNY", "退货", "job-2"))
    bank.settle(receipt.reference, "failed")
    assert ledger.refund_state(receipt.reference) == "failed"
    assert ledger.refund(RefundRequest(SIGNED.number, Decimal("9.00"), "CNY", "退货", "job-3")).amount == 9
