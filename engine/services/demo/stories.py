"""A few orders that are the same in every demo, one for each story of a return or a change that somebody may want to try."""

from datetime import datetime, timedelta
from decimal import Decimal

from engine.connectors.orders import OrderLine, OrderRecord, PaymentRecord, ShipmentRecord
from engine.services.demo.catalogue import ARTICLES
from engine.services.demo.dataset import DemoCustomer

_ARTICLES = {article.sku: article for article in ARTICLES}
GIFT = OrderLine(9, "GF-001", "耳机收纳盒", 1, Decimal("0.00"), Decimal("29.90"))
STORIES = 9
NO_STOCK = "KB-087"  # its stock is empty, so that an exchange has to wait


def story_orders(now: datetime, buyers: list[DemoCustomer]) -> list[OrderRecord]:
    """One order a story, for buyers from the ninth on who read Chinese; what each is for stands in its attribute `story`."""
    told = (
        # A gift that may be missing, and a coupon of fifty yuan that is shared by what was bought.
        ("D900001", "gift", 2, (("KZ-501", 1), ("WB-750", 1)), "50.00", True),
        ("D900002", "exchange without stock", 3, ((NO_STOCK, 1),), "0.00", False),
        ("D900003", "not shipped", None, (("LP-010", 1),), "0.00", False),
        ("D900004", "on its way", -1, (("BD-150", 1),), "0.00", False),
        ("D900005", "lost", -2, (("PL-074", 1),), "0.00", False),
        ("D900006", "repair", 60, (("VC-900", 1),), "0.00", False),
        ("D900007", "no return by law", 1, (("MG-001", 2), ("WB-750", 1)), "0.00", False),
        ("D900008", "breaks free shipping", 2, (("WB-750", 1), ("TB-012", 1)), "0.00", False),
        ("D900009", "never sent back", 2, (("JK-180", 1),), "0.00", False),
    )
    readers = [buyer for buyer in buyers[8:] if buyer.language == "zh"]
    return [_order(now, buyer, *story) for buyer, story in zip(readers, told, strict=False)]


def _order(
    now: datetime,
    buyer: DemoCustomer,
    number: str,
    story: str,
    signed_days_ago: int | None,
    bought: tuple[tuple[str, int], ...],
    coupon: str,
    gift: bool,
) -> OrderRecord:
    """`signed_days_ago`: None is paid only, -1 on its way, -2 lost."""
    lines = tuple(_line(place, sku, quantity) for place, (sku, quantity) in enumerate(bought, start=1))
    goods = sum((line.amount for line in lines), Decimal(0))
    signed = now - timedelta(days=signed_days_ago) if signed_days_ago and signed_days_ago > 0 else None
    placed = (signed or now) - timedelta(days=0.2 if signed_days_ago is None else 4)
    state = "signed" if signed else "lost" if signed_days_ago == -2 else "shipped"
    parcel = ShipmentRecord("顺丰速运", f"SF9{number[1:]}", state, placed + timedelta(hours=9), signed)
    return OrderRecord(
        number=number,
        status="paid" if signed_days_ago is None else "signed" if signed else "shipped",
        placed_at=placed,
        customer_name=buyer.name,
        customer_phone=buyer.phone,
        address=buyer.address,
        currency="CNY",
        freight=Decimal("0.00"),
        lines=(*lines, GIFT) if gift else lines,
        shipments=() if signed_days_ago is None else (parcel,),
        payments=(PaymentRecord(f"PAY{number}", "alipay", goods - Decimal(coupon), placed + timedelta(minutes=3)),),
        attributes={"demo": True, "story": story},
    )


def _line(place: int, sku: str, quantity: int) -> OrderLine:
    article = _ARTICLES[sku]
    return OrderLine(
        place,
        sku,
        article.name,
        quantity,
        article.price,
        traits=article.traits,
        warranty_months=article.warranty_months,
    )
