from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.warehouse import WarehouseConnector
from engine.connectors.warehouse.http import HttpWarehouse
from engine.errors import Unavailable
from tests.engine.connectors.reference_warehouse import ReferenceWarehouse
from tests.engine.connectors.warehouse_contract import SKU, WarehouseContract


@pytest.fixture
def store() -> Iterator[ReferenceWarehouse]:
    with ReferenceWarehouse({SKU: 5}) as server:
        yield server


@pytest.fixture
def warehouse(store: ReferenceWarehouse) -> Iterator[WarehouseConnector]:
    client = JsonClient("The warehouse", store.url, token="secret", sleep=lambda seconds: None)
    yield HttpWarehouse(client)
    client.close()


class TestHttpWarehouse(WarehouseContract):
    pass


def test_goods_that_came_back_have_a_receipt(store: ReferenceWarehouse, warehouse: WarehouseConnector) -> None:
    store.receive("TH20260302-0001", datetime(2026, 3, 2, 4, tzinfo=UTC), 2)
    found = warehouse.receipt("TH20260302-0001")
    assert found is not None
    assert (found.received_at, found.quantity) == (datetime(2026, 3, 2, 4, tzinfo=UTC), 2)


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"done": "yes"}', b"oops"])
def test_an_answer_that_cannot_be_read_moves_nothing(
    store: ReferenceWarehouse, warehouse: WarehouseConnector, raw: bytes
) -> None:
    store.receive("TH-1", datetime(2026, 3, 2, 4, tzinfo=UTC), 1)
    store.raw = raw
    with pytest.raises(Unavailable):
        warehouse.reserve(SKU, 1, None, "key-1")
    with pytest.raises(Unavailable):
        warehouse.receipt("TH-1")
