"""The shop that is kept here: orders, the refund ledger and the stock, behind the same interfaces as a shop outside."""

from engine.services.shop.ledger import LocalPayments
from engine.services.shop.local_orders import LocalOrders, store_order
from engine.services.shop.stock import LocalStock, OutOfStock, set_stock

__all__ = ["LocalOrders", "LocalPayments", "LocalStock", "OutOfStock", "set_stock", "store_order"]
