"""Orders of a shop that is kept here: lines, parcels, payments, the refund ledger and the stock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.model.base import DEFAULT_TENANT, Base, Key, Keyed, Name
from engine.model.money import Money


class Order(Keyed, Base):
    """An order. `status`: placed, paid, shipped, signed, closed or cancelled."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "customer_phone", "placed_at"),
    )

    number: Mapped[Name]
    status: Mapped[str] = mapped_column(String(16))
    placed_at: Mapped[datetime]
    customer_name: Mapped[Name]
    customer_phone: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(500), default="")
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    freight: Mapped[Money] = mapped_column(default=Decimal(0))
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lines: Mapped[list[OrderLineRow]] = relationship(lazy="raise", order_by="OrderLineRow.line")
    shipments: Mapped[list[Shipment]] = relationship(lazy="raise", order_by="Shipment.shipped_at")
    payments: Mapped[list[Payment]] = relationship(lazy="raise", order_by="Payment.paid_at")


class OrderLineRow(Keyed, Base):
    """One line of an order."""

    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_key", "line"),)

    order_key: Mapped[Key] = mapped_column(ForeignKey("shop_order.key", ondelete="CASCADE"))
    line: Mapped[int]
    sku: Mapped[str] = mapped_column(String(64))
    name: Mapped[Name]
    quantity: Mapped[int]
    unit_price: Mapped[Money]
    gift_value: Mapped[Money] = mapped_column(default=Decimal(0))
    traits: Mapped[list[str]] = mapped_column(default=list)
    warranty_months: Mapped[int] = mapped_column(default=0)


class Shipment(Keyed, Base):
    """A parcel. `direction` is out (to the customer) or back; an exchange's parcel carries its case number."""

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("tenant_id", "idempotency_key"), Index(None, "order_key"))

    # None: a parcel of a case whose order is kept by a shop outside.
    order_key: Mapped[Key | None] = mapped_column(ForeignKey("shop_order.key", ondelete="CASCADE"))
    direction: Mapped[str] = mapped_column(String(8), default="out")
    carrier: Mapped[str] = mapped_column(String(64))
    tracking_number: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    shipped_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    case_number: Mapped[str | None] = mapped_column(String(32))
    idempotency_key: Mapped[str | None] = mapped_column(String(255))


class Payment(Keyed, Base):
    """What the customer paid."""

    __tablename__ = "payment"
    __table_args__ = (Index(None, "order_key"),)

    order_key: Mapped[Key] = mapped_column(ForeignKey("shop_order.key", ondelete="CASCADE"))
    reference: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(32))
    amount: Mapped[Money]
    paid_at: Mapped[datetime]


class Refund(Keyed, Base):
    """One line of the refund ledger, written once and never changed. Compensation is apart from what was paid."""

    __tablename__ = "refund"
    __table_args__ = (UniqueConstraint("tenant_id", "idempotency_key"), Index(None, "tenant_id", "order_number"))

    order_number: Mapped[Name]
    case_number: Mapped[str | None] = mapped_column(String(32))
    amount: Mapped[Money]
    currency: Mapped[str] = mapped_column(String(3))
    route: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    compensation: Mapped[bool] = mapped_column(default=False)
    idempotency_key: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]


class OrderCommand(Base):
    """A command on an order and its answer, so that the same key answers the same again."""

    __tablename__ = "order_command"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    idempotency_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    order_number: Mapped[Name]
    verb: Mapped[str] = mapped_column(String(16))
    done: Mapped[bool]
    at: Mapped[datetime]


class Stock(Base):
    """How many pieces of one article can be sold, and how many are promised to a case."""

    __tablename__ = "stock"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    sku: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[Name]
    price: Mapped[Money]
    free: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)


class StockMovement(Keyed, Base):
    """One change of the stock, by its idempotency key: reserve, release, ship, restock, relabel, scrap or supplier."""

    __tablename__ = "stock_movement"
    __table_args__ = (UniqueConstraint("tenant_id", "idempotency_key"), Index(None, "tenant_id", "sku", "at"))

    sku: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    quantity: Mapped[int]
    case_number: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text, default="")
    idempotency_key: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]
