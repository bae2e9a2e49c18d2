"""Job types that ask a shop: order.load, order.track, order.cancel, order.change, order.intercept, order.remark."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.calendars import statutory_day
from engine.connectors.orders import OrderLine, OrderRecord, ShipmentRecord
from engine.errors import InvalidInput, NotFound, Unavailable
from engine.model.case import Case
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, JobFailed, Runtime
from engine.services.cases import files
from engine.services.cases.numbers import allot
from engine.services.handlers.cases import take_case
from engine.services.handlers.once import WHO, once, text
from engine.services.outside import outside
from engine.services.settings import setting

EXCEPTIONS = ("custom", "perishable", "digital_opened", "press")
DAYS_PER_MONTH = 30.44
REMARK_LENGTH = 500


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
        found = facts(order, sku, uow.now, zone, _repairs(uow, number, sku), free_from)
        return {"order": found, "aftersale_number": aftersale}

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


def track_order(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Where the parcels of `order_number` are. Answers `tracking`, a list of `{carrier, number, state, last, delivered_at}`, and
    `order_state`; while a courier does not answer, its parcel's state is what the shop says."""
    order = outside(runtime).order(text(job, "order_number"))
    parcels = [_whereabouts(runtime, parcel) for parcel in order.shipments] if order else []
    return {"tracking": parcels, "order_state": _state(order) if order else "unknown"}


def remark_order(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Write `remark` into the order with `agent`, who did it. An order that the shop does not know has none: `remarked` is false."""
    number, words = text(job, "order_number"), text(job, "remark")[:REMARK_LENGTH]
    if not number or not words:
        return {"remarked": False}
    named = f"{words}（{text(job, 'case_number')}）" if text(job, "case_number") else words
    try:
        outside(runtime).orders.remark(number, text(job, "agent") or WHO, named, job.idempotency_key)
    except (NotFound, InvalidInput):
        return {"remarked": False}
    return {"remarked": True}


def facts_of(uow: UnitOfWork, order: OrderRecord, sku: str, zone: str, free_from: Decimal) -> dict[str, Any]:
    """`facts` of an order as things stand now, for a page that shows what may be asked."""
    return facts(order, sku, uow.now, zone, _repairs(uow, order.number, sku), free_from)


def _repairs(uow: UnitOfWork, order_number: str, sku: str) -> int:
    """How often this article of this order was repaired before, with success or without."""
    query = select(Case.attributes).where(
        Case.tenant_id == uow.tenant_id, Case.order_number == order_number, Case.sku == sku
    )
    return sum(int(attributes.get("repairs", 0)) for attributes in uow.session.scalars(query))


def facts(
    order: OrderRecord | None, sku: str, now: datetime, zone: str, repairs: int = 0, free_from: Decimal = Decimal(0)
) -> dict[str, Any]:
    """What the return rules ask, as plain values.

    `state` is unknown, unshipped, lost, shipped or signed. `days_since_signed` counts the day after signing as day 1, as the law
    does; null before it. `breaks_free_shipping`: what is kept would not have been shipped free of charge.
    """
    if order is None:
        return {"known": False, "state": "unknown", "signed_at": None, "days_since_signed": None, "exception": None,
                "exclusion_confirmed": False, "repairs": repairs, "in_warranty": False,
                "breaks_free_shipping": False, "paid": 0, "gift_value": 0, "items": []}  # fmt: skip
    # What was given along does not keep the rest of an order from going back.
    lines = [line for line in order.lines if line.sku == sku] or [line for line in order.lines if line.amount]
    lines = lines or list(order.lines)
    traits = {trait for line in lines for trait in line.traits}
    signed = order.signed_at
    days = None if signed is None else statutory_day(signed, now, zone)
    return {
        "known": True,
        "number": order.number,
        "state": _state(order),
        "signed_at": None if signed is None else signed.isoformat(),
        "days_since_signed": days,
        "exception": next((name for name in EXCEPTIONS if name in traits), None),
        "exclusion_confirmed": "no_return_confirmed" in traits,
        "repairs": repairs,
        "in_warranty": days is not None and any(days <= line.warranty_months * DAYS_PER_MONTH for line in lines),
        "breaks_free_shipping": _breaks_free_shipping(order, lines, free_from),
        "paid": float(order.paid),
        "gift_value": float(sum((line.gift_value * line.quantity for line in order.lines), Decimal(0))),
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


def _whereabouts(runtime: Runtime, parcel: ShipmentRecord) -> dict[str, Any]:
    found: dict[str, Any] = {"carrier": parcel.carrier, "number": parcel.tracking_number, "state": parcel.status}
    try:
        track = outside(runtime).courier.track(parcel.carrier, parcel.tracking_number)
    except (Unavailable, InvalidInput):
        return found | {"last": None, "delivered_at": None}
    last = track.events[-1] if track.events else None
    state = found["state"] if track.state == "unknown" else track.state
    return found | {
        "state": state,
        "last": f"{last.at.isoformat()} {last.place} {last.text}".strip() if last else None,
        "delivered_at": track.delivered_at.isoformat() if track.delivered_at else None,
    }
