"""Orders that the contract of an orders connector is tried on."""

from datetime import UTC, datetime
from decimal import Decimal

from engine.connectors.orders import ArticleRecord, OrderLine, OrderRecord, PaymentRecord, ShipmentRecord

PHONE = "13800138000"


def moment(day: int) -> datetime:
    return datetime(2026, 2, day, 8, 30, tzinfo=UTC)


def order(number: str, status: str, day: int, *shipments: ShipmentRecord) -> OrderRecord:
    lines = (
        OrderLine(1, "KZ-501", "无线降噪耳机", 2, Decimal("399.00"), warranty_months=12),
        OrderLine(2, "GIFT-1", "耳机收纳盒", 1, Decimal("0.00"), Decimal("29.90"), ("no_return_confirmed",)),
    )
    payments = (PaymentRecord(f"PAY-{number}", "alipay", Decimal("806.00"), moment(day)),)
    address = "浙江省杭州市西湖区文三路 1 号"
    return OrderRecord(
        number, status, moment(day), "王小明", PHONE, address, "CNY", Decimal("8.00"), lines, shipments, payments
    )


UNSHIPPED = order("A 1/下单", "paid", 5)
ON_ITS_WAY = order("A2", "shipped", 3, ShipmentRecord("SF", "SF100", "shipped", moment(4)))
SIGNED = order("A3", "signed", 1, ShipmentRecord("YTO", "YT200", "signed", moment(2), moment(4)))
HEADPHONES = ArticleRecord("KZ-501", "无线降噪耳机", Decimal("399.00"))
BETTER = ArticleRecord("KZ 701/黑", "头戴式降噪耳机", Decimal("459.50"))
ARTICLES = [HEADPHONES, BETTER]
ORDERS = [SIGNED, UNSHIPPED, ON_ITS_WAY]
