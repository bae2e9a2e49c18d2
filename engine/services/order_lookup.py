"""The order that a case is about, as the shop tells it now, for a page that must come all the same."""

from dataclasses import dataclass, replace
from typing import Literal

from engine.connectors.orders import OrderRecord
from engine.errors import Unavailable
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.customers.masking import mask_address, mask_phone
from engine.services.outside import outside


@dataclass(frozen=True, slots=True)
class OrderLook:
    """`state`: none (the case names no order), known, unknown (the shop has none of that number), unavailable, hidden."""

    state: Literal["none", "known", "unknown", "unavailable", "hidden"]
    number: str | None = None
    order: OrderRecord | None = None


def look_up(runtime: Runtime, number: str | None, *, actor: Actor) -> OrderLook:
    """The order of that number; its buyer's phone and address are masked for who may not see personal data."""
    if not number:
        return OrderLook("none")
    if not actor.may("orders.read"):
        return OrderLook("hidden", number)
    try:
        found = outside(runtime).orders.find(number)
    except Unavailable:
        return OrderLook("unavailable", number)
    if found is None:
        return OrderLook("unknown", number)
    return OrderLook("known", number, found if actor.may("customers.read_personal") else _masked(found))


def _masked(order: OrderRecord) -> OrderRecord:
    phone, address = mask_phone(order.customer_phone) or "", mask_address(order.address) or ""
    return replace(order, customer_phone=phone, address=address)
