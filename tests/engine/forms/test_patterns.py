"""JavaScript's regular expressions in Python."""

import pytest

from engine.forms.patterns import PatternError, compile_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "abc", True),
        ("^a$", "a\n", False),
        (r"^\d+$", "١٢", False),
        (r"^\w+$", "中文", False),
        (r"^\W+$", "中文", True),
        (r"^[\d-]+$", "12-3", True),
        (r"^[^\d]$", "١", True),
        (r"^a.b$", "a\u2028b", False),
        (r"^[.$]+$", "$.", True),
        (r"^1\d{10}$", "13800138000", True),
        (r"^(?<year>\d{4})-\d\d$", "2026-03", True),
        (r"^(?!x)\w", "xa", False),
        (r"a{x}", "a{x}", True),
        (r"^[[]$", "[", True),
        (r"^\/a\-b\_$", "/a-b_", True),
        (r"^\Z$", "Z", True),
        (r"^a\++$", "a++", True),
        (r"^(a)\1$", "aa", True),
    ],
)
def test_a_pattern_means_what_it_means_in_javascript(pattern, text, found):
    assert matches(pattern, text) is found


@pytest.mark.parametrize("pattern", ["(", "[a", "a**", "(?i)a", "(?P<n>a)", "\\", "a++", "(?>a)"])
def test_what_is_none_in_javascript_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)
    assert matches(pattern, "a") is False


def test_a_pattern_that_explodes_is_given_up():
    assert matches(r"^(a+)+$", "a" * 40 + "!") is False
