"""What every orders connector must do. A test class inherits it and gives `orders`, a connector that knows `ORDERS` and `ARTICLES`."""

from decimal import Decimal

import pytest

from engine.connectors.orders import OrdersConnector
from engine.errors import NotFound
from tests.engine.connectors.sample_orders import ARTICLES, ON_ITS_WAY, ORDERS, PHONE, SIGNED, UNSHIPPED


class OrdersContract:
    def test_an_order_comes_back_as_the_shop_has_it(self, orders: OrdersConnector) -> None:
        for known in ORDERS:
            assert orders.find(known.number) == known

    def test_money_stays_exact(self, orders: OrdersConnector) -> None:
        found = orders.find(SIGNED.number)
        assert found is not None
        assert (found.total, found.paid) == (Decimal("806.00"), Decimal("806.00"))

    def test_an_unknown_number_is_an_answer(self, orders: OrdersConnector) -> None:
        assert orders.find("没有这个订单") is None

    def test_an_article_has_its_price_and_an_unknown_one_is_an_answer(self, orders: OrdersConnector) -> None:
        assert [orders.article(article.sku) for article in ARTICLES] == ARTICLES
        assert orders.article("没有这个商品") is None

    def test_a_customer_sees_the_newest_order_first(self, orders: OrdersConnector) -> None:
        numbers = [order.number for order in orders.of_customer(PHONE, limit=2)]
        assert numbers == [UNSHIPPED.number, ON_ITS_WAY.number]

    def test_another_phone_sees_nothing(self, orders: OrdersConnector) -> None:
        assert orders.of_customer("13900000000") == []

    def test_an_unshipped_order_is_cancelled_and_the_same_key_says_so_again(self, orders: OrdersConnector) -> None:
        assert orders.cancel(UNSHIPPED.number, "不想要了", "key-1") is True
        assert orders.cancel(UNSHIPPED.number, "不想要了", "key-1") is True
        found = orders.find(UNSHIPPED.number)
        assert found is not None
        assert found.status == "cancelled"

    def test_another_key_cannot_cancel_what_is_cancelled(self, orders: OrdersConnector) -> None:
        orders.cancel(UNSHIPPED.number, "不想要了", "key-1")
        assert orders.cancel(UNSHIPPED.number, "不想要了", "key-2") is False

    def test_a_shipped_order_is_not_cancelled(self, orders: OrdersConnector) -> None:
        assert orders.cancel(ON_ITS_WAY.number, "太慢", "key-1") is False

    def test_an_unshipped_order_goes_to_another_address(self, orders: OrdersConnector) -> None:
        assert orders.change_address(UNSHIPPED.number, "上海市静安区", "key-1") is True
        found = orders.find(UNSHIPPED.number)
        assert found is not None
        assert found.address == "上海市静安区"

    def test_a_parcel_on_its_way_is_turned(self, orders: OrdersConnector) -> None:
        assert orders.intercept(ON_ITS_WAY.number, "key-1") is True
        found = orders.find(ON_ITS_WAY.number)
        assert found is not None
        assert [parcel.status for parcel in found.shipments] == ["intercepted"]

    def test_a_signed_parcel_cannot_be_turned(self, orders: OrdersConnector) -> None:
        assert orders.intercept(SIGNED.number, "key-1") is False

    def test_a_command_on_an_unknown_order_is_refused(self, orders: OrdersConnector) -> None:
        with pytest.raises(NotFound, match="B9"):
            orders.cancel("B9", "不想要了", "key-1")

    def test_a_remark_is_written_and_one_on_an_unknown_order_refused(self, orders: OrdersConnector) -> None:
        orders.remark(SIGNED.number, "agent5", "已同意退货", "key-1")
        orders.remark(SIGNED.number, "agent5", "已同意退货", "key-1")
        with pytest.raises(NotFound, match="B9"):
            orders.remark("B9", "agent5", "已同意退货", "key-2")
