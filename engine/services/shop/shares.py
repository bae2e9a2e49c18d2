"""What was really paid for each line of an order, and what of it goes back for so many pieces. Pure arithmetic, to the cent."""

from dataclasses import dataclass
from decimal import Decimal

from engine.connectors.orders import OrderRecord
from engine.model.money import CENT, rounded

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Share:
    """A line of an order and what was paid for all its pieces, after its share of the order's discount."""

    line: int
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    paid: Decimal

    @property
    def discount(self) -> Decimal:
        return rounded(self.unit_price * self.quantity) - self.paid

    def of_pieces(self, before: int, pieces: int) -> Decimal:
        """What was paid for `pieces` pieces when `before` went back already: all together always give `paid`, to the cent."""
        first, last = min(before, self.quantity), min(before + pieces, self.quantity)
        return self._up_to(last) - self._up_to(first)

    def _up_to(self, pieces: int) -> Decimal:
        return rounded(self.paid * pieces / self.quantity) if self.quantity else NOTHING


def shares_of(order: OrderRecord) -> list[Share]:
    """Every line with what was paid for it: what the customer did not pay of the goods is a discount, shared by the lines' amounts."""
    amounts = [rounded(line.amount) for line in order.lines]
    paid = spread(goods_paid(order), amounts)
    return [
        Share(line.line, line.sku, line.name, line.quantity, line.unit_price, part)
        for line, part in zip(order.lines, paid, strict=True)
    ]


def goods_paid(order: OrderRecord) -> Decimal:
    """What was paid for goods: what was paid at all, without the freight, and no more than they cost."""
    goods = sum((rounded(line.amount) for line in order.lines), NOTHING)
    return max(NOTHING, min(goods, rounded(order.paid - order.freight)))


def freight_paid(order: OrderRecord) -> Decimal:
    """What of the payment was for freight: what is left once the goods are paid, and no more than it cost."""
    return max(NOTHING, min(rounded(order.freight), rounded(order.paid) - goods_paid(order)))


def spread(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`total` (no more than the weights) in whole cents by weight, no part above its weight.

    The cents that rounding leaves go to the largest remainders.
    """
    whole = sum(weights, NOTHING)
    if whole <= 0:
        return [NOTHING for _ in weights]
    exact = [total * weight / whole for weight in weights]
    parts = [(part // CENT) * CENT for part in exact]
    left = int((total - sum(parts, NOTHING)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[:left]:
        parts[place] += CENT
    return [rounded(part) for part in parts]
