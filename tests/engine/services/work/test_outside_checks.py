"""A field whose value the shop must know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.orders.http import HttpOrders
from engine.services import instances
from engine.services.outside import outside, use
from engine.services.work import FormRefused, submit
from tests.engine.connectors.sample_orders import SIGNED
from tests.engine.services.desk_fixtures import COMPLAINT, Desk
from tests.engine.services.desk_people import AGENT

REVIEW = {"remedy": "exchange", "freight_payer": "seller", "review_note": "同意换货"}


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


def test_the_article_itself_and_a_field_that_is_hidden_are_not_asked_about(requested: Desk) -> None:
    review(requested, remedy="return_refund", amount=798, exchange_sku="KZ-999")
    assert "review_request" not in requested.tasks()


def test_a_shop_that_does_not_answer_keeps_nobody_from_working(requested: Desk) -> None:
    away = JsonClient("The shop", "http://127.0.0.1:1", sleep=lambda seconds: None, attempts=1)
    use(requested.runtime, replace(outside(requested.runtime), orders=HttpOrders(away)))
    review(requested, exchange_sku="KZ-999")
    assert "review_request" not in requested.tasks()
