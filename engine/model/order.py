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


class OrderRemark(Keyed, Base):
    """What an agent or a process did about an order, written into it. Written once, never changed."""

    __tablename__ = "order_remark"
    __table_args__ = (UniqueConstraint("tenant_id", "idempotency_key"), Index(None, "tenant_id", "order_number", "at"))

    order_number: Mapped[Name]
    author: Mapped[Name]
    text: Mapped[str] = mapped_column(Text)
    case_number: Mapped[str | None] = mapped_column(String(32))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]


class RefundAccount(Base):
    """An order that money goes back for, or a parcel whose freight does: its row is locked while that is decided, so that no refund
    overtakes another."""

    __tablename__ = "refund_account"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    order_number: Mapped[str] = mapped_column(String(255), primary_key=True)


class Refund(Keyed, Base):
    """One entry of the refund ledger. Compensation is apart from what was paid.

    `freight_of`: the parcel of a return whose freight this reimburses; such an entry is on top of what was paid, too.

    `state`: pending from when it was decided until the payment service says settled or failed; a failed one counts no more.
    """

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "tenant_id", "order_number"),
        Index(None, "tenant_id", "freight_of"),
    )

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
    freight_of: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="settled", server_default="settled")
    settled_at: Mapped[datetime | None]


class RefundPart(Keyed, Base):
    """What of a refund is for one line of its order. What is for no line is for the order as a whole."""

    __tablename__ = "refund_part"
    __table_args__ = (Index(None, "refund_key"),)

    refund_key: Mapped[Key] = mapped_column(ForeignKey("refund.key", ondelete="CASCADE"))
    line: Mapped[int]
    quantity: Mapped[int]
    amount: Mapped[Money]


class PaymentDue(Keyed, Base):
    """A sum that the customer was asked for, such as a price difference, until a moment. `state`: pending, paid or expired.

    `about`: what it is for (`bought`, `wanted`, `quantity`, `sku`, `exchange_sku`), as its page says it; `claimed_reference`: what the
    customer gave as proof of having paid it.
    """

    __tablename__ = "payment_due"
    __table_args__ = (
        UniqueConstraint("tenant_id", "idempotency_key"),
        Index(None, "tenant_id", "order_number"),
        Index(None, "tenant_id", "case_number"),
        Index(None, "tenant_id", "reference"),
    )

    order_number: Mapped[Name]
    case_number: Mapped[str | None] = mapped_column(String(32))
    line: Mapped[int | None]
    amount: Mapped[Money]
    currency: Mapped[str] = mapped_column(String(3))
    reference: Mapped[str] = mapped_column(String(64))
    url: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    idempotency_key: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    about: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    claimed_reference: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]


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
