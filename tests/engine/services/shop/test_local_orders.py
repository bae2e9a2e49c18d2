import pytest

from engine.connectors.orders import OrdersConnector
from engine.runtime import Runtime
from engine.services.shop import LocalOrders, set_stock, store_order
from tests.engine.connectors.orders_contract import OrdersContract
from tests.engine.connectors.sample_orders import ARTICLES, ORDERS, SIGNED


@pytest.fixture
def orders(runtime: Runtime) -> OrdersConnector:
    with runtime.unit_of_work() as uow:
        for record in ORDERS:
            store_order(runtime, uow, record)
        for article in ARTICLES:
            set_stock(uow, article.sku, article.name, article.price, free=1)
    return LocalOrders(runtime)


class TestLocalOrders(OrdersContract):
    pass


def test_another_tenant_has_other_orders(orders: OrdersConnector, runtime: Runtime) -> None:
    assert LocalOrders(runtime, "other").find(SIGNED.number) is None
