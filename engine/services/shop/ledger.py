"""The refund ledger: decides, in our own tables, what may be paid back, and has it paid by a payment service. Never twice.

Refunds of one order are decided one after the other (its account is locked) and written down, as pending, before the service is
asked; the idempotency key is unique here and sent there. What goes back for goods is never more than what was paid: for the
order, for each line, and for no more pieces than were bought. Compensation is apart: it has its own approval. So is the freight that
a customer paid to send goods back: once for a parcel, whichever orders were in it, and no more than the setting `return.freight_most`.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from unicodedata import normalize

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.connectors.orders import OrderRecord, OrdersConnector
from engine.connectors.payments import DueState, PaymentsConnector, RefundReceipt, RefundRequest, RefundState
from engine.connectors.payments import PaymentDue as DueRecord
from engine.connectors.payments import RefundPart as Part
from engine.errors import InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.money import CENT
from engine.model.order import PaymentDue, Refund, RefundAccount, RefundPart
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.rows import add
from engine.services.settings import setting
from engine.services.shop.local_bank import LocalBank
from engine.services.shop.local_orders import LocalOrders
from engine.services.shop.shares import NOTHING, freight_paid, shares_of

PENDING, SETTLED, FAILED = "pending", "settled", "failed"
PAID, EXPIRED = "paid", "expired"
BY_HAND = "by hand"


class Ledger:
    """A `PaymentsConnector` that keeps the ledger of one tenant before the payment service that it was given."""

    def __init__(
        self, runtime: Runtime, orders: OrdersConnector, bank: PaymentsConnector, tenant_id: str = DEFAULT_TENANT
    ) -> None:
        self._runtime, self._orders, self._bank, self._tenant_id = runtime, orders, bank, tenant_id

    def refund(self, request: RefundRequest) -> RefundReceipt:
        order = self._orders.find(request.order_number)
        # None: the service is to be asked.
        before: RefundReceipt | None = self._transact(lambda uow: self._decide(uow, order, request))
        if before is not None:
            return before
        try:
            receipt = self._bank.refund(request)
        except (InvalidInput, NotFound):
            # The service will not pay it, so it counts no more; a later try needs another key.
            self._transact(lambda uow: _conclude(uow, request.idempotency_key, FAILED))
            raise
        row = self._transact(
            lambda uow: _conclude(uow, request.idempotency_key, receipt.state, receipt.reference, receipt.route)
        )
        return replace(receipt, route=row.route)

    def write_down(self, request: RefundRequest, reference: str) -> None:
        """A person paid this back by hand: it counts like any other refund, and is refused like any other. Only a compensation needs
        no payment that it goes back to."""
        order = self._orders.find(request.order_number)

        def work(uow: UnitOfWork) -> None:
            if self._decide(uow, order, request, by_hand=True) is None:
                _conclude(uow, request.idempotency_key, SETTLED, reference, BY_HAND)

        self._transact(work)

    def refund_state(self, reference: str) -> RefundState:
        """Where a refund stands, asked of the service while it is pending and written down here."""
        row = self._transact(lambda uow: _by(uow, Refund.reference == reference))
        if row is None:
            raise NotFound(f"There is no refund {reference}.")
        if row.state != PENDING:
            return "settled" if row.state == SETTLED else "failed"
        state = self._bank.refund_state(reference)
        self._transact(lambda uow: _conclude(uow, row.idempotency_key, state))
        return state

    def settle(self, reference: str, state: RefundState) -> None:
        """What a payment service's callback says of a refund; what is settled or failed already stays. Raises NotFound."""
        row = self._transact(lambda uow: _by(uow, Refund.reference == reference))
        if row is None:
            raise NotFound(f"There is no refund {reference}.")
        self._transact(lambda uow: _conclude(uow, row.idempotency_key, state))

    def ask(
        self,
        order_number: str,
        amount: Decimal,
        currency: str,
        reason: str,
        idempotency_key: str,
        return_url: str = "",
        *,
        case_number: str | None = None,
        line: int | None = None,
        until: datetime | None = None,
        about: dict[str, Any] | None = None,
    ) -> DueRecord:
        """Ask the customer for a sum for `line` of an order, once per key; what is paid of it counts as paid for that line.

        `until`: how long it is asked for; `about`: what it is for, as its page says it.
        """
        if amount <= 0 or amount != amount.quantize(CENT):
            raise InvalidInput(f"{amount} cannot be asked for: it must be positive and have no fractions of a cent.")
        due = self._bank.ask(order_number, amount, currency, reason, idempotency_key, return_url)

        def work(uow: UnitOfWork) -> None:
            query = select(PaymentDue.key).where(
                PaymentDue.tenant_id == uow.tenant_id, PaymentDue.idempotency_key == idempotency_key
            )
            if uow.session.scalar(query) is None:
                add(self._runtime, uow, PaymentDue, order_number=order_number, case_number=case_number, line=line,
                    amount=amount, currency=currency, reference=due.reference, url=due.url, state=due.state,
                    reason=reason, idempotency_key=idempotency_key, at=uow.now, until=until, about=about or {},
                    paid_at=uow.now if due.state == "paid" else None)  # fmt: skip

        self._transact(work)
        return due

    def due_state(self, reference: str) -> DueState:
        """Whether a sum is paid, asked of the service while it is open and written down here."""
        row = self._transact(lambda uow: _due(uow, reference))
        if row.state != PENDING:
            return "paid" if row.state == "paid" else "expired"
        state = self._bank.due_state(reference)
        if state != PENDING:
            self.mark_due(reference, state)
        return state

    def mark_due(self, reference: str, state: DueState) -> DueState:
        """A sum was paid, as the service or a person says, or its time is over; paid stays paid, and may come late. Answers what it was.

        Raises NotFound.
        """

        def work(uow: UnitOfWork) -> DueState:
            row = _due(uow, reference, for_update=True)
            before = cast(DueState, row.state)
            if before == PENDING or (before == EXPIRED and state == PAID):
                row.state, row.paid_at = state, uow.now if state == PAID else None
            return before

        return cast(DueState, self._transact(work))

    def withdraw(self, reference: str) -> DueState:
        """Ask for a sum no more, here and at the service; paid when the customer was faster. Raises NotFound, Unavailable."""
        row = self._transact(lambda uow: _due(uow, reference))
        if row.state == PENDING:
            self.mark_due(reference, "paid" if self._bank.withdraw(reference) == PAID else "expired")
        return "paid" if self._transact(lambda uow: _due(uow, reference)).state == PAID else "expired"

    def _transact(self, work: Callable[[UnitOfWork], Any]) -> Any:
        return self._runtime.transact(work, self._tenant_id)

    def _decide(
        self, uow: UnitOfWork, order: OrderRecord | None, request: RefundRequest, by_hand: bool = False
    ) -> RefundReceipt | None:
        """Write the refund down as pending, unless its key has one already that is done: then that one's receipt."""
        _lock_account(uow, request.order_number)
        if request.freight_of:
            request = replace(request, freight_of=parcel_number(request.freight_of))
            _lock_account(uow, f"parcel {request.freight_of}")
        before = _by(uow, Refund.idempotency_key == request.idempotency_key)
        if before is not None:
            return _repeated(before, request)
        if request.freight_of:
            _check_freight(uow, request)
        route, parts = BY_HAND, request.parts
        if order is not None and order.payments:
            route, parts = order.payments[0].method, request.parts or _by_sku(uow, order, request)
            _check(uow, order, request, parts)
        elif by_hand and request.compensation:
            _check_amount(request.amount)
        else:
            number = request.order_number
            raise NotFound(f"订单 {number} 没有可退的付款 / There is no payment for order {number} to pay back.")
        row = add(self._runtime, uow, Refund, order_number=request.order_number, case_number=request.case_number,
                  amount=request.amount, currency=request.currency, route=route, reference="",
                  reason=request.reason, compensation=request.compensation, freight_of=request.freight_of or None, state=PENDING,
                  idempotency_key=request.idempotency_key, at=uow.now)  # fmt: skip
        uow.flush()
        for part in parts:
            add(self._runtime, uow, RefundPart, refund_key=row.key, line=part.line, quantity=part.quantity,
                amount=part.amount)  # fmt: skip
        return None


class LocalPayments(Ledger):
    """The ledger over orders that are kept here, with nobody behind it: what it writes down is settled."""

    def __init__(self, runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> None:
        super().__init__(runtime, LocalOrders(runtime, tenant_id), LocalBank(), tenant_id)


def parcel_number(written: str) -> str:
    """A parcel's number as one parcel has it, however a customer writes it: no blanks or hyphens, capitals, half-width."""
    plain = normalize("NFKC", written).upper()
    return "".join(sign for sign in plain if sign.isalnum()) or plain.strip()


def refunded(uow: UnitOfWork, order_number: str) -> Decimal:
    """What went back for this order's goods so far, or is about to, compensation not counted."""
    return uow.session.scalar(select(func.sum(Refund.amount)).where(*_counted(uow, order_number))) or NOTHING


def refunded_parts(uow: UnitOfWork, order_number: str) -> dict[int, tuple[int, Decimal]]:
    """For each line of the order that money went back for: how many pieces, how much."""
    query = (
        select(RefundPart.line, func.sum(RefundPart.quantity), func.sum(RefundPart.amount))
        .join(Refund, Refund.key == RefundPart.refund_key)
        .where(*_counted(uow, order_number))
        .group_by(RefundPart.line)
    )
    return {line: (int(quantity), amount) for line, quantity, amount in uow.session.execute(query)}


def pieces_back(uow: UnitOfWork, order_numbers: Collection[str]) -> dict[tuple[str, int], int]:
    """How many pieces went back so far, or are about to, by order and line."""
    query = (
        select(Refund.order_number, RefundPart.line, func.sum(RefundPart.quantity))
        .join(Refund, Refund.key == RefundPart.refund_key)
        .where(*_counting(uow), Refund.order_number.in_(order_numbers))
        .group_by(Refund.order_number, RefundPart.line)
    )
    return {(number, line): int(pieces) for number, line, pieces in uow.session.execute(query)}


def paid_since(uow: UnitOfWork, order_number: str) -> dict[int | None, Decimal]:
    """What the customer paid after the order itself, by line: price differences of exchanges."""
    query = (
        select(PaymentDue.line, func.sum(PaymentDue.amount))
        .where(
            PaymentDue.tenant_id == uow.tenant_id,
            PaymentDue.order_number == order_number,
            PaymentDue.state == "paid",
        )
        .group_by(PaymentDue.line)
    )
    return {line: amount for line, amount in uow.session.execute(query)}


def left_to_refund(uow: UnitOfWork, order: OrderRecord) -> Decimal:
    """What may still go back for this order."""
    since = sum(paid_since(uow, order.number).values(), NOTHING)
    return max(NOTHING, order.paid + since - refunded(uow, order.number))


def freight_refunded(uow: UnitOfWork, order_number: str) -> Decimal:
    """What went back beside the lines in refunds that name lines: the freight."""
    parts = select(RefundPart.refund_key).where(RefundPart.refund_key == Refund.key).exists()
    whole = uow.session.scalar(select(func.sum(Refund.amount)).where(*_counted(uow, order_number), parts)) or NOTHING
    by_line = sum((amount for _, amount in refunded_parts(uow, order_number).values()), NOTHING)
    return max(NOTHING, whole - by_line)


def _by_sku(uow: UnitOfWork, order: OrderRecord, request: RefundRequest) -> tuple[Part, ...]:
    """A refund that names only its article counts for its lines, as far as money is left for each; no pieces come back."""
    shares = [share for share in shares_of(order) if share.sku == request.sku and share.paid > 0]
    if request.compensation or not shares:
        return ()
    since, before = paid_since(uow, order.number), refunded_parts(uow, order.number)
    open_sum, parts = request.amount, list[Part]()
    for share in shares:
        left = share.paid + since.get(share.line, NOTHING) - before.get(share.line, (0, NOTHING))[1]
        part = max(NOTHING, min(left, open_sum))
        parts.append(Part(share.line, 0, part))
        open_sum -= part
    if open_sum > 0:
        left = request.amount - open_sum
        zh = f"{request.sku} 只剩 ¥{left} 可退，不能退 ¥{request.amount}"
        raise InvalidInput(f"{zh} / For {request.sku} {left} are left to pay back, not {request.amount}.")
    return tuple(part for part in parts if part.amount)


def _check(uow: UnitOfWork, order: OrderRecord, request: RefundRequest, parts: tuple[Part, ...]) -> None:
    amount = request.amount
    _check_amount(amount)
    if request.currency != order.currency:
        zh = f"订单 {order.number} 以 {order.currency} 支付，不能以 {request.currency} 退款"
        raise InvalidInput(f"{zh} / Order {order.number} was paid in {order.currency}, not in {request.currency}.")
    if request.compensation:
        return
    left = left_to_refund(uow, order)
    if amount > left:
        zh = f"订单 {order.number} 只剩 ¥{left} 可退，不能退 ¥{amount}"
        raise InvalidInput(
            f"{zh} / Of order {order.number} {left} {order.currency} are left to pay back, not {amount}."
        )
    if parts:
        _check_parts(uow, order, amount, parts)


def _check_freight(uow: UnitOfWork, request: RefundRequest) -> None:
    query = select(Refund).where(
        Refund.tenant_id == uow.tenant_id, Refund.freight_of == request.freight_of, Refund.state != FAILED
    )
    before = uow.session.scalars(query.limit(1)).one_or_none()
    if before is not None:
        raise InvalidInput(
            f"运单 {request.freight_of} 的运费已报销过（订单 {before.order_number}，¥{before.amount}） / "
            f"The freight of parcel {request.freight_of} was paid back already: {before.amount} for order {before.order_number}."
        )
    most = Decimal(str(setting(uow, "return.freight_most")))
    if request.amount > most:
        zh = f"运单 {request.freight_of} 的运费最多报销 ¥{most}，不能报销 ¥{request.amount}"
        raise InvalidInput(f"{zh} / Of the freight of this parcel {most} may go back, not {request.amount}.")


def _check_amount(amount: Decimal) -> None:
    if amount <= 0 or amount != amount.quantize(CENT):
        zh = f"不能退 ¥{amount}：金额须大于零，且不超过两位小数"
        raise InvalidInput(f"{zh} / {amount} cannot be paid back: it must be positive and have no fractions of a cent.")


def _check_parts(uow: UnitOfWork, order: OrderRecord, amount: Decimal, parts: tuple[Part, ...]) -> None:
    shares, since = {share.line: share for share in shares_of(order)}, paid_since(uow, order.number)
    before = refunded_parts(uow, order.number)
    lines = [part.line for part in parts]
    if len(set(lines)) != len(lines) or any(part.amount < 0 or part.quantity < 0 for part in parts):
        raise InvalidInput(
            "每个订单行只能列一次，金额不能为负 / A refund names each line once, with no negative amount."
        )
    for part in parts:
        share = shares.get(part.line)
        if share is None:
            zh = f"订单 {order.number} 没有第 {part.line} 行"
            raise InvalidInput(f"{zh} / Order {order.number} has no line {part.line}.")
        pieces, money = before.get(part.line, (0, NOTHING))
        most = share.paid + since.get(part.line, NOTHING) - money
        if part.amount > most:
            left = max(most, NOTHING)
            zh = f"{share.sku} 只剩 ¥{left} 可退，不能退 ¥{part.amount}"
            raise InvalidInput(f"{zh} / For {share.sku} {left} are left to pay back, not {part.amount}.")
        if pieces + part.quantity > share.quantity:
            left_pieces = share.quantity - pieces
            zh = f"{share.sku} 只剩 {left_pieces} 件可退"
            raise InvalidInput(f"{zh} / Of {share.sku} {left_pieces} pieces are left to take back.")
    rest = amount - sum((part.amount for part in parts), NOTHING)
    if not NOTHING <= rest <= freight_paid(order):
        raise InvalidInput(
            f"退款中 ¥{rest} 不属于任何商品，最多可含运费 ¥{freight_paid(order)} / "
            f"{rest} of the refund is for no article; at most the freight, {freight_paid(order)}, may be."
        )


def _repeated(before: Refund, request: RefundRequest) -> RefundReceipt | None:
    if (before.order_number, before.amount) != (request.order_number, request.amount):
        raise InvalidInput(f"The key {request.idempotency_key} was used for another refund.")
    if before.state == FAILED:
        zh = f"支付服务拒绝了 ¥{before.amount} 的退款"
        raise InvalidInput(f"{zh} / The payment service refused the refund of {before.amount}.")
    if before.reference == "":
        return (
            None  # written down, but nobody knows whether the service was asked: it is asked again under the same key
        )
    state: RefundState = "settled" if before.state == SETTLED else "pending"
    return RefundReceipt(before.reference, before.amount, before.route, repeated=True, state=state)


def _conclude(uow: UnitOfWork, key: str, state: str, reference: str = "", route: str = "") -> Refund:
    """What the service said; settled and failed are final."""
    row = _by(uow, Refund.idempotency_key == key, for_update=True)
    if row is None:
        raise NotFound(f"There is no refund under the key {key}.")
    if row.state == PENDING:
        row.state, row.settled_at = state, uow.now if state == SETTLED else None
        row.reference, row.route = reference or row.reference, route or row.route
    return row


def _lock_account(uow: UnitOfWork, number: str) -> None:
    insert: Any = (sqlite if uow.is_sqlite else postgresql).insert(RefundAccount)
    uow.connection.execute(insert.values(tenant_id=uow.tenant_id, order_number=number).on_conflict_do_nothing())
    account = RefundAccount.tenant_id == uow.tenant_id, RefundAccount.order_number == number
    uow.connection.execute(update(RefundAccount).where(*account).values(order_number=number))


def _counted(uow: UnitOfWork, number: str) -> tuple[Any, ...]:
    return (*_counting(uow), Refund.order_number == number)


def _counting(uow: UnitOfWork) -> tuple[Any, ...]:
    return Refund.tenant_id == uow.tenant_id, Refund.compensation.is_(False), Refund.state != FAILED


def _by(uow: UnitOfWork, condition: Any, for_update: bool = False) -> Refund | None:
    query = select(Refund).where(Refund.tenant_id == uow.tenant_id, condition)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    return uow.session.scalars(query).one_or_none()


def _due(uow: UnitOfWork, reference: str, for_update: bool = False) -> PaymentDue:
    query = select(PaymentDue).where(PaymentDue.tenant_id == uow.tenant_id, PaymentDue.reference == reference)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = uow.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no sum by the reference {reference}.")
    return row
