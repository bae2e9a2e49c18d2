"""Job types about goods: stock.reserve, stock.release, stock.disposition, shipment.create, parcel.poll, repair.record."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.connectors.courier import Track
from engine.connectors.warehouse import OutOfStock
from engine.errors import InvalidInput, NotFound, Unavailable
from engine.model.order import Order, Shipment
from engine.persistence import UnitOfWork
from engine.runtime import BpmnError, JobContext, JobFailed, Runtime
from engine.services.cases.timeline import record
from engine.services.handlers.once import WHO, case_of, once, text
from engine.services.messages import publish_within
from engine.services.outside import outside
from engine.services.rows import add
from engine.services.turn import Turn

OUT_OF_STOCK = "OUT_OF_STOCK"
DISPOSITIONS = {"new": "restock", "opened": "relabel", "used": "supplier", "damaged": "scrap"}
CARRIER = "顺丰速运"


def reserve_stock(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Promise `quantity` (1) pieces of `sku` to the case. Answers `reservation`; the BPMN error OUT_OF_STOCK says there are none."""
    sku, quantity = text(job, "sku"), quantity_of(job)
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
        outside(runtime).stock.dispose(kind, sku, quantity_of(job), number, job.idempotency_key)
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


def release_stock(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Give back to sale what `reservation` holds; without one, or when it was shipped, nothing happens. Answers `released`."""
    held = job.variables.get("reservation")
    if not isinstance(held, dict):
        return {"released": False}
    number = text(job, "case_number") or None
    try:
        outside(runtime).stock.release(str(held["sku"]), int(held["quantity"]), number, job.idempotency_key)
    except (OutOfStock, NotFound):
        return {"released": False}
    return {"released": True}


def poll_parcel(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Ask the warehouse and the courier for the goods of `aftersale_number`, for neither is sure to tell by itself.

    What the warehouse has is published as `warehouse.received`; what the courier delivered is written down once. Answers
    `parcel_state`, and `delivered_at` once it is. While one does not answer, the other's answer stands; the next time asks again.
    """
    number = text(job, "aftersale_number")
    arrived = _arrived(runtime, number)
    track = _track(runtime, job)
    publish = arrived and number

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        if track is not None and track.delivered_at and "parcel_delivered_at" not in case.attributes:
            case.attributes = case.attributes | {"parcel_delivered_at": track.delivered_at.isoformat()}
            words = f"{track.carrier} {track.number}"
            record(runtime, uow, case, WHO, "step", "parcel.delivered", words, public=True)
        if publish:
            turn = Turn(runtime, uow)
            if publish_within(turn, "warehouse.received", number, {}).correlated:
                turn.finish()
                record(runtime, uow, case, WHO, "step", "warehouse.received", "", public=True)
        delivered = track.delivered_at.isoformat() if track and track.delivered_at else None
        return {"parcel_state": track.state if track else "unknown", "delivered_at": delivered}

    return once(runtime, job, work)


def record_repair(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Count a repair of the case's article, `repair_result` success or failure. Answers `repairs`: how many there were of it."""

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job)
        done = int(case.attributes.get("repairs", 0)) + 1
        case.attributes = case.attributes | {"repairs": done}
        before = job.variables.get("repairs")
        result = text(job, "repair_result", "success")
        record(runtime, uow, case, WHO, "step", f"repair.{result}", text(job, "repair_note"), public=True)
        return {"repairs": (int(before) if isinstance(before, int | float) else 0) + 1}

    return once(runtime, job, work)


def quantity_of(job: JobContext) -> int:
    """The variable `received_quantity`, else `quantity`, else one piece."""
    for name in ("received_quantity", "quantity"):
        value = job.variables.get(name)
        if isinstance(value, int | float) and value >= 1:
            return int(value)
    return 1


def _arrived(runtime: Runtime, number: str) -> bool:
    try:
        return bool(number) and outside(runtime).stock.receipt(number) is not None
    except (Unavailable, InvalidInput):
        return False


def _track(runtime: Runtime, job: JobContext) -> Track | None:
    parcel = job.variables.get("tracking")
    if not isinstance(parcel, dict) or not parcel.get("number"):
        return None
    try:
        return outside(runtime).courier.track(str(parcel.get("carrier") or ""), str(parcel["number"]))
    except (Unavailable, InvalidInput):
        return None
