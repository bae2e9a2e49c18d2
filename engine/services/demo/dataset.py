"""The demo's customers and orders, drawn with a fixed seed, so that every demo is the same but for the day it begins."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.connectors.orders import OrderLine, OrderRecord, PaymentRecord, ShipmentRecord
from engine.services.demo.catalogue import (
    ARTICLES,
    CARRIERS,
    GIFTS,
    GIVEN_NAMES,
    METHODS,
    PLACES,
    SURNAMES,
)

SEED = 20260302
CUSTOMERS, ORDERS = 60, 200
FREE_SHIPPING, FREIGHT = Decimal(99), Decimal("8.00")


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    name: str
    phone: str
    email: str
    address: str
    consent: dict[str, bool]
    preferred_channel: str
    language: str


def customers() -> list[DemoCustomer]:
    """Sixty customers; a few read English, a few want no messages. Their numbers are of a range that is not given out."""
    draw = random.Random(SEED)  # noqa: S311
    return [_customer(draw, number) for number in range(CUSTOMERS)]


def orders(now: datetime, buyers: list[DemoCustomer]) -> list[OrderRecord]:
    """Two hundred orders of the ninety days before now, the older the further on their way."""
    draw = random.Random(SEED + 1)  # noqa: S311
    # A few buy much, some buy now and then, most once.
    weights = [25 if number < 4 else 4 if number < 16 else 1 for number in range(len(buyers))]
    return [_order(draw, now, number, draw.choices(buyers, weights)[0]) for number in range(1, ORDERS + 1)]


def _customer(draw: random.Random, number: int) -> DemoCustomer:
    place, street = draw.choice(PLACES)
    told = draw.random()
    return DemoCustomer(
        name=draw.choice(SURNAMES) + draw.choice(GIVEN_NAMES),
        phone=f"100{number + 1:08d}",
        email=f"customer{number + 1}@demo.example",
        address=f"{place}{street} {draw.randint(1, 300)} 号",
        consent={"sms": told < 0.85, "email": told > 0.3, "phone": told < 0.9},
        preferred_channel="sms" if told < 0.7 else "email",
        language="en" if draw.random() < 0.05 else "zh",
    )


def _order(draw: random.Random, now: datetime, number: int, buyer: DemoCustomer) -> OrderRecord:
    # The last tenth is of today and yesterday, so that some are not shipped yet.
    placed = now - timedelta(days=draw.uniform(0.02, 1.5) if number > ORDERS * 0.9 else draw.uniform(1.5, 90))
    lines = _lines(draw)
    goods = sum((line.amount for line in lines), Decimal(0))
    freight = Decimal("0.00") if goods >= FREE_SHIPPING else FREIGHT
    shipments = _shipments(draw, now, placed)
    status = _status(draw, now, placed, shipments)
    paid = PaymentRecord(f"PAY{number:08d}", draw.choice(METHODS), goods + freight, placed + timedelta(minutes=3))
    return OrderRecord(
        number=f"D{number:06d}",
        status=status,
        placed_at=placed,
        customer_name=buyer.name,
        customer_phone=buyer.phone,
        address=buyer.address,
        currency="CNY",
        freight=freight,
        lines=lines,
        shipments=shipments,
        payments=() if status == "placed" else (paid,),
        attributes={"demo": True},
    )


def _lines(draw: random.Random) -> tuple[OrderLine, ...]:
    chosen = draw.sample(ARTICLES, draw.choices((1, 2, 3), (7, 3, 1))[0])
    lines = [
        OrderLine(place, article.sku, article.name, draw.choices((1, 2), (6, 1))[0], article.price,
                  traits=article.traits, warranty_months=article.warranty_months)
        for place, article in enumerate(chosen, start=1)
    ]  # fmt: skip
    if draw.random() < 0.2:
        sku, name, value = draw.choice(GIFTS)
        lines.append(OrderLine(len(lines) + 1, sku, name, 1, Decimal("0.00"), Decimal(value)))
    return tuple(lines)


def _shipments(draw: random.Random, now: datetime, placed: datetime) -> tuple[ShipmentRecord, ...]:
    shipped = placed + timedelta(hours=draw.uniform(4, 40))
    if shipped > now:
        return ()
    carrier, prefix = draw.choice(CARRIERS)
    tracking = f"{prefix}{draw.randint(10**11, 10**12 - 1)}"
    signed = shipped + timedelta(days=draw.uniform(1, 5))
    if draw.random() < 0.02:
        return (ShipmentRecord(carrier, tracking, "lost", shipped),)
    if signed > now:
        return (ShipmentRecord(carrier, tracking, "shipped", shipped),)
    return (ShipmentRecord(carrier, tracking, "signed", shipped, signed),)


def _status(draw: random.Random, now: datetime, placed: datetime, shipments: tuple[ShipmentRecord, ...]) -> str:
    if not shipments:
        return "placed" if now - placed < timedelta(hours=4) and draw.random() < 0.3 else "paid"
    return "signed" if shipments[0].status == "signed" else "shipped"
