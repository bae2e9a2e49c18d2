import itertools

import pytest

from tests.engine.feel.evaluating import json_of, passes, value, warnings_of

KLEENE = (True, False, None)


@pytest.mark.parametrize(("left", "right"), list(itertools.product(KLEENE, KLEENE)))
def test_and_and_or_are_three_valued(left, right):
    both = False if False in (left, right) else None if None in (left, right) else True
    either = True if True in (left, right) else None if None in (left, right) else False
    assert value("a and b", a=left, b=right) is both
    assert value("a or b", a=left, b=right) is either
    assert value("a and b and true", a=left, b=right) is both
    assert value("false or a or b", a=left, b=right) is either


@pytest.mark.parametrize("text", ["1 and true", '"true" or false', "not(1)", "not(null)"])
def test_a_value_that_is_no_boolean_counts_as_null(text):
    assert value(text) is None


def test_a_condition_that_is_not_true_takes_the_else_branch():
    assert value('if null then 1 else if "x" then 2 else 3') == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ("null = null", True),
        ("1 = null", False),
        ('1 = "1"', None),
        ("[1, [2]] = [1, [2]]", True),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("{a: 1} != {a: 2}", True),
        ('"a" < "b"', True),
        ('1 < "b"', None),
        ("[1..5] = [1..5)", False),
        ("(< 10) = (null..10)", False),
        ("5 between 1 and 5", True),
        ("5 between null and 7", None),
        ("1 < 2 and 2 < 3", True),
    ],
)
def test_comparisons(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 in [1..5]", True),
        ("5 in [1..5)", False),
        ("5 in ]1..10[", True),
        ("1 in (2, 1)", True),
        ("1 in (< 1, > 5)", False),
        ("5 in > 3", True),
        ("2 in [1, 2]", True),
        ("[1] in [[1], [2]]", True),
        ('"b" in ["a".."c"]', True),
        ("4 in ([1..3], [5..7])", False),
        ("1 in [[1]]", True),
        ("1 in [[2, 3, 1]]", False),
        ("1 in null", None),
        ("null in (null)", True),
    ],
)
def test_membership(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("tests", "subject", "expected"),
    [
        ("-", None, True),
        ("< 10", 5, True),
        ("< 10, > 20", 15, False),
        ("[10..20]", 20, True),
        ('"A", "B"', "B", True),
        ('not("A", "B")', "A", False),
        ('not("A", "B")', "C", True),
        ("not(null)", 1, True),
        ("? > 3 and ? < 6", 5, True),
        ('contains(?, "bc")', "abcd", True),
        ("? in [1, 2]", 2, True),
        ("limit", 3, True),
        ("> limit", 4, True),
        ("true", False, False),
        ("false", False, True),
        ("limit = 3", "anything", True),
        ("< 10", "text", None),
        ('date("2024-01-01")', "2024-01-01", None),
        ("[limit..limit + 2]", 5, True),
        ("some x in ? satisfies x > 2", [1, 3], True),
        ('not(? = "x") or true', "y", True),
    ],
)
def test_unary_tests(tests, subject, expected):
    assert passes(tests, subject, limit=3) is expected


def test_a_missing_variable_or_entry_is_null_with_a_warning():
    assert "missing" in warnings_of("missing")[0]
    assert "b" in warnings_of("a.b", a={"c": 1})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ("null instance of Any", False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("[1..2] instance of range<number>", True),
        ("(function(a: number) a) instance of function<number>->number", True),
        ("(function(a: number) a) instance of function<string>->number", False),
        ('(function() "a") instance of function<>->string', True),
        ("abs instance of function<number>->number", True),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1M" instance of years and months duration', True),
        ("1 instance of nonsense", False),
    ],
)
def test_instance_of(text, expected):
    assert json_of(text) is expected
