"""A field whose value the shop must know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.orders.http import HttpOrders
from engine.connectors.payments import RefundRequest
from engine.services import instances, starting, tasks
from engine.services.outside import outside, use
from engine.services.work import FormRefused, submit
from tests.engine.connectors.sample_orders import SIGNED
from tests.engine.services.desk_fixtures import COMPLAINT, Desk
from tests.engine.services.desk_people import AGENT

RETURN = {
    "customer_name": "王小明",
    "contact": "13800138000",
    "tier": "B",
    "channel": "phone",
    "reason": "quality",
    "requested": "exchange",
    "amount": 100,
    "description": "左耳没有声音",
}
REVIEW = {"remedy": "exchange", "freight_payer": "buyer", "review_note": "同意换货"}


def review(desk: Desk, **changes: Any) -> None:
    submit(desk.runtime, desk.tasks()["review_request"].key, REVIEW | changes, actor=AGENT)
    desk.run()


@pytest.fixture
def requested(desk: Desk) -> Desk:
    request = COMPLAINT | {"reason": "quality", "requested": "exchange", "intact": True, "order_number": SIGNED.number}
    instances.start(desk.runtime, "return_exchange", request | {"description": "左耳没有声音"}, who="alice")
    desk.run()
    return desk


def test_an_article_that_the_shop_does_not_know_is_told_at_its_field(requested: Desk) -> None:
    with pytest.raises(FormRefused) as refused:
        review(requested, exchange_sku="KZ-999")
    assert refused.value.fields == {"exchange_sku": ["店铺没有商品 KZ-999，请核对商品编码。"]}
    assert set(requested.tasks()) == {"review_request"}


def test_whoever_registers_a_return_is_told_which_articles_the_order_has(desk: Desk) -> None:
    wanted = {**RETURN, "order_number": SIGNED.number.lower(), "sku": "kz"}
    with pytest.raises(FormRefused) as refused:
        starting.start_with_form(desk.runtime, "return_exchange", wanted, actor=AGENT)
    told = "订单 A3 里没有商品 kz，有：KZ-501（无线降噪耳机）、GIFT-1（耳机收纳盒）。"
    assert refused.value.fields == {"sku": [told]}
    starting.start_with_form(desk.runtime, "return_exchange", {**wanted, "sku": "KZ-501"}, actor=AGENT)
    starting.start_with_form(desk.runtime, "return_exchange", {**wanted, "order_number": "unknown"}, actor=AGENT)


def test_the_article_itself_and_a_field_that_is_hidden_are_not_asked_about(requested: Desk) -> None:
    review(requested, remedy="return_refund", amount=798, exchange_sku="KZ-999")
    assert "review_request" not in requested.tasks()


def test_a_shop_that_does_not_answer_keeps_nobody_from_working(requested: Desk) -> None:
    away = JsonClient("The shop", "http://127.0.0.1:1", sleep=lambda seconds: None, attempts=1)
    use(requested.runtime, replace(outside(requested.runtime), orders=HttpOrders(away)))
    review(requested, exchange_sku="KZ-999")
    assert "review_request" not in requested.tasks()


def plan(desk: Desk, **changes: Any) -> None:
    form = {"justified": True, "cause_code": "quality", "remedy": "refund", "plan_note": "退款"}
    submit(desk.runtime, desk.tasks()["plan_remedy"].key, form | changes, actor=AGENT)
    desk.run()


@pytest.fixture
def investigated(desk: Desk) -> Desk:
    """A complaint about an order of which 806.00 were paid, at its plan."""
    desk.start_complaint()
    promised = (desk.clock() + timedelta(days=2)).isoformat()
    verified = {"departments": ["quality"], "agent_can_solve": True, "compensation_asked": False, "risk": "none"}
    found = {"owner": "李工", "finding": "断线", "cause_code": "quality"}
    for element, values in (("verify_complaint", verified | {"promised_at": promised}), ("investigate", found)):
        tasks.complete(desk.runtime, desk.tasks()[element].key, values, who="max")
        desk.run()
    return desk


def test_a_plan_of_more_than_was_paid_is_refused_with_what_is_left(investigated: Desk) -> None:
    with pytest.raises(FormRefused) as refused:
        plan(investigated, amount=806.01)
    assert refused.value.fields == {
        "amount": [f"订单 {SIGNED.number} 这里最多还可退 ¥806.00，请改小金额；超出的部分只能作为赔付。"]
    }
    plan(investigated, amount=806)
    assert "plan_remedy" not in investigated.tasks()


def test_what_went_back_before_is_no_longer_left_to_plan(investigated: Desk) -> None:
    before = RefundRequest(SIGNED.number, Decimal("800.00"), "CNY", "refund", "before", None)
    outside(investigated.runtime).payments.refund(before)
    with pytest.raises(FormRefused, match="amount"):
        plan(investigated, amount=30)
    plan(investigated, amount=30, remedy="compensation")
    assert "plan_remedy" not in investigated.tasks(), "compensation is on top of what was paid"


def test_a_review_grants_no_more_than_was_paid_for_the_pieces_that_come_back(requested: Desk) -> None:
    with pytest.raises(FormRefused) as refused:
        review(
            requested, remedy="return_refund", amount=798.5
        )  # two pieces of 399, and freight that the shop does not bear
    assert "¥798.00" in refused.value.fields["amount"][0]
    review(requested, remedy="return_refund", amount=798)
    assert "review_request" not in requested.tasks()


def test_an_order_that_the_shop_does_not_know_is_neither_changed_nor_cancelled_without_a_word(desk: Desk) -> None:
    request = COMPLAINT | {"order_number": "NO-SUCH", "change": "cancel", "description": "不要了", "new_address": None}
    instances.start(desk.runtime, "order_change", request, who="alice")
    desk.run()
    with pytest.raises(FormRefused) as refused:
        confirm(desk, change="cancel")
    assert "店铺没有订单 NO-SUCH" in refused.value.fields["change"][0]
    confirm(desk, change="keep")
    assert desk.tasks() == {}


def confirm(desk: Desk, **values: Any) -> None:
    submit(desk.runtime, desk.tasks()["confirm_change"].key, {"change_note": "订单号不存在"} | values, actor=AGENT)
    desk.run()
