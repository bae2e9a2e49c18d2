"""What may still go back for an order: what was paid, without what went back or is about to."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from engine.connectors.orders import OrderRecord
from engine.persistence import UnitOfWork
from engine.services.settings import setting
from engine.services.shop.ledger import freight_refunded, left_to_refund, refunded_parts
from engine.services.shop.statement import Statement, Wanted, draw_up

__all__ = ["account_of", "left_to_refund"]


def account_of(uow: UnitOfWork, order: OrderRecord) -> Callable[[Wanted], Statement]:
    """The account of whatever is wanted of the order, as it stands now."""
    return partial(
        draw_up,
        order,
        before=refunded_parts(uow, order.number),
        left=left_to_refund(uow, order),
        freight_before=freight_refunded(uow, order.number),
        free_from=Decimal(str(setting(uow, "shop.free_shipping"))),
        freight=Decimal(str(setting(uow, "shop.freight"))),
    )
