"""Job types about money: refund.calculate, article.price, payment.refund, payment.record, payment.poll, payment.ask."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.connectors.payments import RefundPart, RefundRequest
from engine.errors import InvalidInput, NotFound
from engine.model.money import rounded
from engine.persistence import UnitOfWork
from engine.runtime import BpmnError, JobContext, JobFailed, Runtime
from engine.services.cases.files import find_case
from engine.services.cases.links import payment_link
from engine.services.cases.timeline import record
from engine.services.handlers.once import WHO, case_of, once, text
from engine.services.messages import publish_within
from engine.services.outside import outside
from engine.services.shop.ledger import left_to_refund, refunded_parts
from engine.services.shop.left import account_of
from engine.services.shop.statement import FREIGHT_PAYERS, Wanted, draw_up, told
from engine.services.turn import Turn

PAYMENT_FAILED = "PAYMENT_FAILED"
COMPENSATIONS = ("compensation", "mediation")
RETURN_FREIGHT = "return_freight"


def calculate(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """What goes back for `quantity` pieces of `sku`, or for `everything`. Answers `refund`: `total`, `parts`, the account in `zh` and `en`;
    `computed` is the total without the adjustment, `by_payer` the same for whoever may bear the freight.

    `freight_payer`, `deduction` (missing gifts) and `adjustment` (what a person decided) go into it; an order that the shop does
    not know is worth nothing, and says so. `return_freight` for `return_parcel` is told in the account, but paid apart.
    """
    number = text(job, "order_number")
    order = outside(runtime).order(number)
    if order is None:
        unknown = {
            "zh": f"店铺没有订单 {number}，无法计算",
            "en": f"The shop has no order {number}; nothing to calculate",
        }
        return {
            "refund": {"total": 0, "goods": 0, "freight_back": 0, "freight_off": 0, "gift_off": 0, "parts": []}
            | {"computed": 0, "by_payer": dict.fromkeys(FREIGHT_PAYERS, 0)}
            | unknown
        }
    wanted = Wanted(
        sku=text(job, "sku"),
        quantity=_pieces(job),
        everything=job.variables.get("everything") is True,
        payer=text(job, "freight_payer", "buyer"),
        deduction=_money(job, "deduction"),
        adjustment=_money(job, "adjustment"),
        return_freight=_money(job, "return_freight"),
        return_parcel=text(job, "return_parcel"),
    )
    with runtime.unit_of_work(read_only=True, tenant_id=job.tenant_id) as uow:
        account = account_of(uow, order)
    by_payer = {payer: account(replace(wanted, payer=payer)) for payer in FREIGHT_PAYERS}
    return {"refund": told(account(wanted), by_payer)}


def price_exchange(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """What `quantity` pieces of `exchange_sku` cost today beyond what was paid for as many of `sku`. Answers `price_difference`
    (negative: goes back) and `article`: `known`, `name`, `price`, `quantity`, `paid`.

    Where the shop does not know the article or the order, `known` is false and the difference null: a person enters it.
    """
    order = outside(runtime).order(text(job, "order_number"))
    article = outside(runtime).article(text(job, "exchange_sku"))
    wanted = Wanted(sku=text(job, "sku"), quantity=_pieces(job))
    paid, pieces = Decimal(0), 0
    if order is not None:
        with runtime.unit_of_work(read_only=True, tenant_id=job.tenant_id) as uow:
            before, left = refunded_parts(uow, order.number), left_to_refund(uow, order)
        items = draw_up(order, wanted, before=before, left=left).items
        paid, pieces = sum((item.paid for item in items), Decimal(0)), sum(item.quantity for item in items)
    found: dict[str, Any] = {"known": False, "name": None, "price": None, "quantity": pieces, "paid": float(paid)}
    if article is None or order is None or pieces == 0 or article.currency != order.currency:
        return {"article": found, "price_difference": None}
    found |= {"known": True, "name": article.name, "price": float(article.price)}
    return {"article": found, "price_difference": float(rounded(article.price * pieces - paid))}


def pay_back(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Pay `amount` back for `order_number`, once. Answers `payment_reference` and `payment_state` (settled, pending); the BPMN error
    PAYMENT_FAILED says that it cannot be.

    `kind` compensation or mediation is on top of what was paid, and return_freight too, for the parcel `freight_of`; any other kind
    is not more than what was paid, for the order and for each of its lines: `parts` says what is for which line, else it counts
    for the line of `sku`.
    """
    amount = _amount(job)
    request = _request(job, amount)
    try:
        receipt = outside(runtime).payments.refund(request)
    except (InvalidInput, NotFound) as error:
        raise BpmnError(PAYMENT_FAILED, str(error), {"payment_problem": str(error)}) from error
    if receipt.state == "failed":
        number = receipt.reference
        problem = f"支付服务拒绝了退款 {number} / The payment service refused the refund {number}."
        raise BpmnError(PAYMENT_FAILED, problem, {"payment_problem": problem})

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case, data = case_of(uow, job), {"amount": str(amount), "reference": receipt.reference, "route": receipt.route}
        record(runtime, uow, case, WHO, "step", "payment.refunded", f"¥{amount}", data=data, public=True)
        return {"payment_reference": receipt.reference, "payment_state": receipt.state}

    return once(runtime, job, work)


def record_payment(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Write down that a person paid `amount` back by hand under `payment_reference`. Answers like `pay_back`, and refuses the same,
    but for a compensation for an order that the shop does not know: no route is needed to pay it."""
    amount, reference = _amount(job), text(job, "payment_reference")
    try:
        outside(runtime).payments.write_down(_request(job, amount), reference)
    except (InvalidInput, NotFound) as error:
        raise BpmnError(PAYMENT_FAILED, str(error), {"payment_problem": str(error)}) from error

    def work(uow: UnitOfWork) -> dict[str, Any]:
        data = {"amount": str(amount), "reference": reference, "route": "by hand"}
        record(runtime, uow, case_of(uow, job), WHO, "step", "payment.refunded", f"¥{amount}", data=data, public=True)
        return {"payment_reference": reference, "payment_state": "settled"}

    return once(runtime, job, work)


def ask_for_payment(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Ask the customer for `amount` for `sku` of `order_number`, until `pay_by`. Answers `payment_due`: `reference`, `amount`, `url`.

    `exchange_sku` and `quantity` say what they get for it, on the page where they pay.
    """
    amount, number = _amount(job), text(job, "order_number")
    order = outside(runtime).order(number)
    line = next((each for each in order.lines if each.sku == text(job, "sku")), None) if order else None
    currency = order.currency if order else "CNY"
    wanted = outside(runtime).article(text(job, "exchange_sku")) if text(job, "exchange_sku") else None
    about = {
        "bought": line.name if line else None,
        "wanted": wanted.name if wanted else None,
        "quantity": _pieces(job),
        "sku": text(job, "sku"),
        "exchange_sku": text(job, "exchange_sku"),
    }
    until = _moment(job, "pay_by")
    try:
        due = outside(runtime).payments.ask(
            number, amount, currency, text(job, "reason") or "换货差价", job.idempotency_key,
            _way_back(runtime, job, until), case_number=text(job, "case_number") or None,
            line=line.line if line else None, until=until, about=about,
        )  # fmt: skip
    except (InvalidInput, NotFound) as error:
        raise JobFailed(str(error), permanent=True) from error
    return {"payment_due": {"reference": due.reference, "amount": float(due.amount), "url": due.url}}


def poll_payment(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Ask the payment service how `reference` stands: a refund, or a sum that the customer owes where the header `what` is `due`.

    What has been decided is published: `payment.settled` with `payment_state` under the reference, or, once it is paid,
    `payment.received` under `aftersale_number` (else `case_number`). Answers `payment_state`. While the service does not answer, the
    next time asks again.
    """
    reference, payments = text(job, "reference"), outside(runtime).payments
    due = job.headers.get("what") == "due"
    try:
        state: str = payments.due_state(reference) if due else payments.refund_state(reference)
    except (InvalidInput, NotFound) as error:
        raise JobFailed(str(error), permanent=True) from error
    if state == "pending" or (due and state != "paid"):
        return {"payment_state": state}

    def work(uow: UnitOfWork) -> dict[str, Any]:
        turn = Turn(runtime, uow)
        number = text(job, "aftersale_number") or text(job, "case_number")
        # Instances of older diagrams wait for a refund under their number as well.
        keys, name = ([number], "payment.received") if due else ([reference, number], "payment.settled")
        if any(publish_within(turn, name, key, {"payment_state": state}).correlated for key in keys):
            turn.finish()
            if due:
                record(runtime, uow, case_of(uow, job), WHO, "step", name, public=True)
        return {"payment_state": state}

    return once(runtime, job, work)


def confirm_due(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """The sum `reference` was paid, as finance saw it, or is asked for no more: the variable `due_state` is paid or expired.

    Answers `due_state`: paid also where the customer paid before it could be withdrawn.
    """
    reference, payments = text(job, "reference"), outside(runtime).payments
    try:
        if text(job, "due_state", "paid") == "paid":
            payments.mark_due(reference, "paid")
            state = "paid"
        else:
            state = payments.withdraw(reference)
    except NotFound as error:
        raise JobFailed(str(error), permanent=True) from error

    def work(uow: UnitOfWork) -> dict[str, Any]:
        if state == "paid":
            record(runtime, uow, case_of(uow, job), WHO, "step", "payment.received", public=True)
        return {"due_state": state}

    return once(runtime, job, work)


def _way_back(runtime: Runtime, job: JobContext, until: datetime | None) -> str:
    """Our page of the sum, where a payment service sends the customer back to."""
    number = text(job, "case_number")
    if until is None or not number:
        return ""
    with runtime.unit_of_work(read_only=True, tenant_id=job.tenant_id) as uow:
        return payment_link(runtime, find_case(uow, number), job.idempotency_key, until)


def _moment(job: JobContext, name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text(job, name))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _request(job: JobContext, amount: Decimal) -> RefundRequest:
    kind, parcel = text(job, "kind"), text(job, "freight_of")
    if kind == RETURN_FREIGHT and not parcel:
        raise BpmnError(PAYMENT_FAILED, "No parcel", {"payment_problem": "没有运单号，不能报销寄回运费"})
    compensation = kind in (*COMPENSATIONS, RETURN_FREIGHT)
    return RefundRequest(
        order_number=text(job, "order_number"),
        amount=amount,
        currency=text(job, "currency", "CNY"),
        reason=text(job, "reason") or text(job, "kind", "refund"),
        idempotency_key=job.idempotency_key,
        case_number=text(job, "case_number") or None,
        compensation=compensation,
        parts=() if compensation else _parts(job),
        sku="" if compensation else text(job, "sku"),
        freight_of=parcel if kind == RETURN_FREIGHT else "",
    )


def _parts(job: JobContext) -> tuple[RefundPart, ...]:
    listed = job.variables.get("parts")
    if not isinstance(listed, list):
        return ()
    try:
        return tuple(
            RefundPart(int(part["line"]), int(part["quantity"]), rounded(Decimal(str(part["amount"]))))
            for part in listed
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise JobFailed("The variable parts is no list of lines with quantity and amount.", permanent=True) from error


def _pieces(job: JobContext) -> int | None:
    value = job.variables.get("quantity")
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _money(job: JobContext, name: str) -> Decimal:
    value = job.variables.get(name)
    return rounded(Decimal(str(value))) if isinstance(value, int | float) else Decimal("0.00")


def _amount(job: JobContext) -> Decimal:
    try:
        return rounded(Decimal(str(job.variables.get("amount"))))
    except InvalidOperation as error:
        raise JobFailed("The variable amount is not a sum of money.", permanent=True) from error
