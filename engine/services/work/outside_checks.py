"""Fields that a system outside has a say in: a form's component names the question in its property `check`.

`article`: the shop knows it. `order_article`: it is in the order, where the shop knows that. `order`: what is chosen can only
be done to an order that the shop knows. `order_refund`, `goods_refund`: so much may still go back, for the order, or for the
pieces of the article that the task is about; what is paid as compensation is on top. Where the shop does not answer nothing is
refused: the process asks again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.connectors.orders import OrderRecord
from engine.errors import Unavailable
from engine.forms import FieldError, Form
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.outside import outside
from engine.services.shop.left import account_of, left_to_refund
from engine.services.shop.statement import Wanted

CHECK = "check"
COMPENSATION = "compensation"
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field's value with what the task was opened on and what else was typed (`seen`: both)."""

    runtime: Runtime
    tenant_id: str
    key: str
    value: Any
    before: Any
    seen: Mapping[str, Any]


def checked_outside(form: Form) -> dict[str, str]:
    """The question of each field that has one; those within lists or groups are not asked about."""
    asked = {each.key: each.properties.get(CHECK, "") for each in form.components if each.key}
    return {key: check for key, check in asked.items() if check in QUESTIONS}


def ask_all(
    runtime: Runtime, tenant_id: str, form: Form, typed: Mapping[str, Any], opened_on: Mapping[str, Any]
) -> list[FieldError]:
    """What there is against what was typed into a form; what the form hides is not asked about."""
    seen = {**opened_on, **typed}
    return [
        error
        for field, check in checked_outside(form).items()
        if field in typed
        for error in ask_outside(check, Asked(runtime, tenant_id, field, typed[field], opened_on.get(field), seen))
    ]


def ask_outside(check: str, asked: Asked) -> list[FieldError]:
    """What there is against a value; nothing where the shop does not answer."""
    try:
        return QUESTIONS[check](asked)
    except Unavailable:
        return []


def _article(asked: Asked) -> list[FieldError]:
    sku = asked.value.strip() if isinstance(asked.value, str) else ""
    if not sku or asked.value == asked.before or outside(asked.runtime).article(sku) is not None:
        return []
    zh, en = f"店铺没有商品 {sku}，请核对商品编码。", f"The shop has no article {sku}; check its code."
    return [FieldError(asked.key, zh, en, "article")]


def _order_article(asked: Asked) -> list[FieldError]:
    sku, number = str(asked.value or "").strip(), str(asked.seen.get("order_number") or "")
    order = outside(asked.runtime).order(number) if sku else None
    if order is None or any(line.sku == sku for line in order.lines):
        return []
    theirs = [f"{line.sku}（{line.name}）" for line in order.lines]
    zh = f"订单 {number} 里没有商品 {sku}，有：{'、'.join(theirs)}。"
    en = f"Order {number} has no article {sku}, but {', '.join(theirs)}."
    return [FieldError(asked.key, zh, en, "order_article")]


def _order(asked: Asked) -> list[FieldError]:
    number = str(asked.seen.get("order_number") or "")
    if asked.value == KEEP or outside(asked.runtime).order(number) is not None:
        return []
    zh = f"店铺没有订单 {number}，不能改也不能取消：请核对订单号，或选“不改”并告诉客户原因。"
    en = f"The shop has no order {number}: check the number, or leave it and tell the customer why."
    return [FieldError(asked.key, zh, en, "order")]


def _order_refund(asked: Asked) -> list[FieldError]:
    return _refund(asked, left_to_refund)


def _goods_refund(asked: Asked) -> list[FieldError]:
    seen = asked.seen
    received = seen.get("received_quantity")
    pieces = seen.get("quantity") if received is None else received
    wanted = Wanted(
        sku=str(seen.get("sku") or ""),
        quantity=int(pieces) if isinstance(pieces, int | float) else None,
        everything=seen.get("everything") is True,
        payer=str(seen.get("freight_payer") or "buyer"),
    )
    return _refund(asked, lambda uow, order: account_of(uow, order)(wanted).most)


def _refund(asked: Asked, most_of: Callable[[UnitOfWork, OrderRecord], Decimal]) -> list[FieldError]:
    number, amount = str(asked.seen.get("order_number") or ""), asked.value
    if not isinstance(amount, int | float | Decimal) or asked.seen.get("remedy") == COMPENSATION:
        return []
    order = outside(asked.runtime).order(number)
    if order is None or not order.payments:  # nothing to compare with: finance pays it by hand
        return []
    with asked.runtime.unit_of_work(read_only=True, tenant_id=asked.tenant_id) as uow:
        most = most_of(uow, order)
    if Decimal(str(amount)) <= most:
        return []
    zh = f"订单 {number} 这里最多还可退 ¥{most}，请改小金额；超出的部分只能作为赔付。"
    en = f"At most CNY {most} of order {number} may still go back here; what goes beyond can only be compensation."
    return [FieldError(asked.key, zh, en, "refund")]


QUESTIONS: dict[str, Callable[[Asked], list[FieldError]]] = {
    "article": _article,
    "order_article": _order_article,
    "order": _order,
    "order_refund": _order_refund,
    "goods_refund": _goods_refund,
}
