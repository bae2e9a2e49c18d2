"""What goes back for goods that come back, as an account that a customer can check: item by item, each deduction named."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.connectors.orders import OrderRecord
from engine.connectors.payments import RefundPart
from engine.services.shop.shares import NOTHING, Share, freight_paid, shares_of, spread

FREIGHT_PAYERS = ("seller", "buyer", "buyer_all")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be paid back: `quantity` pieces of `sku` (None: all that are left), or everything that is left of the order.

    `payer` is who bears the freight: seller, buyer or buyer_all; `deduction` is the stated price of gifts that are missing;
    `adjustment` is what somebody decided on top (negative: less). `return_freight` is reimbursed beside it, for `return_parcel`.
    """

    sku: str = ""
    quantity: int | None = None
    everything: bool = False
    payer: str = "buyer"
    deduction: Decimal = NOTHING
    adjustment: Decimal = NOTHING
    return_freight: Decimal = NOTHING
    return_parcel: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Pieces of one line that money goes back for, and what was paid for them."""

    line: int
    sku: str
    name: str
    quantity: int
    price: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """`computed` is `items` and `freight_back` without freight and gifts, no less than nothing and no more than `left` of the order.

    `total` is that with the adjustment, within the same bounds: whoever wants to pay `x` adjusts by `x - computed`. `most` is the upper
    one: what was paid for the items and the freight, as far as it is left.
    """

    items: tuple[Item, ...]
    freight_back: Decimal
    freight_off: Decimal
    gift_off: Decimal
    computed: Decimal
    total: Decimal
    most: Decimal
    return_freight: Decimal = NOTHING
    return_parcel: str = ""

    @property
    def parts(self) -> tuple[RefundPart, ...]:
        """The total by line; what is above the items' share is freight."""
        goods = min(self.total, sum((item.paid for item in self.items), NOTHING))
        amounts = spread(goods, [item.paid for item in self.items])
        return tuple(
            RefundPart(item.line, item.quantity, amount) for item, amount in zip(self.items, amounts, strict=True)
        )

    def lines(self, language: str) -> list[str]:
        """The account in words, a line for each sum."""
        zh = language != "en"
        told = [_item(item, zh) for item in self.items]
        if self.freight_back:
            told.append(_sum("退回运费" if zh else "Freight paid back", self.freight_back, zh))
        if self.freight_off:
            name = "扣除运费（退货后不满包邮）" if zh else "Freight, no longer free of charge"
            told.append(_sum(name, -self.freight_off, zh))
        if self.gift_off:
            told.append(_sum("扣除缺失赠品标价" if zh else "Gift missing, its stated price", -self.gift_off, zh))
        rest = self.total - self.freight_back + self.freight_off + self.gift_off
        rest -= sum((item.paid for item in self.items), NOTHING)
        if rest:
            told.append(_sum("调整" if zh else "Adjustment", rest, zh))
        told.append(_sum("应退合计" if zh else "Total", self.total, zh))
        if self.return_freight:
            name = (
                f"另报销寄回运费（运单 {self.return_parcel}）"
                if zh
                else f"Paid beside it: freight of {self.return_parcel}"
            )
            told.append(_sum(name, self.return_freight, zh))
        return told


def draw_up(
    order: OrderRecord,
    wanted: Wanted,
    *,
    before: Mapping[int, tuple[int, Decimal]],
    left: Decimal,
    freight_before: Decimal = NOTHING,
    free_from: Decimal = NOTHING,
    freight: Decimal = NOTHING,
) -> Statement:
    """The account for what is wanted.

    `before`: for each line the pieces and the money that went back already; `left`: what may still go back for the order;
    `freight_before`: what of the freight did; `free_from`, `freight`: the goods from which freight is free, and what it costs below.
    """
    shares = shares_of(order)
    items = tuple(_items(shares, wanted, before))
    back = {item.line: item.quantity for item in items}
    whole = all(before.get(s.line, (0, NOTHING))[0] + back.get(s.line, 0) >= s.quantity for s in shares if s.paid)
    freight_back, freight_off = NOTHING, NOTHING
    if whole and (wanted.payer == "seller" or wanted.everything):
        freight_back = max(NOTHING, freight_paid(order) - freight_before)
    if not whole and wanted.payer == "buyer_all" and _was_free(order, shares, free_from):
        freight_off = freight
    goods_and_freight = sum((item.paid for item in items), NOTHING) + freight_back
    most = min(goods_and_freight, left)
    computed = max(NOTHING, min(most, goods_and_freight - freight_off - wanted.deduction))
    total = max(NOTHING, min(most, computed + wanted.adjustment))
    return Statement(
        items,
        freight_back,
        freight_off,
        wanted.deduction,
        computed,
        total,
        most,
        wanted.return_freight,
        wanted.return_parcel,
    )


def told(statement: Statement, by_payer: Mapping[str, Statement]) -> dict[str, Any]:
    """The statement as plain values, as a process carries it: money as numbers, the account in both languages; `by_payer`: what would
    be computed if another bore the freight."""
    return {
        "total": float(statement.total),
        "computed": float(statement.computed),
        "by_payer": {payer: float(other.computed) for payer, other in by_payer.items()},
        "goods": float(sum((item.paid for item in statement.items), NOTHING)),
        "freight_back": float(statement.freight_back),
        "freight_off": float(statement.freight_off),
        "gift_off": float(statement.gift_off),
        "return_freight": float(statement.return_freight),
        "zh": "\n".join(statement.lines("zh")),
        "en": "\n".join(statement.lines("en")),
        "parts": [
            {"line": part.line, "quantity": part.quantity, "amount": float(part.amount)} for part in statement.parts
        ],
    }


def _items(shares: list[Share], wanted: Wanted, before: Mapping[int, tuple[int, Decimal]]) -> list[Item]:
    """The pieces, line by line in the order's order; what of a line's money went back without pieces is not paid twice."""
    chosen = [share for share in shares if wanted.everything or share.sku == wanted.sku]
    open_pieces = None if wanted.everything else wanted.quantity
    found = []
    for share in chosen:
        pieces, money = before.get(share.line, (0, NOTHING))
        free = share.quantity - pieces
        take = free if open_pieces is None else min(free, open_pieces)
        if take <= 0:
            continue
        paid = min(share.of_pieces(pieces, take), max(NOTHING, share.paid - money))
        found.append(Item(share.line, share.sku, share.name, take, share.unit_price, paid))
        open_pieces = None if open_pieces is None else open_pieces - take
    return found


def _was_free(order: OrderRecord, shares: list[Share], free_from: Decimal) -> bool:
    goods = sum((share.unit_price * share.quantity for share in shares), NOTHING)
    return order.freight == 0 and goods >= free_from > 0


def _item(item: Item, zh: bool) -> str:
    price = item.price * item.quantity
    head = f"{item.name} ×{item.quantity}"
    if price == item.paid:
        return f"{head}：{_money(item.paid)}" if zh else f"{head}: {_money(item.paid)}"
    if zh:
        return f"{head}：{_money(price)}，优惠分摊或已退 {_money(item.paid - price)}，实付 {_money(item.paid)}"
    return (
        f"{head}: {_money(price)}, discount or paid back before {_money(item.paid - price)}, paid {_money(item.paid)}"
    )


def _sum(name: str, amount: Decimal, zh: bool) -> str:
    return f"{name}：{_money(amount)}" if zh else f"{name}: {_money(amount)}"


def _money(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"
