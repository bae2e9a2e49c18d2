import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import feel_string
from tests.engine.feel.evaluating import json_of, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"a\"b\\c\n"', 'a"b\\c\n'),
        (r'"\u6A2A\U01F40E"', "横🐎"),
        (r'"\uD83D\uDCA9"', "💩"),
        (r'"\s"', r"\s"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2)', "ar"),
        ('substring("foobar", 3, 10)', "obar"),
        ('substring("foobar", 0)', None),
        ('string length("🐎客服")', 3),
        ('upper case("aBc")', "ABC"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "x")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('contains("foobar", "oba")', True),
        ('starts with("foobar", "fo")', True),
        ('ends with("foobar", "r")', True),
        ('trim("  a b ")', "a b"),
        ('is blank("  ")', True),
        ('to base64("FEEL")', "RkVFTA=="),
        ('extract("1234, 1256, 1378", "12[0-9]*")', ["1234", "1256"]),
        ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
        ('split("a1b22c", "([0-9])+")', ["a", "b", "c"]),
        ('matches("foobar", "^fo*bar")', True),
        ('matches("FooBar", "foo", "i")', True),
        ('matches("a\nb", "a.b")', False),
        ('matches("a\nb", "a.b", "s")', True),
        ('matches("hello world", "hello\\ sworld", "x")', True),
        ('matches("a.b", "a.b", "q")', True),
        ('matches("axb", "a.b", "q")', False),
        ('matches("abc", "^[a-z-[aeiou]]+$")', False),
        (r'matches("xml:id", "^\i\c*$")', True),
        (r'matches("a", "\p{IsBasicLatin}")', True),
        ('matches("a", "[a")', None),
        ('matches("a", "a", "z")', None),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('replace("abracadabra", "bra", "*")', "a*cada*"),
        ('replace("abracadabra", ".*?", "$1")', None),
        ('replace("abc", "b", "$")', None),
        (r'replace("abc", "b", "\$")', "a$c"),
        ("string(1.50)", "1.5"),
        ("string(null)", None),
        ('string([1, "a", {b: true, "c-d": null}])', '[1, "a", {b: true, "c-d": null}]'),
        ("string(function(a, b) a)", "function(a, b)"),
        ('to json({a: 1, b: @"2024-01-01"})', '{"a":1,"b":"2024-01-01"}'),
        (r'from json("{\"a\": [1, null]}")', {"a": [1, None]}),
        ('from json("{")', None),
    ],
)
def test_strings(text, expected):
    assert json_of(text) == expected


@given(st.text())
def test_a_string_in_a_literal_is_the_string(text):
    literal = feel_string([text])
    assert value(literal) == [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")]


@given(st.text(), st.text())
def test_concatenation_and_contains_agree(left, right):
    assert value("contains(a + b, b) and starts with(a + b, a)", a=left, b=right) is True
