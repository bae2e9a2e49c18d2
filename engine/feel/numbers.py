"""FEEL numbers: Python ints where exact, else decimals of 34 digits (IEEE 754 decimal128)."""

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

DECIMAL128 = Context(
    prec=34, Emax=6144, Emin=-6143, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow]
)
# Rounding to a scale of thousands of digits needs room that ordinary arithmetic must not have.
WIDE = Context(prec=13_000, Emax=20_000, Emin=-20_000, traps=[DivisionByZero, InvalidOperation, Overflow])
INT_LIMIT = 10**34
MIN_SCALE = -6111
MAX_SCALE = 6176

Number = int | Decimal


def is_number(value: Any) -> bool:
    """Whether a FEEL value is a number; a boolean is not."""
    kind = type(value)
    return kind is int or kind is Decimal


def tidy(number: Decimal) -> Number:
    """An int for an integral decimal of ordinary size, otherwise the decimal itself."""
    if not number:
        return 0
    if -1 < number.adjusted() < 35 and number == number.to_integral_value():
        whole = int(number)
        if -INT_LIMIT < whole < INT_LIMIT:
            return whole
    return number


def rounded(number: int) -> Number:
    """An int as FEEL holds it: exact below 10^34, a rounded decimal above; raises ArithmeticError beyond 10^6144."""
    if -INT_LIMIT < number < INT_LIMIT:
        return number
    return DECIMAL128.create_decimal(number)


def from_float(number: float) -> Number | None:
    """The number a person would read in the float, or None for NaN and infinities."""
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return tidy(DECIMAL128.create_decimal(repr(number)))


def parse(text: str) -> Number:
    """The number a literal such as `1.5e3` means; raises ArithmeticError when it is too large."""
    return tidy(DECIMAL128.create_decimal(text))


def plain(number: Number) -> str:
    """The number in plain digits, without exponent and without zeros at the end: 0.5, 1200, -3."""
    if isinstance(number, int):
        if -INT_LIMIT < number < INT_LIMIT:
            return str(number)
        number = DECIMAL128.create_decimal(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def quantize(number: Number, scale: int, rounding: str) -> Number:
    """Round to `scale` digits after the point (negative: before it); the scale is within MIN_SCALE..MAX_SCALE."""
    if isinstance(number, int) and scale >= 0:
        return number
    value = Decimal(number)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= scale:
        return number
    result = value.quantize(Decimal(1).scaleb(-scale, context=WIDE), rounding=rounding, context=WIDE)
    return tidy(DECIMAL128.plus(result))
