"""Splitting unary tests at their outer commas."""

import pytest

from engine.decisions.tests_text import split_tests


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('"a","b"', ['"a"', '"b"']),
        (' "a, b" , "c" ', ['"a, b"', '"c"']),
        ('"a\\", b", 1', ['"a\\", b"', "1"]),
        ('"a\\\\", "b"', ['"a\\\\"', '"b"']),
        ("[1..2], (3..4]", ["[1..2]", "(3..4]"]),
        ("]1..2[, ]3..4[", ["]1..2[", "]3..4["]),
        ("f(1, 2), [3, 4], {a: 1, b: 2}", ["f(1, 2)", "[3, 4]", "{a: 1, b: 2}"]),
        ("> 1,, < 2,", ["> 1", "< 2"]),
        ("", []),
    ],
)
def test_texts_are_split_at_outer_commas_only(text, parts):
    assert split_tests(text) == parts
