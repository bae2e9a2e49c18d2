from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from engine.connectors.orders import OrderRecord
from engine.model.order import OrderRemark, Refund, Shipment, Stock
from engine.runtime import BpmnError, JobFailed
from engine.services import cases
from engine.services.handlers.aftersales import facts
from engine.services.shop import set_stock
from tests.engine.connectors.sample_orders import BETTER, ON_ITS_WAY, SIGNED, UNSHIPPED
from tests.engine.services.desk_fixtures import COMPLAINT, Desk
from tests.engine.services.desk_people import AGENT

ZONE = "Asia/Shanghai"


@pytest.fixture
def number(desk: Desk) -> str:
    return str(desk.handle(desk.job("case.open", COMPLAINT))["case_number"])


def ask(order: OrderRecord | None, day: date, sku: str = "KZ-501") -> dict[str, object]:
    return facts(order, sku, noon(day), ZONE)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("order", "state"), [(UNSHIPPED, "unshipped"), (ON_ITS_WAY, "shipped"), (SIGNED, "signed"), (None, "unknown")]
)
def test_the_rules_are_told_the_state(order: OrderRecord | None, state: str) -> None:
    assert ask(order, date(2026, 2, 10))["state"] == state


def test_a_lost_parcel_is_lost_whatever_the_order_says() -> None:
    lost = replace(ON_ITS_WAY, shipments=(replace(ON_ITS_WAY.shipments[0], status="lost"),))
    assert ask(lost, date(2026, 2, 10))["state"] == "lost"


@pytest.mark.parametrize(("day", "days"), [(4, 0), (5, 1), (11, 7), (12, 8)])
def test_day_one_is_the_day_after_signing(day: int, days: int) -> None:
    assert ask(SIGNED, date(2026, 2, day))["days_since_signed"] == days  # signed on 4 February in Shanghai


def test_an_exception_counts_for_the_article_that_has_it() -> None:
    cherries = replace(SIGNED, lines=(replace(SIGNED.lines[0], traits=("perishable",)), SIGNED.lines[1]))
    assert ask(cherries, date(2026, 2, 5))["exception"] == "perishable"
    assert ask(cherries, date(2026, 2, 5), "GIFT-1")["exception"] is None
    assert ask(cherries, date(2026, 2, 5), "GIFT-1")["exclusion_confirmed"] is True


def test_warranty_ends_with_its_months() -> None:
    assert ask(SIGNED, date(2026, 12, 1))["in_warranty"] is True
    assert ask(SIGNED, date(2027, 3, 1))["in_warranty"] is False


@pytest.mark.parametrize(("kept_price", "breaks"), [("98.99", True), ("99.00", False), ("0.00", False)])
def test_a_partial_return_may_break_free_shipping(kept_price: str, breaks: bool) -> None:
    kept = replace(SIGNED.lines[1], unit_price=Decimal(kept_price))
    order = replace(SIGNED, freight=Decimal(0), lines=(SIGNED.lines[0], kept))
    found = facts(order, "KZ-501", noon(date(2026, 2, 5)), ZONE, 0, Decimal(99))
    assert found["breaks_free_shipping"] is breaks


def test_freight_that_was_paid_is_not_broken() -> None:
    assert facts(SIGNED, "KZ-501", noon(date(2026, 2, 5)), ZONE, 0, Decimal(99))["breaks_free_shipping"] is False


def test_a_gift_that_is_not_taken_back_does_not_keep_the_whole_order() -> None:
    assert facts(SIGNED, "GIFT-1", noon(date(2026, 2, 5)), ZONE)["exclusion_confirmed"] is True
    assert facts(SIGNED, "", noon(date(2026, 2, 5)), ZONE)["exclusion_confirmed"] is False


def test_loading_an_order_without_a_case_opens_one_that_goes_by_the_same_number(desk: Desk) -> None:
    job = desk.job("order.load", COMPLAINT)
    answer = desk.handle(job)
    assert answer["aftersale_number"].startswith("TH20260302-")
    assert answer["order"]["paid"] == 806.0
    assert desk.handle(job) == answer
    assert desk.case(answer["aftersale_number"]).kind == "return_exchange"


def test_a_return_within_a_complaint_has_a_number_of_its_own(desk: Desk, number: str) -> None:
    answer = desk.handle(desk.job("order.load", {"case_number": number, "order_number": SIGNED.number}))
    assert answer["aftersale_number"] != number
    assert desk.case(number).attributes["aftersale_number"] == answer["aftersale_number"]


def price(desk: Desk, **changes: object) -> dict[str, object]:
    asked = {"order_number": SIGNED.number, "sku": "KZ-501", "quantity": 1, "exchange_sku": BETTER.sku} | changes
    return desk.handle(desk.job("article.price", asked))


def test_an_exchange_costs_the_new_price_beyond_what_was_paid(desk: Desk, number: str) -> None:
    with desk.runtime.unit_of_work() as uow:
        set_stock(uow, BETTER.sku, BETTER.name, BETTER.price, 1)  # 459.50; 399.00 were paid a piece
    assert price(desk)["price_difference"] == 60.5
    assert price(desk, quantity=2)["price_difference"] == 121.0
    assert price(desk, exchange_sku="KZ-501")["price_difference"] == 0
    pay(desk, number, parts=[{"line": 1, "quantity": 1, "amount": 399}], amount=399)
    assert price(desk, quantity=None)["article"] == {
        "known": True, "name": BETTER.name, "price": 459.5, "quantity": 1, "paid": 399.0
    }  # fmt: skip


@pytest.mark.parametrize("unknown", [{"exchange_sku": "NOPE"}, {"order_number": "NOPE"}, {"sku": "NOPE"}])
def test_what_the_shop_does_not_know_has_no_difference(desk: Desk, unknown: dict[str, object]) -> None:
    answer = price(desk, **({"exchange_sku": "KZ-501"} | unknown))
    assert answer["price_difference"] is None
    assert answer["article"]["known"] is False


def pay(desk: Desk, number: str, key: int | None = None, **changes: object) -> dict[str, object]:
    variables = {"case_number": number, "order_number": SIGNED.number, "amount": 100, "kind": "refund"} | changes
    return desk.handle(desk.job("payment.refund", variables, key=key))


def paid_back(desk: Desk) -> Decimal:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return uow.session.scalar(select(func.sum(Refund.amount))) or Decimal(0)


def test_a_refund_is_paid_once_however_often_the_job_runs(desk: Desk, number: str) -> None:
    assert pay(desk, number, key=7) == pay(desk, number, key=7)
    assert paid_back(desk) == Decimal("100.00")
    entries = [entry.name for entry in cases.timeline(desk.runtime, number, actor=AGENT)]
    assert entries.count("payment.refunded") == 1


def test_floats_from_a_form_are_paid_to_the_cent(desk: Desk, number: str) -> None:
    pay(desk, number, amount=0.1 + 0.2)
    assert paid_back(desk) == Decimal("0.30")


@pytest.mark.parametrize("changes", [{"amount": 806.01}, {"amount": 0}, {"order_number": "X"}])
def test_what_cannot_be_paid_is_the_diagrams_error(desk: Desk, number: str, changes: dict[str, object]) -> None:
    with pytest.raises(BpmnError) as error:
        pay(desk, number, **changes)
    assert error.value.code == "PAYMENT_FAILED"
    assert paid_back(desk) == 0


def test_an_amount_that_is_none_is_an_incident(desk: Desk, number: str) -> None:
    with pytest.raises(JobFailed) as failed:
        pay(desk, number, amount=None)
    assert failed.value.permanent


def stock(desk: Desk) -> tuple[int, int]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        row = uow.session.scalars(select(Stock)).one()
        return row.free, row.reserved


def test_an_exchange_reserves_then_ships_one_piece_once(desk: Desk, number: str) -> None:
    held = desk.handle(desk.job("stock.reserve", {"case_number": number, "sku": "KZ-501"}))
    assert stock(desk) == (4, 1)
    job = desk.job("shipment.create", {"case_number": number, **held}, kind="exchange")
    assert desk.handle(job) == desk.handle(job)
    assert stock(desk) == (4, 0)
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).where(Shipment.case_number == number)) == 1


@pytest.mark.parametrize("variables", [{"sku": "KZ-501", "quantity": 6}, {"sku": "unknown"}])
def test_no_stock_is_the_diagrams_error(desk: Desk, variables: dict[str, object]) -> None:
    with pytest.raises(BpmnError) as error:
        desk.handle(desk.job("stock.reserve", variables))
    assert error.value.code == "OUT_OF_STOCK"


@pytest.mark.parametrize(("grade", "disposition"), [("new", "restock"), ("opened", "relabel"), ("damaged", "scrap")])
def test_a_grade_decides_what_becomes_of_the_goods(desk: Desk, number: str, grade: str, disposition: str) -> None:
    job = desk.job("stock.disposition", {"case_number": number, "sku": "KZ-501", "grade": grade})
    assert desk.handle(job) == {"disposition": disposition}
    assert stock(desk)[0] == (6 if disposition == "restock" else 5)


def test_orders_are_cancelled_changed_and_turned_in_time(desk: Desk) -> None:
    paid, shipped = {"order_number": UNSHIPPED.number}, {"order_number": ON_ITS_WAY.number}
    assert desk.handle(desk.job("order.change", paid | {"address": "上海"})) == {"done": True}
    assert desk.handle(desk.job("order.cancel", paid)) == {"done": True}
    assert desk.handle(desk.job("order.cancel", shipped)) == {"done": False}
    assert desk.handle(desk.job("order.intercept", shipped)) == {"done": True}
    with pytest.raises(JobFailed, match="no order"):
        desk.handle(desk.job("order.cancel", {"order_number": "X"}))


def test_a_change_knows_where_the_parcels_are(desk: Desk) -> None:
    answer = desk.handle(desk.job("order.track", {"order_number": ON_ITS_WAY.number}))
    [parcel] = answer["tracking"]
    assert answer["order_state"] == "shipped"
    assert (parcel["carrier"], parcel["number"], parcel["state"]) == ("SF", "SF100", "in_transit")
    assert desk.handle(desk.job("order.track", {"order_number": "X"})) == {"tracking": [], "order_state": "unknown"}


def test_a_remark_names_the_agent_and_is_written_once(desk: Desk, number: str) -> None:
    told = {"order_number": SIGNED.number, "remark": "售后退款", "agent": "alice", "case_number": number}
    job = desk.job("order.remark", told)
    assert desk.handle(job) == desk.handle(job) == {"remarked": True}
    with desk.runtime.unit_of_work(read_only=True) as uow:
        [remark] = uow.session.scalars(select(OrderRemark))
    assert (remark.author, remark.text) == ("alice", f"售后退款（{number}）")
    assert desk.handle(desk.job("order.remark", {"order_number": "X", "remark": "售后退款"})) == {"remarked": False}


def test_a_refund_is_worked_out_with_its_account_and_paid_by_its_parts(desk: Desk, number: str) -> None:
    asked = {"order_number": SIGNED.number, "sku": "KZ-501", "quantity": 1, "freight_payer": "buyer", "deduction": 29.9}
    refund = desk.handle(desk.job("refund.calculate", asked))["refund"]
    assert (refund["total"], refund["parts"]) == (369.1, [{"line": 1, "quantity": 1, "amount": 369.1}])
    assert "扣除缺失赠品标价：-¥29.90" in refund["zh"]
    pay(desk, number, amount=refund["total"], parts=refund["parts"])
    again = desk.handle(desk.job("refund.calculate", asked | {"quantity": 2, "deduction": 0}))["refund"]
    assert again["parts"] == [{"line": 1, "quantity": 1, "amount": 399.0}], "one piece went back already"


def test_a_complaints_refund_counts_for_its_article(desk: Desk, number: str) -> None:
    pay(desk, number, amount=700, sku="KZ-501")
    with pytest.raises(BpmnError, match=r"98\.00 are left"):
        pay(desk, number, amount=100, sku="KZ-501")
    assert paid_back(desk) == Decimal("700.00")


def test_a_repair_is_counted_and_the_next_request_knows_it(desk: Desk, number: str) -> None:
    done = {"case_number": number, "repair_result": "failure", "repair_note": "未修好", "repairs": 0}
    assert desk.handle(desk.job("repair.record", done)) == {"repairs": 1}
    asked = {"case_number": number, "order_number": SIGNED.number, "sku": "KZ-501"}
    assert desk.handle(desk.job("order.load", asked))["order"]["repairs"] == 1
