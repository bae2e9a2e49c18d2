"""What every warehouse connector must do. A test class gives `warehouse`, one that has five pieces of KZ-501."""

import pytest

from engine.connectors.warehouse import OutOfStock, WarehouseConnector
from engine.errors import InvalidInput, NotFound

SKU = "KZ-501"


class WarehouseContract:
    def test_what_is_promised_is_for_sale_no_more(self, warehouse: WarehouseConnector) -> None:
        warehouse.reserve(SKU, 2, "TH-1", "key-1")
        assert warehouse.available(SKU) == 3

    def test_the_same_key_promises_once(self, warehouse: WarehouseConnector) -> None:
        warehouse.reserve(SKU, 2, "TH-1", "key-1")
        warehouse.reserve(SKU, 2, "TH-1", "key-1")
        assert warehouse.available(SKU) == 3

    def test_more_than_there_is_cannot_be_promised(self, warehouse: WarehouseConnector) -> None:
        with pytest.raises(OutOfStock):
            warehouse.reserve(SKU, 6, "TH-1", "key-1")
        assert warehouse.available(SKU) == 5

    def test_what_is_released_can_be_sold_again(self, warehouse: WarehouseConnector) -> None:
        warehouse.reserve(SKU, 2, "TH-1", "key-1")
        warehouse.release(SKU, 2, "TH-1", "key-2")
        assert warehouse.available(SKU) == 5

    def test_what_was_shipped_cannot_be_released(self, warehouse: WarehouseConnector) -> None:
        warehouse.reserve(SKU, 1, "TH-1", "key-1")
        warehouse.ship(SKU, 1, "TH-1", "key-2")
        with pytest.raises(OutOfStock):
            warehouse.release(SKU, 1, "TH-1", "key-3")

    @pytest.mark.parametrize(("kind", "after"), [("restock", 6), ("relabel", 5), ("scrap", 5), ("supplier", 5)])
    def test_only_what_is_restocked_is_for_sale(self, warehouse: WarehouseConnector, kind: str, after: int) -> None:
        warehouse.dispose(kind, SKU, 1, "TH-1", "key-1")
        assert warehouse.available(SKU) == after

    def test_an_unknown_article_is_none(self, warehouse: WarehouseConnector) -> None:
        assert warehouse.available("没有") == 0
        with pytest.raises(NotFound):
            warehouse.reserve("没有", 1, None, "key-1")

    def test_an_unknown_disposition_and_no_pieces_are_refused(self, warehouse: WarehouseConnector) -> None:
        with pytest.raises(InvalidInput, match="burn"):
            warehouse.dispose("burn", SKU, 1, None, "key-1")
        with pytest.raises(InvalidInput):
            warehouse.reserve(SKU, 0, None, "key-2")

    def test_what_has_not_come_back_has_no_receipt(self, warehouse: WarehouseConnector) -> None:
        assert warehouse.receipt("TH-1") is None
