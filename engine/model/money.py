"""Amounts of money in a column: exact, as whole cents."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from sqlalchemy import BigInteger, Dialect, TypeDecorator
from sqlalchemy.orm import mapped_column

CENT = Decimal("0.01")


class Cents(TypeDecorator[Decimal]):
    """A Decimal with two places, stored as cents, so that sums stay exact in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        cents = Decimal(value) * 100
        if cents != cents.to_integral_value():
            raise ValueError(f"{value} has fractions of a cent.")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(CENT)


Money = Annotated[Decimal, mapped_column(Cents)]


def rounded(amount: Decimal) -> Decimal:
    """To the cent, halves up, as invoices do."""
    return amount.quantize(CENT, ROUND_HALF_UP)
