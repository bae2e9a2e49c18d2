"""The refund ledger: an idempotent `PaymentsConnector` over our own tables. Double payment is impossible.

Refunds of one order are taken one after the other (the order's row is locked), the idempotency key is unique in the
database, and what goes back for goods is never more than what was paid. Compensation is apart: it has its own approval.
"""

from decimal import Decimal

from sqlalchemy import func, select

from engine.connectors.payments import RefundReceipt, RefundRequest
from engine.errors import InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.money import CENT
from engine.model.order import Order, Refund
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.rows import add
from engine.services.shop.local_orders import find_order


class LocalPayments:
    """Refunds written into the ledger of one tenant."""

    def __init__(self, runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> None:
        self._runtime, self._tenant_id = runtime, tenant_id

    def refund(self, request: RefundRequest) -> RefundReceipt:
        return self._runtime.transact(lambda uow: refund(self._runtime, uow, request), self._tenant_id)


def refund(runtime: Runtime, uow: UnitOfWork, request: RefundRequest) -> RefundReceipt:
    """Write one refund, or answer with the one that this key wrote before. Raises InvalidInput, NotFound."""
    order = find_order(uow, request.order_number, for_update=True)
    before = _by_key(uow, request.idempotency_key)
    if before is not None:
        return _repeated(before, request)
    if order is None or not order.payments:
        raise NotFound(f"There is no payment for order {request.order_number} to pay back.")
    _check(uow, order, request)
    written = add(
        runtime,
        uow,
        Refund,
        order_number=order.number,
        case_number=request.case_number,
        amount=request.amount,
        currency=order.currency,
        route=order.payments[0].method,
        reference="",
        reason=request.reason,
        compensation=request.compensation,
        idempotency_key=request.idempotency_key,
        at=uow.now,
    )
    written.reference = f"RF{written.key}"
    uow.flush()
    return RefundReceipt(written.reference, written.amount, written.route, repeated=False)


def refunded(uow: UnitOfWork, order_number: str) -> Decimal:
    """What went back for this order's goods so far, compensation not counted."""
    query = select(func.sum(Refund.amount)).where(
        Refund.tenant_id == uow.tenant_id, Refund.order_number == order_number, Refund.compensation.is_(False)
    )
    return uow.session.scalar(query) or Decimal(0)


def _check(uow: UnitOfWork, order: Order, request: RefundRequest) -> None:
    amount = request.amount
    if amount <= 0 or amount != amount.quantize(CENT):
        raise InvalidInput(f"{amount} cannot be paid back: it must be positive and have no fractions of a cent.")
    if request.currency != order.currency:
        raise InvalidInput(f"Order {order.number} was paid in {order.currency}, not in {request.currency}.")
    left = sum((payment.amount for payment in order.payments), Decimal(0)) - refunded(uow, order.number)
    if not request.compensation and amount > left:
        raise InvalidInput(f"Of order {order.number} {left} {order.currency} are left to pay back, not {amount}.")


def _repeated(before: Refund, request: RefundRequest) -> RefundReceipt:
    same = (before.order_number, before.amount) == (request.order_number, request.amount)
    if not same:
        raise InvalidInput(f"The key {request.idempotency_key} was used for another refund.")
    return RefundReceipt(before.reference, before.amount, before.route, repeated=True)


def _by_key(uow: UnitOfWork, key: str) -> Refund | None:
    query = select(Refund).where(Refund.tenant_id == uow.tenant_id, Refund.idempotency_key == key)
    return uow.session.scalars(query).one_or_none()
