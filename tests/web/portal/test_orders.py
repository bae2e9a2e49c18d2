"""A customer's own orders: the code that opens them, what may be returned and why not, and nobody else's."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from engine.connectors.orders import OrderLine, OrderRecord, PaymentRecord, ShipmentRecord
from engine.connectors.payments import RefundPart, RefundRequest
from engine.services import messages
from engine.services import portal as service
from engine.services.cases import get_case
from engine.services.outside import outside
from engine.services.people import SYSTEM
from engine.services.shop import store_order
from tests.conftest import START
from tests.web.portal.conftest import Portal, photo

MINE, THEIRS = "13800138000", "13900139000"
HEADPHONES = OrderLine(1, "KZ-501", "无线降噪耳机", 2, Decimal("399.00"), warranty_months=12)
MUG = OrderLine(2, "MG-001", "定制照片马克杯", 1, Decimal("59.00"), traits=("custom",))
GIFT = OrderLine(3, "GF-001", "耳机收纳盒", 1, Decimal("0.00"), Decimal("29.90"))


def order(number: str, phone: str, days_ago: int = 3) -> OrderRecord:
    at = START - timedelta(days=days_ago + 3)
    parcel = ShipmentRecord("顺丰速运", f"SF{number}", "signed", at, START - timedelta(days=days_ago))
    paid = PaymentRecord(f"P{number}", "alipay", Decimal("857.00"), at)
    return OrderRecord(number, "signed", at, "王小明", phone, "杭州市文三路 1 号", "CNY", Decimal("0.00"),
                       (HEADPHONES, MUG, GIFT), (parcel,), (paid,))  # fmt: skip


@pytest.fixture
def make_buyer(make_portal: Callable[[], Portal]) -> Callable[[], Portal]:
    def make() -> Portal:
        portal = make_portal()
        with portal.runtime.unit_of_work() as uow:
            for record in (order("D1", MINE), order("D2", THEIRS)):
                store_order(portal.runtime, uow, record)
        return portal

    return make


@pytest.fixture
def buyer(make_buyer: Callable[[], Portal]) -> Portal:
    portal = make_buyer()
    assert enter(portal, MINE).location == "/portal/mine"
    return portal


def code_for(portal: Portal, contact: str) -> str | None:
    found = re.search(r'id="shown-code">(\d{6})<', portal.post("/portal/sign-in", {"contact": contact}).text)
    return found[1] if found else None


def enter(portal: Portal, contact: str) -> TestResponse:
    return portal.post("/portal/code", {"contact": contact, "code": code_for(portal, contact)})


def send(portal: Portal, line: int = 1, **fields: object) -> TestResponse:
    given = {"_files": "photos", "photos": [], "reason": "quality", "requested": "exchange", "consent": "true"}
    return portal.post(f"/portal/orders/D1/return/{line}", {**given, "description": "左耳没有声音了", **fields})


def test_orders_are_open_to_nobody_without_the_code(make_buyer: Callable[[], Portal]) -> None:
    portal = make_buyer()
    for path in ("/portal/mine", "/portal/orders/D1", "/portal/orders/D1/return/1"):
        answer = portal.get(path)
        assert (answer.status_code, answer.location) == (302, f"/portal/sign-in?next={path}")
    code = code_for(portal, MINE)
    wrong = f"{(int(str(code)) + 1) % 1_000_000:06d}"
    assert portal.post("/portal/code", {"contact": MINE, "code": wrong}).status_code == 422
    assert portal.get("/portal/mine").status_code == 302
    assert portal.post(
        "/portal/code", {"contact": "138 0013 8000", "code": code, "next": "/portal/orders/D1"}
    ).location == ("/portal/orders/D1")
    assert "无线降噪耳机" in portal.get("/portal/orders/D1").text
    portal.post("/portal/leave")
    assert portal.get("/portal/mine").status_code == 302


def test_a_code_counts_once_within_its_time_and_a_few_tries(make_buyer: Callable[[], Portal]) -> None:
    portal = make_buyer()
    code = code_for(portal, MINE)
    for _ in range(5):
        assert portal.post("/portal/code", {"contact": MINE, "code": "x"}).status_code == 422
    assert portal.post("/portal/code", {"contact": MINE, "code": code}).status_code == 422
    code = code_for(portal, MINE)
    portal.clock.advance(timedelta(minutes=11))
    assert portal.post("/portal/code", {"contact": MINE, "code": code}).status_code == 422
    code = code_for(portal, MINE)
    assert portal.post("/portal/code", {"contact": THEIRS, "code": code}).status_code == 422
    assert portal.post("/portal/code", {"contact": MINE, "code": code}).status_code == 302
    assert portal.post("/portal/code", {"contact": MINE, "code": code}).status_code == 422


def test_asking_for_a_code_does_not_tell_who_is_a_customer(make_buyer: Callable[[], Portal]) -> None:
    portal = make_buyer()
    known, unknown = (portal.post("/portal/sign-in", {"contact": phone}) for phone in (MINE, "13700137000"))
    shown = re.compile(r'<div class="alert alert-info.*?</div>', re.DOTALL)
    told = [
        re.sub(r'1[37][0-9]{9}|value="[^"]{40,}"|content="[^"]{40,}"', "", shown.sub("", answer.text)).split()
        for answer in (known, unknown)
    ]
    assert told[0] == told[1]
    assert portal.post("/portal/sign-in", {"contact": "nobody"}).status_code == 422
    for _ in range(4):
        portal.post("/portal/sign-in", {"contact": MINE})
    assert portal.post("/portal/sign-in", {"contact": MINE}).status_code == 429


def test_an_address_of_another_site_is_no_way_on(buyer: Portal) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/desk/", "/portal/\\evil", "/portal//evil"):
        assert buyer.get("/portal/sign-in", query_string={"next": elsewhere}).location == "/portal/mine"


def test_a_customer_sees_their_own_orders_and_cases_and_no_others(
    make_buyer: Callable[[], Portal], buyer: Portal
) -> None:
    page = buyer.get("/portal/mine").text
    assert "D1" in page
    assert "D2" not in page
    for path in ("/portal/orders/D2", "/portal/orders/D2/return/1", "/portal/orders/NONE"):
        assert buyer.get(path).status_code == 404
    assert buyer.post("/portal/orders/D2/return/1", {"reason": "quality"}).status_code == 404
    send(buyer)
    number = buyer.case().number
    other = make_portal_like(make_buyer, buyer)
    enter(other, THEIRS)
    assert other.get(f"/portal/cases/{number}").status_code == 404
    assert other.post(f"/portal/cases/{number}/messages", {"text": "我是谁"}).status_code == 404
    assert other.post(f"/portal/cases/{number}/ask/cancel_return").status_code == 404
    assert number not in other.get("/portal/mine").text


def make_portal_like(_make: object, portal: Portal) -> Portal:
    """Another browser at the same desk."""
    return Portal(portal.runtime, portal.client.application.test_client(), portal.clock)


def test_each_reason_says_what_it_leads_to_or_why_not(buyer: Portal) -> None:
    headphones = buyer.get("/portal/orders/D1/return/1").text
    assert "今天是第 3 天" in headphones
    assert "可以：退货退款、换货、维修 · 运费我们承担" in " ".join(headphones.split())
    mug = buyer.get("/portal/orders/D1/return/2").text
    assert "不能办理" in mug
    assert "法定不适用七日无理由退货的商品" in mug
    assert "reason=no_reason" not in mug
    assert "reason=quality" in mug
    english = buyer.get("/portal/orders/D1/return/2?lang=en").text
    assert "By law this kind of article cannot be returned without a reason" in english


def test_what_the_rules_refuse_is_refused_when_it_is_sent_all_the_same(buyer: Portal) -> None:
    answer = send(buyer, 2, reason="no_reason", requested="return_refund", intact="true")
    assert answer.status_code == 422
    assert "法定不适用七日无理由退货的商品" in answer.text
    answer = send(buyer, 1, reason="no_reason", requested="repair", intact="true")
    assert answer.status_code == 422
    assert ">左耳没有声音了</textarea>" in answer.text  # nothing typed is lost
    assert buyer.get("/portal/thanks").status_code == 302


def test_a_return_is_asked_for_with_photos_and_followed_from_the_order(buyer: Portal) -> None:
    answer = send(buyer, photos=[(io.BytesIO(photo()), "左耳.jpg")])
    assert answer.location == "/portal/thanks"
    buyer.work()
    case = buyer.case()
    assert (case.kind, case.order_number, case.sku) == ("return_exchange", "D1", "KZ-501")
    page = buyer.get(f"/portal/cases/{case.number}").text
    assert "客服正在审核您的申请" in page
    assert "左耳.jpg" in page
    assert f"/portal/cases/{case.number}" in buyer.get("/portal/orders/D1").text
    # A second window, or a second press of the button, opens no second case.
    assert send(buyer).location == f"/portal/cases/{case.number}"
    assert len(service.my_cases(buyer.runtime, actor=case_actor(buyer, case.number))) == 1


def case_actor(portal: Portal, number: str):  # type: ignore[no-untyped-def]
    customer = get_case(portal.runtime, number, actor=SYSTEM).customer
    assert customer is not None
    return service.proven_actor(portal.runtime, customer.key)


def test_a_gift_is_not_returned_alone_and_an_article_must_be_in_the_order(buyer: Portal) -> None:
    page = buyer.get("/portal/orders/D1").text
    assert "return/1" in page
    assert "return/3" not in page
    assert buyer.get("/portal/orders/D1/return/9").status_code == 404


def test_the_customers_forms_know_what_we_know(buyer: Portal) -> None:
    page = buyer.get("/portal/new/complaint?order_number=D1").text
    assert 'value="王小明"' in page
    assert f'value="{MINE}"' in page
    assert 'value="D1"' in page


def test_a_question_reaches_the_intake(buyer: Portal) -> None:
    asked = {
        "customer_name": "王小明",
        "contact": MINE,
        "request_type": "consultation",
        "description": "耳机怎么连电脑？",
    }
    assert buyer.post("/portal/new/intake", {"_files": "photos", "photos": [], **asked}).location == "/portal/thanks"
    buyer.work()
    assert buyer.case().description == "耳机怎么连电脑？"
    assert "咨询" in buyer.get("/portal/mine").text


def test_an_order_change_says_what_is_missing_and_is_lost_to_nobody_while_none_takes_it(buyer: Portal) -> None:
    answer = buyer.post("/portal/orders/D1/change", {"change": "address", "new_address": " ", "description": "搬家了"})
    assert answer.status_code == 422
    assert 'id="new-address-error"' in answer.text
    assert ">搬家了</textarea>" in answer.text
    assert buyer.post("/portal/orders/D2/change", {"change": "cancel"}).status_code == 404


def test_who_files_a_second_complaint_is_shown_the_open_one_and_may_send_it_anyway(portal: Portal) -> None:
    assert "正在处理的投诉" not in portal.get("/portal/new/complaint").text
    portal.filed(contact=MINE)
    number = portal.case().number
    assert "正在处理的投诉" not in portal.get("/portal/new/complaint").text, "a stranger is told of nobody's cases"
    enter(portal, MINE)
    page = portal.get("/portal/new/complaint").text
    assert "正在处理的投诉" in page
    assert f"/portal/cases/{number}" in page
    portal.filed(contact=MINE)
    assert portal.case().number != number


def test_what_is_left_of_an_article_may_be_returned_once_the_first_pieces_are_refunded(buyer: Portal) -> None:
    wanted = {"reason": "no_reason", "requested": "return_refund", "quantity": "1", "intact": "true"}
    send(buyer, **wanted)
    buyer.work()
    first = buyer.case().number
    buyer.staff_does("review_request", remedy="return_refund", freight_payer="buyer", review_note="符合规则")
    assert send(buyer, **wanted).location == f"/portal/cases/{first}", "the first one is under way"
    for name, values in (("tracking.submitted", {"carrier": "顺丰", "number": "SF1"}), ("warehouse.received", {})):
        messages.publish(buyer.runtime, name, first, values)
        buyer.work()
    buyer.staff_does("inspect", received_quantity=1, grade="intact")
    buyer.staff_does("approve_plan", who="boss", approved=True)
    assert buyer.case().outcome is None, "stock and callback are still to come"
    page = buyer.get("/portal/orders/D1/return/1?reason=no_reason").text
    assert "已退 1 件，还可以申请 1 件" in page
    assert 'name="quantity"' not in page, "of a single piece nobody is asked how many"
    more = send(buyer, **wanted | {"quantity": "2"})
    assert more.status_code == 422
    assert "这件商品还可以申请 1 件" in more.text
    assert send(buyer, **wanted).location == "/portal/thanks"
    buyer.work()
    assert buyer.case().number != first
    assert [task.element_id for task in buyer.case().tasks] == ["review_request"]


def test_how_many_pieces_may_go_back_stands_at_the_field_until_none_is_left(buyer: Portal) -> None:
    assert "还可以申请 2 件，不填为全部" in buyer.get("/portal/orders/D1/return/1?reason=no_reason").text
    assert "Up to 2; empty: all of them" in buyer.get("/portal/orders/D1/return/1?reason=no_reason&lang=en").text
    more = send(buyer, reason="no_reason", requested="return_refund", quantity="3", intact="true")
    assert (more.status_code, "这件商品还可以申请 2 件" in more.text) == (422, True)
    paid = RefundRequest(
        "D1", Decimal("798.00"), "CNY", "两件都已退", "by hand", parts=(RefundPart(1, 2, Decimal("798.00")),)
    )
    outside(buyer.runtime).payments.refund(paid)
    assert "All of it went back." in buyer.get("/portal/orders/D1?lang=en").text
    assert buyer.get("/portal/orders/D1/return/1?reason=quality").location == "/portal/orders/D1"
    answer = send(buyer)
    assert answer.status_code == 422
    assert "这件商品还可以申请 0 件" in answer.text


def test_a_return_that_was_cancelled_does_not_look_as_if_all_was_done(buyer: Portal) -> None:
    send(buyer)
    buyer.work()
    path = f"/portal/cases/{buyer.case().number}"
    assert 'class="kf-way-now"' in buyer.get(path).text
    buyer.post(f"{path}/ask/cancel_return")
    buyer.work()
    page = buyer.get(path).text
    assert buyer.case().outcome == "cancelled"
    assert "验货" not in page
    assert "kf-way-done" not in page
