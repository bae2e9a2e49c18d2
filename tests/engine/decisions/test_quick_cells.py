"""Quick cells answer as FEEL does, or not at all."""

from decimal import Decimal

import pytest

from engine.decisions.quick_cells import quick_test
from engine.feel import compile_unary_tests

VALUES = [None, True, False, 0, 1, 5, -5, 10**20, Decimal("4.99"), Decimal("5.0"), "A", "b", "", "5", ["A"], [5], {}]
QUICK = [
    '"A"',
    ' "A" , "b"',
    'not("A", "b")',
    'not ( "" )',
    "5",
    "5.0",
    "-5",
    "< 5",
    "<=5.0",
    "> -5",
    ">= 5",
    "[1..5]",
    "(1..5)",
    "]1..5[",
    "[-5.5 .. 4.99]",
    "[5..5]",
    "(5..5)",
]
NOT_QUICK = [
    '"a\\n"',
    "not(5)",
    "x",
    "< x",
    "[5..1]",
    "[1..x]",
    "1 + 4",
    '"A" + "b"',
    "5, 6",
    "true",
    "-",
    "[1..5",
    "? > 5",
    "",
]


@pytest.mark.parametrize("text", QUICK)
def test_a_quick_cell_answers_as_feel_does(text):
    quick, feel = quick_test(text), compile_unary_tests(text)
    assert quick is not None
    answers = [(value, quick(value)) for value in VALUES]
    assert any(answer is not None for _, answer in answers)
    for value, answer in answers:
        if answer is not None:
            assert answer is (feel.evaluate(value, {}) is True), value


@pytest.mark.parametrize("text", NOT_QUICK)
def test_other_cells_are_left_to_feel(text):
    assert quick_test(text) is None
