"""Orders in our own tables, as an `OrdersConnector`."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from engine.connectors.orders import ArticleRecord, OrderLine, OrderRecord, PaymentRecord, ShipmentRecord
from engine.errors import NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.order import Order, OrderCommand, OrderLineRow, OrderRemark, Payment, Shipment, Stock
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.rows import add

_WHOLE = (selectinload(Order.lines), selectinload(Order.shipments), selectinload(Order.payments))


class LocalOrders:
    """An `OrdersConnector` over the tables of one tenant."""

    def __init__(self, runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> None:
        self._runtime, self._tenant_id = runtime, tenant_id

    def find(self, number: str) -> OrderRecord | None:
        with self._runtime.unit_of_work(read_only=True, tenant_id=self._tenant_id) as uow:
            order = find_order(uow, number)
            return None if order is None else record_of(order)

    def of_customer(self, phone: str, limit: int = 20) -> list[OrderRecord]:
        query = (
            select(Order)
            .where(Order.tenant_id == self._tenant_id, Order.customer_phone == phone)
            .order_by(Order.placed_at.desc())
            .limit(limit)
            .options(*_WHOLE)
        )
        with self._runtime.unit_of_work(read_only=True, tenant_id=self._tenant_id) as uow:
            return [record_of(order) for order in uow.session.scalars(query)]

    def article(self, sku: str) -> ArticleRecord | None:
        with self._runtime.unit_of_work(read_only=True, tenant_id=self._tenant_id) as uow:
            row = uow.session.get(Stock, (uow.tenant_id, sku))
            return None if row is None else ArticleRecord(row.sku, row.name, row.price)

    def cancel(self, number: str, reason: str, idempotency_key: str) -> bool:
        def do(order: Order) -> bool:
            if order.status not in ("placed", "paid"):
                return False
            order.status, order.attributes = "cancelled", order.attributes | {"cancel_reason": reason}
            return True

        return self._command(number, "cancel", idempotency_key, do)

    def change_address(self, number: str, address: str, idempotency_key: str) -> bool:
        def do(order: Order) -> bool:
            if order.status not in ("placed", "paid"):
                return False
            order.address = address
            return True

        return self._command(number, "address", idempotency_key, do)

    def intercept(self, number: str, idempotency_key: str) -> bool:
        def do(order: Order) -> bool:
            parcels = [parcel for parcel in order.shipments if parcel.direction == "out"]
            if order.status != "shipped" or not parcels:
                return False
            for parcel in parcels:
                parcel.status = "intercepted"
            return True

        return self._command(number, "intercept", idempotency_key, do)

    def remark(self, number: str, author: str, text: str, idempotency_key: str) -> None:
        def work(uow: UnitOfWork) -> None:
            if find_order(uow, number) is None:
                raise NotFound(f"The shop knows no order {number}.")
            store_remark(self._runtime, uow, number, author, text, idempotency_key)

        self._runtime.transact(work, self._tenant_id)

    def _command(self, number: str, verb: str, key: str, do: Callable[[Order], bool]) -> bool:
        def work(uow: UnitOfWork) -> bool:
            order = find_order(uow, number, for_update=True)
            if order is None:
                raise NotFound(f"The shop knows no order {number}.")
            before = uow.session.get(OrderCommand, (uow.tenant_id, key))
            if before is not None:
                return before.done
            answer = OrderCommand(tenant_id=uow.tenant_id, idempotency_key=key, order_number=number, verb=verb,
                                  done=do(order), at=uow.now)  # fmt: skip
            uow.add(answer)
            return answer.done

        return self._runtime.transact(work, self._tenant_id)


def find_order(uow: UnitOfWork, number: str, for_update: bool = False) -> Order | None:
    """The order with its lines, parcels and payments; `for_update` keeps others from changing it until we are done."""
    query = select(Order).where(Order.tenant_id == uow.tenant_id, Order.number == number).options(*_WHOLE)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    return uow.session.scalars(query).one_or_none()


def store_remark(
    runtime: Runtime, uow: UnitOfWork, number: str, author: str, text: str, key: str, case_number: str | None = None
) -> None:
    """Keep a remark on an order, once per key."""
    query = select(OrderRemark.key).where(OrderRemark.tenant_id == uow.tenant_id, OrderRemark.idempotency_key == key)
    if uow.session.scalar(query) is None:
        values = {"order_number": number, "author": author, "text": text, "case_number": case_number, "at": uow.now}
        add(runtime, uow, OrderRemark, idempotency_key=key, **values)


def store_order(runtime: Runtime, uow: UnitOfWork, record: OrderRecord) -> Order:
    """Keep an order here, new. Amounts are kept to the cent."""
    order = add(runtime, uow, Order, **_own(record, "lines", "shipments", "payments"))
    uow.flush()
    for line in record.lines:
        add(runtime, uow, OrderLineRow, order_key=order.key, **_own(line) | {"traits": list(line.traits)})
    for shipment in record.shipments:
        add(runtime, uow, Shipment, order_key=order.key, **_own(shipment))
    for payment in record.payments:
        add(runtime, uow, Payment, order_key=order.key, **_own(payment))
    return order


def record_of(order: Order) -> OrderRecord:
    """What an `OrdersConnector` says of this row; parcels that went back or to a case are not the order's."""
    parcels = [parcel for parcel in order.shipments if parcel.direction == "out" and parcel.case_number is None]
    return OrderRecord(
        **_taken(order, OrderRecord, "lines", "shipments", "payments"),
        lines=tuple(OrderLine(**_taken(row, OrderLine, "traits"), traits=tuple(row.traits)) for row in order.lines),
        shipments=tuple(ShipmentRecord(**_taken(parcel, ShipmentRecord)) for parcel in parcels),
        payments=tuple(PaymentRecord(**_taken(payment, PaymentRecord)) for payment in order.payments),
    )


def _taken(row: Any, record: type[Any], *but: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in record.__dataclass_fields__ if name not in but}


def _own(record: Any, *but: str) -> dict[str, Any]:
    return _taken(record, type(record), *but)
