"""A return from the customer's side: asked for, sent back with its parcel's number, or cancelled while that is possible."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.connectors.orders import OrderLine, OrderRecord, PaymentRecord, ShipmentRecord
from engine.services.shop import store_order
from tests.conftest import START
from tests.web.portal.conftest import Portal

BOUGHT, SIGNED, PRICE = START - timedelta(days=6), START - timedelta(days=2), Decimal("199.00")
ORDER = OrderRecord(
    number="R-1001",
    status="signed",
    placed_at=BOUGHT,
    customer_name="王芳",
    customer_phone="13800138000",
    address="浙江省杭州市余杭区文一西路 1 号",
    currency="CNY",
    freight=Decimal("0.00"),
    lines=(OrderLine(1, "TB-012", "声波电动牙刷", 1, PRICE),),
    shipments=(ShipmentRecord("顺丰速运", "SF1", "signed", BOUGHT, SIGNED),),
    payments=(PaymentRecord("PAY-1", "alipay", PRICE, BOUGHT),),
)
REQUEST = {
    "customer_name": "王芳",
    "contact": "13800138000",
    "order_number": ORDER.number,
    "sku": "TB-012",
    "reason": "no_reason",
    "requested": "return_refund",
    "intact": "true",
    "description": "不喜欢颜色",
}


@pytest.fixture
def page(portal: Portal) -> str:
    """A return that was reviewed and accepted; the path of its page."""
    portal.runtime.transact(lambda uow: store_order(portal.runtime, uow, ORDER))
    assert portal.post("/portal/new/return_exchange", REQUEST).status_code == 302
    portal.work()
    page = portal.link()
    review = {"remedy": "return_refund", "freight_payer": "buyer", "review_note": "符合规则", "amount": 199}
    portal.staff_does("review_request", **review)
    return page


def test_an_accepted_return_tells_the_address_and_asks_for_the_parcel(portal: Portal, page: str) -> None:
    shown = portal.get(page).text
    assert "请寄回商品并填写快递单号" in shown
    assert "退货地址" in shown
    assert "不需要您做什么" not in shown
    assert portal.case().order_known


def test_the_parcels_number_is_taken_once(portal: Portal, page: str) -> None:
    portal.post(f"{page}/tracking", {"carrier": "顺丰", "tracking_number": "SF1234567890"})
    portal.work()
    shown = portal.get(page).text
    assert "您已寄回商品" in shown
    assert "SF1234567890" in shown
    assert "请寄回商品并填写快递单号" not in shown


def test_a_parcel_without_a_number_is_asked_for_at_its_field(portal: Portal, page: str) -> None:
    answer = portal.post(f"{page}/tracking", {"carrier": "顺丰", "tracking_number": ""})
    assert answer.status_code == 422
    assert 'id="track-tracking_number-error">此项必填' in answer.text
    answer = portal.post(
        f"{page}/tracking", {"carrier": "顺丰", "tracking_number": "SF1234567890", "freight_paid": "十二"}
    )
    assert answer.status_code == 422
    assert 'id="track-freight_paid-error">请填写金额' in answer.text
    assert 'value="顺丰"' in answer.text


def test_a_return_is_cancelled_after_asking(portal: Portal, page: str) -> None:
    assert "取消后不再退换" in portal.get(f"{page}/ask/cancel_return").text
    portal.post(f"{page}/ask/cancel_return", {"note": "又喜欢了"})
    portal.work()
    assert (portal.case().status, portal.case().outcome) == ("closed", "cancelled")
    assert "已取消" in portal.get(page).text


def test_a_return_on_its_way_can_no_longer_be_cancelled(portal: Portal, page: str) -> None:
    portal.post(f"{page}/tracking", {"carrier": "顺丰", "tracking_number": "SF1234567890"})
    portal.work()
    answer = portal.post(f"{page}/ask/cancel_return", follow_redirects=True)
    assert "现在已经不能这样做了" in answer.text
