from collections.abc import Iterator

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.orders import OrdersConnector
from engine.connectors.orders.http import HttpOrders, article_of, order_of
from engine.errors import Unavailable
from tests.engine.connectors.orders_contract import OrdersContract
from tests.engine.connectors.reference_shop import ReferenceShop, document_of
from tests.engine.connectors.sample_orders import ARTICLES, ORDERS, SIGNED


@pytest.fixture
def shop() -> Iterator[ReferenceShop]:
    with ReferenceShop(ORDERS, ARTICLES) as server:
        yield server


@pytest.fixture
def orders(shop: ReferenceShop) -> Iterator[OrdersConnector]:
    client = JsonClient("The shop", shop.url, token="secret", sleep=lambda seconds: None)
    yield HttpOrders(client)
    client.close()


class TestHttpOrders(OrdersContract):
    pass


def test_a_shop_that_recovers_within_the_attempts_is_not_noticed(shop: ReferenceShop, orders: OrdersConnector) -> None:
    shop.failing = 2
    assert orders.find(SIGNED.number) == SIGNED
    assert len(shop.requests) == 3


def test_an_order_document_without_its_offset_is_unreadable() -> None:
    document = document_of(SIGNED) | {"placed_at": "2026-02-01T08:30:00"}
    with pytest.raises(Unavailable, match="no offset"):
        order_of(document)


def test_an_order_document_with_a_piece_missing_is_unreadable() -> None:
    document = document_of(SIGNED)
    del document["lines"][0]["sku"]
    with pytest.raises(Unavailable, match="sku"):
        order_of(document)


@pytest.mark.parametrize("document", [{"sku": "A", "name": "B"}, {"sku": "A", "name": "B", "price": "viel"}, []])
def test_an_article_without_a_price_is_unreadable(document: dict) -> None:
    with pytest.raises(Unavailable, match="article cannot be read"):
        article_of(document)
