"""What may still go back for an order: what was paid, without what went back or is about to."""

from collections.abc import Callable, Collection
from decimal import Decimal
from functools import partial

from engine.connectors.orders import OrderRecord
from engine.persistence import UnitOfWork
from engine.services.settings import setting
from engine.services.shop.ledger import freight_refunded, left_to_refund, pieces_back, refunded_parts
from engine.services.shop.statement import Statement, Wanted, draw_up

__all__ = ["account_of", "left_to_refund", "pieces_left"]


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


def pieces_left(uow: UnitOfWork, orders: Collection[OrderRecord]) -> dict[tuple[str, str], int]:
    """How many pieces may still go back, by order and article."""
    back = pieces_back(uow, [order.number for order in orders])
    left: dict[tuple[str, str], int] = {}
    for order in orders:
        for line in order.lines:
            pieces = max(0, line.quantity - back.get((order.number, line.line), 0))
            left[order.number, line.sku] = left.get((order.number, line.sku), 0) + pieces
    return left
