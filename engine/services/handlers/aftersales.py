"""Job types that reach a shop, a payment service, a warehouse or a carrier: order.*, payment.refund, stock.*, shipment.create."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from engine.connectors.orders import OrderLine, OrderRecord
from engine.connectors.payments import RefundRequest
from engine.errors import InvalidInput, NotFound
from engine.model.case import Case
from engine.model.money import rounded
from engine.model.order import Order, Shipment
from engine.persistence import UnitOfWork
from engine.runtime import BpmnError, JobContext, JobFailed, Runtime
from engine.services.cases import files
from engine.services.cases.numbers import allot
from engine.services.cases.timeline import record
from engine.services.handlers.cases import take_case
from engine.services.handlers.once import WHO, case_of, once, text
from engine.services.outside import outside
from engine.services.rows import add
from engine.services.settings import setting
from engine.services.shop import OutOfStock

PAYMENT_FAILED, OUT_OF_STOCK = "PAYMENT_FAILED", "OUT_OF_STOCK"
EXCEPTIONS = ("custom", "perishable", "digital_opened", "press")
COMPENSATIONS = ("compensation", "mediation")
DISPOSITIONS = {"new": "restock", "opened": "relabel", "used": "supplier", "damaged": "scrap"}
DAYS_PER_MONTH = 30.44
CARRIER = "顺丰速运"


def load_order(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """What return rules ask of an order: answers `order` (see `facts`) and `aftersale_number`.

    A process without a case gets one, whose number is the after-sale number as well. An unknown order is an answer: its state
    is `unknown`, and the rules leave it to a supervisor.
    """
    number = text(job, "order_number")
    order = outside(runtime).order(number)
    zone = runtime.settings.time_zone

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = take_case(runtime, uow, job, "return_exchange")
        files.store_changes(runtime, uow, case, {"order_known": order is not None}, WHO)
        # A return of its own goes by its case's number; one within a complaint gets a number beside it.
        aftersale = case.number if case.kind == "return_exchange" else allot(uow, "return_exchange", zone)
        case.attributes = case.attributes | {"aftersale_number": aftersale}
        sku, free_from = text(job, "sku"), Decimal(str(setting(uow, "shop.free_shipping")))
        today = uow.now.astimezone(ZoneInfo(zone)).date()
        found = facts(order, sku, today, zone, _repairs(uow, number, sku), free_from)
        return {"order": found, "aftersale_number": aftersale}

    return once(runtime, job, work)


def pay_back(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Pay `amount` back for `order_number`, once. Answers `payment_reference`; the BPMN error PAYMENT_FAILED says it cannot be.

    `kind` compensation or mediation is on top of what was paid; any other kind is not more than what was paid.
    """
    try:
        amount = rounded(Decimal(str(job.variables.get("amount"))))
    except InvalidOperation as error:
        raise JobFailed("The variable amount is not a sum of money.", permanent=True) from error
    request = RefundRequest(
        order_number=text(job, "order_number"),
        amount=amount,
        currency=text(job, "currency", "CNY"),
        reason=text(job, "reason") or text(job, "kind", "refund"),
        idempotency_key=job.idempotency_key,
        case_number=text(job, "case_number") or None,
        compensation=text(job, "kind") in COMPENSATIONS,
    )
    try:
        receipt = outside(runtime).payments.refund(request)
    except (InvalidInput, NotFound) as error:
        raise BpmnError(PAYMENT_FAILED, str(error), {"payment_problem": str(error)}) from error

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case, data = case_of(uow, job), {"amount": str(amount), "reference": receipt.reference, "route": receipt.route}
        record(runtime, uow, case, WHO, "step", "payment.refunded", f"¥{amount}", data=data, public=True)
        return {"payment_reference": receipt.reference}

    return once(runtime, job, work)


def reserve_stock(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Promise `quantity` (1) pieces of `sku` to the case. Answers `reservation`; the BPMN error OUT_OF_STOCK says there are none."""
    sku, quantity = text(job, "sku"), _quantity(job)
    try:
        outside(runtime).stock.reserve(sku, quantity, text(job, "case_number") or None, job.idempotency_key)
    except (OutOfStock, NotFound) as error:
        raise BpmnError(OUT_OF_STOCK, str(error)) from error
    return {"reservation": {"sku": sku, "quantity": quantity, "reference": job.idempotency_key}}


def dispose_stock(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Say what becomes of returned goods: `disposition`, or what their `grade` means. Answers `disposition`."""
    kind = text(job, "disposition") or DISPOSITIONS.get(text(job, "grade"), "supplier")
    sku, number = text(job, "sku"), text(job, "case_number") or None
    try:
        outside(runtime).stock.dispose(kind, sku, _quantity(job), number, job.idempotency_key)
    except (InvalidInput, NotFound) as error:
        raise JobFailed(str(error), permanent=True) from error
    return {"disposition": kind}


def create_shipment(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Send a parcel: the header `kind` is exchange (what was reserved goes out) or ship_back. Answers `shipment`."""
    kind, reservation = job.headers.get("kind", "exchange"), job.variables.get("reservation")
    if kind == "exchange" and isinstance(reservation, dict):
        outside(runtime).stock.ship(
            str(reservation["sku"]), int(reservation["quantity"]), text(job, "case_number") or None, job.idempotency_key
        )

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        order = select(Order.key).where(Order.tenant_id == uow.tenant_id, Order.number == case.order_number)
        tracking = f"KF{job.key}"
        parcel = {"carrier": CARRIER, "tracking_number": tracking, "status": "shipped", "shipped_at": uow.now}
        add(runtime, uow, Shipment, order_key=uow.session.scalar(order), direction="out", case_number=case.number,
            idempotency_key=job.idempotency_key, **parcel)  # fmt: skip
        record(runtime, uow, case, WHO, "step", f"shipment.{kind}", f"{CARRIER} {tracking}", public=True)
        return {"shipment": {"carrier": CARRIER, "tracking_number": tracking, "kind": kind}}

    return once(runtime, job, work)


def cancel_order(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Cancel `order_number` before it is shipped. Answers `done`: false when it is too late."""
    orders = outside(runtime).orders
    return _commanded(lambda: orders.cancel(text(job, "order_number"), text(job, "reason"), job.idempotency_key))


def change_order(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Send `order_number` to the `address` instead. Answers `done`: false when it is too late."""
    orders = outside(runtime).orders
    return _commanded(
        lambda: orders.change_address(text(job, "order_number"), text(job, "address"), job.idempotency_key)
    )


def intercept_order(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Have the parcel of `order_number` turned on its way. Answers `done`: false when it cannot be."""
    orders = outside(runtime).orders
    return _commanded(lambda: orders.intercept(text(job, "order_number"), job.idempotency_key))


def _repairs(uow: UnitOfWork, order_number: str, sku: str) -> int:
    """How often this article of this order was repaired before."""
    query = select(func.count()).where(
        Case.tenant_id == uow.tenant_id,
        Case.order_number == order_number,
        Case.sku == sku,
        Case.outcome == "repaired",
    )
    return uow.session.scalar(query) or 0


def facts(
    order: OrderRecord | None, sku: str, today: date, zone: str, repairs: int = 0, free_from: Decimal = Decimal(0)
) -> dict[str, Any]:
    """What the return rules ask, as plain values.

    `state` is unknown, unshipped, lost, shipped or signed. `days_since_signed` counts the day after signing as day 1, as the law
    does; null before it. `breaks_free_shipping`: what is kept would not have been shipped free of charge.
    """
    if order is None:
        return {"known": False, "state": "unknown", "days_since_signed": None, "exception": None,
                "exclusion_confirmed": False, "repairs": repairs, "in_warranty": False,
                "breaks_free_shipping": False, "paid": 0, "items": []}  # fmt: skip
    lines = [line for line in order.lines if line.sku == sku] or list(order.lines)
    traits = {trait for line in lines for trait in line.traits}
    signed = order.signed_at
    days = None if signed is None else (today - signed.astimezone(ZoneInfo(zone)).date()).days
    return {
        "known": True,
        "number": order.number,
        "state": _state(order),
        "days_since_signed": days,
        "exception": next((name for name in EXCEPTIONS if name in traits), None),
        "exclusion_confirmed": "no_return_confirmed" in traits,
        "repairs": repairs,
        "in_warranty": days is not None and any(days <= line.warranty_months * DAYS_PER_MONTH for line in lines),
        "breaks_free_shipping": _breaks_free_shipping(order, lines, free_from),
        "paid": float(order.paid),
        "items": [_item(line) for line in order.lines],
    }


def _breaks_free_shipping(order: OrderRecord, returned: list[OrderLine], free_from: Decimal) -> bool:
    goods = order.total - order.freight
    kept = goods - sum((line.amount for line in returned), Decimal(0))
    return order.freight == 0 and goods >= free_from and 0 < kept < free_from


def _state(order: OrderRecord) -> str:
    if any(parcel.status == "lost" for parcel in order.shipments):
        return "lost"
    return {"placed": "unshipped", "paid": "unshipped", "closed": "signed"}.get(order.status, order.status)


def _item(line: OrderLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": float(line.unit_price),
        "gift_value": float(line.gift_value),
    }


def _commanded(command: Callable[[], bool]) -> dict[str, Any]:
    try:
        return {"done": command()}
    except (NotFound, InvalidInput) as error:
        raise JobFailed(str(error), permanent=True) from error


def _quantity(job: JobContext) -> int:
    value = job.variables.get("quantity") or job.variables.get("received_quantity") or 1
    return int(value) if isinstance(value, int | float) and value >= 1 else 1
