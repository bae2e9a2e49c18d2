from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput, NotFound
from engine.model.order import Stock
from engine.runtime import Runtime
from engine.services.shop import LocalStock, OutOfStock, set_stock


@pytest.fixture
def stock(runtime: Runtime) -> LocalStock:
    with runtime.unit_of_work() as uow:
        set_stock(uow, "KZ-501", "耳机", Decimal("399.00"), free=2)
    return LocalStock(runtime)


def counts(runtime: Runtime) -> tuple[int, int]:
    with runtime.unit_of_work(read_only=True) as uow:
        row = uow.session.scalars(select(Stock)).one()
        return row.free, row.reserved


def test_a_reserved_piece_cannot_be_sold(stock: LocalStock, runtime: Runtime) -> None:
    stock.reserve("KZ-501", 1, "TS1", "job-1")
    stock.reserve("KZ-501", 1, "TS1", "job-1")
    assert counts(runtime) == (1, 1)


def test_there_is_no_more_than_there_is(stock: LocalStock, runtime: Runtime) -> None:
    with pytest.raises(OutOfStock):
        stock.reserve("KZ-501", 3, "TS1", "job-1")
    assert counts(runtime) == (2, 0)


def test_a_reserved_piece_goes_out_or_back_to_sale(stock: LocalStock, runtime: Runtime) -> None:
    stock.reserve("KZ-501", 2, "TS1", "job-1")
    stock.ship("KZ-501", 1, "TS1", "job-2")
    stock.release("KZ-501", 1, "TS1", "job-3")
    assert counts(runtime) == (1, 0)


@pytest.mark.parametrize(("kind", "free"), [("restock", 3), ("scrap", 2), ("supplier", 2), ("relabel", 2)])
def test_only_restocked_goods_can_be_sold_again(stock: LocalStock, runtime: Runtime, kind: str, free: int) -> None:
    stock.dispose(kind, "KZ-501", 1, "TH1", "job-1")
    assert counts(runtime) == (free, 0)


def test_what_cannot_be_is_refused(stock: LocalStock) -> None:
    with pytest.raises(InvalidInput, match="burn"):
        stock.dispose("burn", "KZ-501", 1, "TH1", "job-1")
    with pytest.raises(InvalidInput, match="0 pieces"):
        stock.reserve("KZ-501", 0, "TH1", "job-2")
    with pytest.raises(NotFound, match="X-1"):
        stock.reserve("X-1", 1, "TH1", "job-3")
