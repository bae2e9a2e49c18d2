"""The stock: pieces that can be sold, pieces promised to a case, and what becomes of goods that come back."""

from decimal import Decimal

from sqlalchemy import select

from engine.connectors.warehouse import DISPOSITIONS, OutOfStock, Receipt
from engine.errors import InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.order import Stock, StockMovement
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.rows import add


class LocalStock:
    """A `WarehouseConnector` over the stock of one tenant; what has come back a person says, not this."""

    def __init__(self, runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> None:
        self._runtime, self._tenant_id = runtime, tenant_id

    def reserve(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        self._move("reserve", sku, quantity, case_number, idempotency_key, free=-1, reserved=1)

    def release(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        self._move("release", sku, quantity, case_number, idempotency_key, free=1, reserved=-1)

    def ship(self, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        self._move("ship", sku, quantity, case_number, idempotency_key, reserved=-1)

    def dispose(self, kind: str, sku: str, quantity: int, case_number: str | None, idempotency_key: str) -> None:
        if kind not in DISPOSITIONS:
            raise InvalidInput(f"Goods cannot be disposed of as {kind!r}; choose one of {', '.join(DISPOSITIONS)}.")
        self._move(kind, sku, quantity, case_number, idempotency_key, free=1 if kind == "restock" else 0)

    def available(self, sku: str) -> int:
        with self._runtime.unit_of_work(read_only=True, tenant_id=self._tenant_id) as uow:
            row = uow.session.get(Stock, (uow.tenant_id, sku))
            return max(0, row.free) if row is not None else 0

    def receipt(self, return_number: str) -> Receipt | None:
        return None

    def _move(
        self, kind: str, sku: str, quantity: int, case_number: str | None, key: str, free: int = 0, reserved: int = 0
    ) -> None:
        if quantity < 1:
            raise InvalidInput(f"{quantity} pieces cannot be moved.")

        def work(uow: UnitOfWork) -> None:
            stock = _locked(uow, sku)
            if _done(uow, key):
                return
            stock.free += free * quantity
            stock.reserved += reserved * quantity
            if stock.free < 0 or stock.reserved < 0:
                raise OutOfStock(f"There are not {quantity} pieces of {sku}.")
            add(self._runtime, uow, StockMovement, sku=sku, kind=kind, quantity=quantity, case_number=case_number,
                idempotency_key=key, at=uow.now)  # fmt: skip

        self._runtime.transact(work, self._tenant_id)


def set_stock(uow: UnitOfWork, sku: str, name: str, price: Decimal, free: int) -> None:
    """Make an article known, or correct what can be sold of it."""
    row = uow.session.get(Stock, (uow.tenant_id, sku))
    if row is None:
        uow.add(Stock(tenant_id=uow.tenant_id, sku=sku, name=name, price=price, free=free, reserved=0))
    else:
        row.name, row.price, row.free = name, price, free


def _locked(uow: UnitOfWork, sku: str) -> Stock:
    query = select(Stock).where(Stock.tenant_id == uow.tenant_id, Stock.sku == sku).with_for_update()
    row = uow.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no article {sku} in stock.")
    return row


def _done(uow: UnitOfWork, key: str) -> bool:
    query = select(StockMovement.key).where(
        StockMovement.tenant_id == uow.tenant_id, StockMovement.idempotency_key == key
    )
    return uow.session.scalar(query) is not None
