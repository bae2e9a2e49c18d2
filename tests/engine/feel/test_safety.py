"""Attempts to make an evaluation run long, take much memory, go too deep, or reach into Python."""

import contextlib
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests, to_typed
from engine.feel.limits import MAX_NESTING


def doubling(start, step, rounds=60):
    """A context whose every entry is twice the one before."""
    entries = ", ".join(f"a{i + 1}: {step.format(a=f'a{i}')}" for i in range(rounds))
    return f"{{a0: {start}, {entries}}}.a{rounds}"


LISTS = doubling("[1, 2]", "[{a}, {a}]")
TOO_MUCH = {
    "range": "for i in 1..10**9 return i",
    "nested loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
    "loops in loops": "for i in 1..1000 return for j in 1..100000 return j",
    "endless quantifier": "every i in 1..10**9 satisfies true",
    "filtered range": "[1..1000000000][item > 5]",
    "contexts": "for i in 1..100000 return {a: i, b: i, c: i, d: i, e: [i, i, i]}",
    "lists": "for i in 1..100000 return [i, i, i, i, i, i, i, i, i, i]",
    "big strings": f'for i in 1..100000 return upper case("{"x" * 50_000}")',
    "string doubling": doubling('"xxxxxxxxxxxxxxxx"', "{a} + {a}"),
    "list doubling": doubling("[1, 2]", "concatenate({a}, {a})"),
    "shared lists": LISTS,
    "shared lists as text": f"string({LISTS})",
    "shared lists as json": f"to json({LISTS})",
    "shared lists flattened": f"flatten({LISTS})",
    "shared lists compared": f"{LISTS} = {doubling('[1, 2]', '[{a}, {a}]')}",
    "shared lists projected": f"{doubling('[{x: 1}]', '[{a}, {a}]')}.x",
    "shared lists checked": f"{LISTS} instance of {'list<' * 60}Any{'>' * 60}",
    "partial": "for i in 1..100000 return partial",
    "partial copied": "for i in 1..100000 return concatenate(partial, [1])",
    "recursion": "{f: function(n) f(n + 1), r: f(1)}.r",
    "self application": "(function(x) x(x))(function(x) x(x))",
    "fibonacci": "{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(40)}.r",
    "power": "10 ** 1000000",
    "power of one and a bit": "1.0000001 ** 9999999999999",
    "slow numbers": "for i in 1..100000 return exp(i / 1000)",
    "huge durations": 'duration("P999999999999999999D") * 10 ** 30',
    "joined": f'string join(for i in 1..100000 return "x", "{"y" * 50_000}")',
    "replaced": f'replace("{"a" * 50_000}", "a", "{"b" * 10_000}")',
    "slow pattern": f'matches("{"a" * 3000}", "(a|aa)+$b")',
    "slow pattern again and again": f'for i in 1..1000 return matches("{"a" * 3000}", "(a+)+b")',
    "slow pattern with groups split": f'split("{"a" * 3000}", "((a|aa)+)$b")',
    "recursive pattern": f'matches("{"a" * 100}", "(?R)")',
    "repeats in repeats": 'matches("a", "((((a{1000}){1000}){1000}){1000})")',
    "deep json": f'from json("{"[" * 30_000}")',
    "deep list": f'from json("{"[" * 500}1{"]" * 500}")',
    "deep context": 'context put({}, for i in 1..100000 return "a", 1)',
    "huge index": "[1, 2][1e6000]",
    "distinct contexts": "distinct values(for i in 1..50000 return {a: i})",
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_work_is_null_with_a_warning_in_a_moment(text):
    expression = compile_expression(text)
    warnings = []
    start = time.thread_time()  # its own work: a busy machine does not count
    assert expression.evaluate({}, warnings=warnings) is None
    assert time.thread_time() - start < 2  # one second, and to notice its end
    assert warnings


@pytest.mark.parametrize(
    "name", ["contexts", "lists", "string doubling", "shared lists as text", "partial", "loops in loops"]
)
def test_an_evaluation_stays_below_200_megabytes(name):
    tracemalloc.start()
    try:
        compile_expression(TOO_MUCH[name]).evaluate({})
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()


TOO_DEEP = {
    "parentheses": "(" * 5000 + "1" + ")" * 5000,
    "lists": "[" * 30_000,
    "contexts": "{a:" * 200 + "1" + "}" * 200,
    "functions": "function(a) " * 3000 + "1",
    "calls": "not(" * 2000 + "true" + ")" * 2000,
    "paths": "a" + ".b" * 5000,
    "filters": "a" + "[1]" * 5000,
    "comparisons": "1" + " = 1" * 5000,
    "tests": "1 in (" * 5000,
    "types": "1 instance of " + "list<" * 5000,
    "long": '"' + "a" * 70_000 + '"',
}


@pytest.mark.parametrize("text", TOO_DEEP.values(), ids=TOO_DEEP)
def test_a_text_too_deep_or_too_long_is_a_syntax_error(text):
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)


def test_what_is_long_but_flat_is_evaluated():
    assert compile_expression("+".join(["1"] * 20_000)).evaluate({}) == 20_000
    assert compile_expression("-" * 60_001 + "1").evaluate({}) == -1
    assert compile_expression("if false then 1 else " * 2000 + "2").evaluate({}) == 2


@pytest.mark.parametrize(
    ("opening", "closing"), ["()", "[]", ("{a: ", "}"), ("if true then ", " else 2"), ("count(", ")"), ("1 + (", ")")]
)
def test_the_nesting_that_is_allowed_can_be_evaluated(opening, closing):
    deep = opening * (MAX_NESTING - 2) + "1" + closing * (MAX_NESTING - 2)
    warnings = []
    compile_expression(deep).evaluate({}, warnings=warnings)
    assert not warnings


@pytest.mark.parametrize(
    "text",
    [
        '"".__class__',
        "[1].__class__.__mro__",
        "f.__globals__",
        "(function() 1).env",
        '__import__("os")',
        'eval("1")',
        "now().tzinfo",
        "abs.body",
        "order.__dict__",
        "thing.secret",
        "order.keys()",
    ],
)
def test_nothing_of_python_can_be_reached(text):
    class Thing:
        secret = "secret"

    result = compile_expression(text).evaluate({"f": lambda: 1, "order": {"a": 1}, "thing": Thing()})
    assert result in (None, [None])


@given(st.text(alphabet="()[]{}.,:<>=!?+-*/@\"'` abif01\n\\", max_size=40))
def test_no_text_raises_anything_but_a_syntax_error(text):
    context = {"a": 1, "b": [1, {"f": 2}]}
    with contextlib.suppress(FeelSyntaxError):
        to_typed(compile_expression(text).evaluate(context))
    with contextlib.suppress(FeelSyntaxError):
        assert compile_unary_tests(text).evaluate(1, context) in (True, False, None)


WORDS = """
a b 1 0.5 "x" [ ] ( ) { } . , : + - * / ** = < >= .. @"P1D" @"2024-01-01" null true if then else for in return some
satisfies function(a) and or not between instance of number list< > item ? date time sum( count( sort(
"""
words = st.sampled_from(WORDS.split())


@given(st.lists(words, max_size=25))
def test_no_row_of_words_raises_anything_but_a_syntax_error(row):
    try:
        expression = compile_expression(" ".join(row))
    except FeelSyntaxError:
        return
    to_typed(expression.evaluate({"a": 1, "b": [1, {"f": 2}]}))
