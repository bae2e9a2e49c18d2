from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.numbers import DECIMAL128
from tests.engine.feel.evaluating import json_of, typed, value, warnings_of

numbers = st.integers(-(10**12), 10**12) | st.decimals(-(10**9), 10**9, places=6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("100 / 10 / 2", 5),
        ("3 ** 4 ** 5", 3486784401),
        ("-2 ** 2", 4),
        ("--10", 10),
        ("0.1 + 0.2", 0.3),
        (".5 + 1.5e2", 150.5),
        ('"a" + "b"', "ab"),
        ("10 ** -2", 0.01),
    ],
)
def test_operators_bind_as_the_grammar_says(text, expected):
    assert json_of(text) == expected


@given(numbers, numbers, st.sampled_from("+-*/"))
def test_arithmetic_is_that_of_34_digit_decimals(left, right, operator):
    got = value(f"a {operator} b", a=left, b=right)
    if operator == "/" and right == 0:
        assert got is None
        return
    operation = {"+": DECIMAL128.add, "-": DECIMAL128.subtract, "*": DECIMAL128.multiply, "/": DECIMAL128.divide}
    assert got == operation[operator](Decimal(left), Decimal(right))


@given(st.integers())
def test_an_integer_of_any_size_survives_or_is_rounded_to_34_digits(number):
    assert value("n + 0", n=number) == DECIMAL128.create_decimal(number)


def test_integers_stay_exact_up_to_34_digits():
    assert value("a + 1", a=10**33) == 10**33 + 1
    assert typed("9999999999999999999999999999999999 + 2")["value"] == "10000000000000000000000000000000000"


def test_a_float_counts_as_the_number_that_one_reads():
    assert value("x * 3", x=0.1) == Decimal("0.3")


@pytest.mark.parametrize("text", ["1 / 0", '1 + "1"', "null + 1", "true * 2", "[1] + 1", "10 ** 100000", "-date"])
def test_what_arithmetic_cannot_do_is_null_with_a_warning(text):
    assert warnings_of(text, date="x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(2.5, 0)", 2),
        ("decimal(1/3, 2)", 0.33),
        ("floor(-1.56, 1)", -1.6),
        ("ceiling(-1.5)", -1),
        ("round up(-1.126, 2)", -1.13),
        ("round half down(-5.5, 0)", -5),
        ("round up(-5.5)", -6),
        ('decimal(2.5, 0, "half_up")', 3),
        ('decimal(2.5, 0, "sideways")', None),
        ('number("1,500", ",")', 1500),
        ("modulo(-10.1, 4.5)", 3.4),
        ("modulo(-12, 5)", 3),
        ("sqrt(16)", 4),
        ("abs(-1)", 1),
        ("odd(5)", True),
        ("even(-2)", True),
        ('number("1 500,5", " ", ",")', 1500.5),
        ("median([8, 2, 5, 7])", 6),
        ("mode([6, 1, 9, 6, 1])", [1, 6]),
        ("stddev([2, 4, 7, 5])", 2.0816659994661326),
        ("mean(1, 2, 6)", 3),
        ("product([2, 3, 4])", 24),
        ("sum([])", None),
    ],
)
def test_numeric_functions(text, expected):
    assert json_of(text) == expected
