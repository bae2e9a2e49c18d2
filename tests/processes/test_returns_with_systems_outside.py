"""A return with a warehouse, a courier and a bank outside: what they do not tell is asked for, what they tell is believed if signed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.connectors.chat.signing import signed_headers
from engine.connectors.courier.http import HttpCourier
from engine.connectors.http.client import JsonClient
from engine.connectors.payments.http import HttpPayments
from engine.connectors.warehouse.http import HttpWarehouse
from engine.errors import Forbidden, InvalidInput, NotFound
from engine.services import cases, instances, tasks
from engine.services.outside import outside, use
from engine.services.shop import Ledger, LocalOrders
from engine.services.shop.callbacks import take_callback
from tests.engine.connectors.reference_bank import ReferenceBank
from tests.engine.connectors.reference_courier import ReferenceCourier
from tests.engine.connectors.reference_warehouse import ReferenceWarehouse
from tests.engine.connectors.sample_orders import PHONE, SIGNED
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT
from tests.processes.test_with_the_desks_own_handlers import do, send, told

HOUR = timedelta(hours=1)
REQUEST = {
    "customer_name": "王小明", "contact": PHONE, "channel": "phone", "tier": "C", "order_number": SIGNED.number,
    "sku": "KZ-501", "reason": "quality", "requested": "return_refund", "intact": True, "description": "左耳没有声音",
    "consent": False,
}  # fmt: skip


@pytest.fixture
def bank() -> Iterator[ReferenceBank]:
    with ReferenceBank({SIGNED.number: SIGNED.paid}) as server:
        yield server


@pytest.fixture
def store() -> Iterator[ReferenceWarehouse]:
    with ReferenceWarehouse({"KZ-501": 5}) as server:
        yield server


@pytest.fixture
def courier() -> Iterator[ReferenceCourier]:
    with ReferenceCourier() as server:
        yield server


@pytest.fixture
def connected(desk: Desk, bank: ReferenceBank, store: ReferenceWarehouse, courier: ReferenceCourier) -> Desk:
    def client(name: str, url: str) -> JsonClient:
        return JsonClient(name, url, "secret", sleep=lambda seconds: None)

    runtime = desk.runtime
    ledger = Ledger(runtime, LocalOrders(runtime), HttpPayments(client("The bank", bank.url)))
    found = replace(outside(runtime), payments=ledger, stock=HttpWarehouse(client("The warehouse", store.url)),
                    courier=HttpCourier(client("The courier", courier.url)))  # fmt: skip
    use(runtime, found)
    return desk


def to_the_warehouse(desk: Desk) -> str:
    """A return whose parcel is on its way; its number."""
    started = instances.start(desk.runtime, "return_exchange", REQUEST, who="alice")
    desk.run()
    number = str(desk.variables(started.key)["aftersale_number"])
    do(desk, "review_request", "bob", remedy="return_refund", amount=798, freight_payer="seller", review_note="同意")
    send(desk, "tracking.submitted", number, carrier="SF", number="SF1")
    return number


def inspected(desk: Desk) -> None:
    do(desk, "inspect", "wang", received_quantity=2, grade="opened")
    do(desk, "approve_plan", "max", approved=True)


def callback(desk: Desk, event: str, reference: str, secret: str | None = None) -> str:
    body = json.dumps({"event": event, "reference": reference}).encode()
    key = secret or desk.runtime.settings.webhook_key()
    return take_callback(desk.runtime, body, signed_headers(key, desk.runtime.now(), body))


def test_what_nobody_tells_is_asked_for_until_it_is_there(
    connected: Desk, bank: ReferenceBank, store: ReferenceWarehouse, courier: ReferenceCourier
) -> None:
    bank.pending = True
    number = to_the_warehouse(connected)
    connected.advance(6 * HOUR)
    assert connected.tasks() == {}
    courier.scan("SF1", connected.runtime.now(), "delivered", "已签收")
    connected.advance(6 * HOUR)
    names = [entry.name for entry in cases.timeline(connected.runtime, number, actor=AGENT)]
    assert names.count("parcel.delivered") == 1
    store.receive(number, connected.runtime.now(), 2)
    connected.advance(6 * HOUR)
    assert set(connected.tasks()) == {"inspect"}
    inspected(connected)
    assert told(connected)[-1] == "return_address", "the customer hears of money when it is there"
    [refund] = bank.refunds.values()
    bank.settle(refund["reference"], "settled")
    connected.advance(2 * HOUR)
    assert told(connected)[-1] == "refund_paid"
    assert connected.case(number).outcome == "refunded"
    assert bank.paid_back == Decimal("798.00")
    assert connected.incidents() == []


def test_signed_callbacks_are_faster_than_asking_and_may_come_twice(connected: Desk, bank: ReferenceBank) -> None:
    bank.pending = True
    number = to_the_warehouse(connected)
    assert callback(connected, "goods.received", number) == "taken"
    assert callback(connected, "goods.received", number) == "ignored"
    connected.run()
    inspected(connected)
    [refund] = bank.refunds.values()
    assert callback(connected, "refund.settled", refund["reference"]) == "taken"
    assert callback(connected, "refund.failed", refund["reference"]) == "ignored"
    connected.run()
    assert connected.case(number).outcome == "refunded"


def test_a_refund_that_comes_back_is_finances_to_pay_and_counts_once(connected: Desk, bank: ReferenceBank) -> None:
    bank.pending = True
    number = to_the_warehouse(connected)
    send(connected, "warehouse.received", number)
    inspected(connected)
    [refund] = bank.refunds.values()
    assert callback(connected, "refund.failed", refund["reference"]) == "taken"
    connected.run()
    do(connected, "pay_refund_by_hand", "cash", payment_result="paid", payment_reference="BANK-1", paid_at="2026-03-02")
    assert connected.case(number).outcome == "refunded"


def test_a_callback_is_believed_only_when_it_is_signed_and_fits(connected: Desk) -> None:
    with pytest.raises(Forbidden, match="does not fit the body"):
        callback(connected, "goods.received", "TH1", secret="another")
    with pytest.raises(InvalidInput):
        callback(connected, "money.rains", "TH1")
    with pytest.raises(NotFound):
        callback(connected, "refund.settled", "nothing")


def test_no_token_stands_in_a_log_an_incident_or_a_timeline(
    connected: Desk, bank: ReferenceBank, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bank.token = store_token = "another-secret-token"
    number = to_the_warehouse(connected)
    send(connected, "warehouse.received", number)
    inspected_with_refused_credentials(connected)
    shown = caplog.text + "".join(connected.incidents())
    shown += "".join(entry.text for entry in cases.timeline(connected.runtime, number, actor=AGENT))
    assert "refused our credentials" in "".join(connected.incidents())
    assert "Bearer" not in shown
    assert store_token not in shown


def inspected_with_refused_credentials(desk: Desk) -> None:
    do(desk, "inspect", "wang", received_quantity=2, grade="opened")
    tasks.complete(desk.runtime, desk.tasks()["approve_plan"].key, {"approved": True}, who="max")
    for _ in range(4):
        desk.advance(timedelta(minutes=30))
