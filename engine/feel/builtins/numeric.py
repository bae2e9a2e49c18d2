"""Functions over numbers."""

import decimal
from typing import Any

from engine.feel.arithmetic import negate
from engine.feel.builtins.registry import builtin
from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.numbers import DECIMAL128, MAX_SCALE, MIN_SCALE, Number, quantize, tidy
from engine.feel.runtime import Runtime

_SCALED = ("n: number", "[scale: number]")
_MODES = frozenset({"UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN"})
_ROUND_UP, _ROUND_DOWN = decimal.ROUND_UP, decimal.ROUND_DOWN


def _rounded(n: Number, scale: Number, rounding: str) -> Number | None:
    digits = int(scale)
    return quantize(n, digits, rounding) if MIN_SCALE <= digits <= MAX_SCALE else None


@builtin(
    "decimal",
    "n: number",
    "scale: number",
    "[mode: string]",
    result="number",
    doc="n rounded to `scale` digits, halves to the even neighbour or as the mode says (Camunda: UP, HALF_UP, FLOOR, …).",
)
def round_to_even(rt: Runtime, n: Number, scale: Number, mode: str = "HALF_EVEN") -> Number | None:
    return _rounded(n, scale, f"ROUND_{mode.upper()}") if mode.upper() in _MODES else None


@builtin("floor", "n: number", "[scale: number]", result="number", doc="n rounded towards minus infinity.")
def floor(rt: Runtime, n: Number, scale: Number = 0) -> Number | None:
    return _rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number", "[scale: number]", result="number", doc="n rounded towards infinity.")
def ceiling(rt: Runtime, n: Number, scale: Number = 0) -> Number | None:
    return _rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up", *_SCALED, result="number", doc="n rounded away from zero.")
def round_up(rt: Runtime, n: Number, scale: Number = 0) -> Number | None:
    return _rounded(n, scale, _ROUND_UP)


@builtin("round down", *_SCALED, result="number", doc="n rounded towards zero.")
def round_down(rt: Runtime, n: Number, scale: Number = 0) -> Number | None:
    return _rounded(n, scale, _ROUND_DOWN)


@builtin("round half up", *_SCALED, result="number", doc="n rounded, halves away from zero.")
def round_half_up(rt: Runtime, n: Number, scale: Number = 0) -> Number | None:
    return _rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", *_SCALED, result="number", doc="n rounded, halves towards zero.")
def round_half_down(rt: Runtime, n: Number, scale: Number = 0) -> Number | None:
    return _rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: number|duration", result="number", doc="The absolute value of a number or duration.")
def absolute(rt: Runtime, n: Any) -> Any:
    if isinstance(n, DaysTime):
        return DaysTime(abs(n.nanos))
    if isinstance(n, YearsMonths):
        return YearsMonths(abs(n.months))
    return negate(rt, n) if n < 0 else n


@builtin("modulo", "dividend: number", "divisor: number", result="number", doc="The rest, with the divisor's sign.")
def modulo(rt: Runtime, dividend: Number, divisor: Number) -> Number | None:
    if not divisor:
        return None
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend % divisor
    quotient = DECIMAL128.divide(dividend, divisor).to_integral_value(decimal.ROUND_FLOOR)
    return tidy(DECIMAL128.subtract(dividend, DECIMAL128.multiply(divisor, quotient)))


@builtin("sqrt", "number: number", result="number", doc="The square root; null for negative numbers.")
def sqrt(rt: Runtime, number: Number) -> Number | None:
    return tidy(DECIMAL128.sqrt(number)) if number >= 0 else None


@builtin("log", "number: number", result="number", doc="The natural logarithm; null unless positive.")
def log(rt: Runtime, number: Number) -> Number | None:
    return tidy(DECIMAL128.ln(number)) if number > 0 else None


@builtin("exp", "number: number", result="number", doc="e to the power of the number.")
def exp(rt: Runtime, number: Number) -> Number:
    return tidy(DECIMAL128.exp(number))


@builtin("odd", "number: number", result="boolean", doc="Whether a whole number is odd.")
def odd(rt: Runtime, number: Number) -> bool | None:
    return int(number) % 2 == 1 if number == int(number) else None


@builtin("even", "number: number", result="boolean", doc="Whether a whole number is even.")
def even(rt: Runtime, number: Number) -> bool | None:
    return int(number) % 2 == 0 if number == int(number) else None
