"""The page where a customer pays the difference of an exchange, with a payment service behind it and without one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import select

from engine.connectors.chat.signing import signed_headers
from engine.connectors.http.client import JsonClient
from engine.connectors.payments.http import HttpPayments
from engine.model.customer import Customer
from engine.model.notification import Notification
from engine.model.order import PaymentDue
from engine.services import messages
from engine.services.outside import outside, use
from engine.services.shop import Ledger, LocalOrders, set_stock, store_order
from engine.services.shop.callbacks import take_callback
from tests.e2e.axe import violations
from tests.engine.connectors.reference_bank import ReferenceBank
from tests.web.portal.conftest import Portal
from tests.web.portal.test_returns import ORDER, PRICE, REQUEST

LINK = re.compile(r"http://[^\s\"<]+(/portal/p/[\w.\-]+)")


@pytest.fixture
def bank() -> Iterator[ReferenceBank]:
    with ReferenceBank({ORDER.number: PRICE}) as server:
        yield server


@pytest.fixture
def connected(portal: Portal, bank: ReferenceBank) -> Portal:
    runtime = portal.runtime
    client = JsonClient("The bank", bank.url, "secret", sleep=lambda seconds: None, attempts=1)
    use(runtime, replace(outside(runtime), payments=Ledger(runtime, LocalOrders(runtime), HttpPayments(client))))
    return portal


def owed(portal: Portal) -> str:
    """A dearer brush wanted for the old one, which is back and in order; the path of the page where the difference is paid."""
    portal.runtime.transact(lambda uow: store_order(portal.runtime, uow, ORDER))
    portal.runtime.transact(lambda uow: set_stock(uow, "TB-013", "声波电动牙刷 旗舰款", Decimal("249.00"), 5))
    asked = REQUEST | {"reason": "quality", "requested": "exchange", "description": "充不进电", "consent": "true"}
    assert portal.post("/portal/new/return_exchange", asked).status_code == 302
    portal.work()
    case = portal.link()
    review = {"remedy": "exchange", "freight_payer": "seller", "review_note": "换旗舰款", "exchange_sku": "TB-013"}
    portal.staff_does("review_request", price_difference=50, **review)
    portal.post(f"{case}/tracking", {"carrier": "顺丰", "tracking_number": "SF1234567890"})
    portal.work()
    shown = re.search(r"TH\d{8}-\d{4}", portal.get(case).text)
    assert shown is not None
    messages.publish(portal.runtime, "warehouse.received", shown[0])
    portal.work()
    portal.staff_does("inspect", "wh1", received_quantity=1, grade="opened", inspection_note="好")
    found = LINK.search(portal.get(case).text)
    assert found is not None, "the case's page leads to the payment"
    return found[1]


def due_of(portal: Portal) -> PaymentDue:
    with portal.runtime.unit_of_work(read_only=True) as uow:
        return uow.session.scalars(select(PaymentDue)).one()


def told(portal: Portal, template: str) -> list[str]:
    with portal.runtime.unit_of_work(read_only=True) as uow:
        query = select(Notification.body).where(Notification.template == template, Notification.channel != "sms")
        return list(uow.session.scalars(query))


def press(url: str) -> None:
    with urlopen(Request(url, data=b"", method="POST")) as answer:
        assert answer.status == 200


def is_exchanged(portal: Portal) -> bool:
    names = [entry.name for entry in portal.case_timeline()]
    return "shipment.exchange" in names


def test_the_difference_is_paid_at_the_service_and_the_replacement_is_sent(
    connected: Portal, bank: ReferenceBank
) -> None:
    path = owed(connected)
    page = connected.get(path).text
    for shown in ("¥50.00", "声波电动牙刷 ×1", "声波电动牙刷 旗舰款 ×1", ORDER.number, "只补差额", "2026-03-05"):
        assert shown in page
    [asked] = told(connected, "difference_due")
    assert path in asked, "the message leads here, too"
    on = connected.get(f"{path}/pay")
    assert on.status_code == 303
    [due] = bank.dues.values()
    assert (on.location, urlsplit(due["return_url"]).path) == (due["url"], path)
    press(on.location)
    press(on.location)
    for _ in range(2):
        assert "已付清" in connected.get(path).text
    connected.work()
    assert is_exchanged(connected)
    assert bank.charged == Decimal("50.00")
    assert connected.get(f"{path}/pay").status_code == 200, "nobody is sent to pay a second time"
    assert [entry.name for entry in connected.case_timeline()].count("payment.received") == 1


def test_a_service_that_does_not_answer_changes_nothing_and_the_poll_finds_it_later(
    connected: Portal, bank: ReferenceBank
) -> None:
    path = owed(connected)
    press(due_of(connected).url or "")
    bank.failing = 1
    assert "去支付" in connected.get(path).text
    connected.pass_time(hours=2)
    assert is_exchanged(connected)
    assert "已付清" in connected.get(path).text


def test_one_reminder_comes_while_it_is_not_paid_and_none_after(connected: Portal, bank: ReferenceBank) -> None:
    path = owed(connected)
    connected.pass_time(days=2)
    [reminder] = told(connected, "difference_reminder")
    assert path.rpartition(".")[0][:40] in reminder
    assert "¥50.00" in reminder
    found = LINK.search(reminder)
    assert found is not None
    assert "去支付" in connected.get(found[1]).text
    press(due_of(connected).url or "")
    connected.get(path)
    connected.pass_time(days=2)
    assert len(told(connected, "difference_reminder")) == 1


def test_what_is_not_paid_in_time_is_withdrawn_at_the_service_and_refunded(
    connected: Portal, bank: ReferenceBank
) -> None:
    path = owed(connected)
    connected.pass_time(days=3)
    [due] = bank.dues.values()
    assert (due["state"], due_of(connected).state) == ("expired", "expired")
    answer = connected.get(path)
    assert answer.status_code == 410
    assert "付款期限已过" in answer.text
    assert connected.post(path, {"reference": "FT-12345"}).status_code == 410
    assert "approve_plan" in [task.element_id for task in connected.case().tasks]
    body = json.dumps({"event": "due.paid", "reference": due["reference"]}).encode()
    signed = signed_headers(connected.runtime.settings.webhook_key(), connected.runtime.now(), body)
    for _ in range(2):
        take_callback(connected.runtime, body, signed)
    assert due_of(connected).state == "paid"
    names = [entry.name for entry in connected.case_timeline()]
    assert names.count("payment.late") == 1, "finance gives it back"


def test_who_pays_in_the_last_minute_gets_the_exchange(connected: Portal, bank: ReferenceBank) -> None:
    owed(connected)
    connected.pass_time(days=2, hours=23, minutes=30)
    press(due_of(connected).url or "")
    bank.failing = 0
    connected.pass_time(minutes=30)
    assert due_of(connected).state == "paid"
    assert is_exchanged(connected)


def test_without_a_service_the_customer_says_how_it_was_paid_and_finance_confirms_it(portal: Portal) -> None:
    path = owed(portal)
    page = portal.get(path).text
    assert "去支付" not in page
    assert due_of(portal).reference in page
    assert "请转账至店铺对公账户" in page
    refused = portal.post(path, {"reference": " 1 "})
    assert refused.status_code == 422
    assert 'id="reference-error"' in refused.text
    assert 'value=" 1 "' in refused.text
    for _ in range(2):
        assert "FT-20260302-8" in portal.post(path, {"reference": " FT-20260302-8 "}).text
    assert [entry.name for entry in portal.case_timeline()].count("payment.claimed") == 1
    portal.staff_does("confirm_difference", "cash", difference_paid="paid")
    assert is_exchanged(portal)
    assert "已付清" in portal.get(path).text
    assert "已付清" in portal.post(path, {"reference": "FT-9999"}).text
    assert due_of(portal).claimed_reference == "FT-20260302-8"


def test_the_page_is_small_and_needs_no_script_and_speaks_english(connected: Portal) -> None:
    path = owed(connected)
    phone = connected.client.application.test_client(use_cookies=False)
    page = phone.get(path)
    assert "<script" not in page.text
    assert len(page.data) + len(phone.get("/static/survey.css").data) < 11_000
    case = connected.case()
    with connected.runtime.unit_of_work() as uow:
        assert case.customer is not None
        uow.get(Customer, case.customer.key).language = "en"
    english = phone.get(path).text
    assert "Go to the payment" in english
    assert "You pay the difference only" in english
    assert "补" not in english
    assert phone.post(path, data={"reference": "FT-12345"}).status_code == 200


def test_how_to_pay_without_a_service_is_told_in_the_customers_language(portal: Portal) -> None:
    path = owed(portal)
    assert "请转账至店铺对公账户" in portal.get(path).text
    case = portal.case()
    with portal.runtime.unit_of_work() as uow:
        assert case.customer is not None
        uow.get(Customer, case.customer.key).language = "en"
    english = portal.get(path).text
    assert "transfer it to the shop&#39;s company account" in english
    assert "请转账" not in english


def test_no_other_link_and_no_guess_opens_the_payment(connected: Portal) -> None:
    path = owed(connected)
    case_token = connected.link().rpartition("/")[2]
    changed = path[:-5] + ("A" if path[-5] != "A" else "B") + path[-4:]  # of the last sign not every bit counts
    for wrong in (changed, path[:-8], "/portal/p/guess", f"/portal/p/{case_token}"):
        assert connected.get(wrong).status_code == 403
        assert connected.get(f"{wrong}/pay").status_code == 403
        assert connected.client.post(wrong, data={"reference": "FT-12345"}).status_code == 403
    assert connected.get(path.replace("/portal/p/", "/portal/c/")).status_code == 403
    assert connected.get(path.replace("/portal/p/", "/portal/s/")).status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_wrong_before_and_after_it_is_paid(portal: Portal, browser: Browser, colours: str) -> None:
    path = owed(portal)
    page = browser.new_page(
        base_url="http://desk.example", viewport={"width": 390, "height": 844}, color_scheme=colours
    )

    def answer(route: Route) -> None:
        found = portal.get(urlsplit(route.request.url).path)
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

    page.route("**/*", answer)
    for state in ("请转账至", "FT-20260302-8", "已付清"):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(state)
        assert violations(page) == []
        if state == "请转账至":
            portal.post(path, {"reference": "FT-20260302-8"})
        else:
            with portal.runtime.unit_of_work() as uow:
                uow.session.scalars(select(PaymentDue)).one().state = "paid"
    page.goto("/portal/p/no-such-link")
    assert violations(page) == []
    page.close()
