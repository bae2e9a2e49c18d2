"""The shop that is kept here: orders, the refund ledger and the stock, behind the same interfaces as a shop outside."""

from engine.connectors.warehouse import OutOfStock
from engine.services.shop.ledger import Ledger, LocalPayments
from engine.services.shop.local_bank import LocalBank
from engine.services.shop.local_courier import LocalCourier
from engine.services.shop.local_orders import LocalOrders, store_order
from engine.services.shop.stock import LocalStock, set_stock

__all__ = [
    "Ledger",
    "LocalBank",
    "LocalCourier",
    "LocalOrders",
    "LocalPayments",
    "LocalStock",
    "OutOfStock",
    "set_stock",
    "store_order",
]
