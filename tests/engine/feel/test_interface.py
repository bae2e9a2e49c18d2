import json
from collections import UserDict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.feel import (
    BUILTIN_NAMES,
    FeelSyntaxError,
    compile_expression,
    documentation,
    from_typed,
    to_json,
    to_typed,
)
from engine.feel.batch import run_batch
from tests.engine.feel.evaluating import value

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_a_compiled_text_is_compiled_once():
    assert compile_expression("a + 1", ["x"]) is compile_expression("a + 1", ["x"])


def test_an_expression_tells_what_it_reads_and_calls():
    expression = compile_expression('sla("resolution").due > now() and for i in items return i + offset != null')
    assert expression.variables == {"items", "offset"}
    assert expression.functions == {"sla", "now"}
    assert expression.text.startswith("sla")
    assert compile_expression("{a: 1, b: a}.b").variables == set()
    # A name may be a variable although a built-in function has it too.
    assert compile_expression("duration > limit").variables == {"duration", "limit"}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 +", 1, 4),
        ("a\n  ]", 2, 3),
        ("if true then 1", 1, 15),
        ('"abc', 1, 1),
        ("", 1, 1),
        ("[1, 2,]", 1, 7),
        ("{a: 1,}", 1, 7),
    ],
)
def test_a_syntax_error_says_where_and_what_in_two_languages(text, line, column):
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert isinstance(caught.value, InvalidInput)
    assert f"第 {line} 行" in caught.value.message_zh
    assert caught.value.text == text


@given(plain)
def test_a_value_survives_being_typed(thing):
    feel = value("thing", thing=thing)
    assert to_typed(from_typed(to_typed(feel))) == to_typed(feel)
    json.dumps(to_json(feel))


def test_json_has_ints_floats_and_iso_texts():
    thing = {"a": Decimal("2.00"), "b": Decimal("2.5"), "c": date(2024, 1, 1), "d": [datetime(2024, 1, 1, tzinfo=UTC)]}
    assert to_json(thing) == {"a": 2, "b": 2.5, "c": "2024-01-01", "d": ["2024-01-01T00:00:00Z"]}
    assert to_json(value("[1..5]")) == "[1..5]"


@pytest.mark.parametrize(
    "typed", [{}, {"type": "number", "value": "x"}, {"type": "date", "value": "x"}, {"type": "?", "value": 1}]
)
def test_a_typed_value_that_is_none_is_refused(typed):
    with pytest.raises(InvalidInput):
        from_typed(typed)


def test_any_mapping_can_be_the_context():
    assert compile_expression("order.total + a").evaluate(UserDict(order=UserDict(total=1.5), a=1)) == Decimal("2.5")


def test_every_builtin_is_documented():
    assert {name for name, _, _ in documentation()} == BUILTIN_NAMES
    assert all(sentence.endswith(".") for _, _, sentence in documentation())
    assert len(BUILTIN_NAMES) > 100
    page = (Path(__file__).parents[3] / "docs" / "conformance" / "feel.md").read_text(encoding="utf-8")
    assert not [name for name in BUILTIN_NAMES if f"| `{name}` |" not in page]


def test_a_batch_answers_every_line_even_bad_ones():
    lines = [
        '{"id": 1, "expression": "a + 1", "context": {"a": 1.5}}',
        '{"id": "s", "expression": "1 +"}',
        '{"id": 3, "expression": "1 + null"}',
        "not json",
        "[]",
        '{"id": 4}',
        '{"id": 5, "expression": "1", "context": []}',
        "",
        '{"id": 6, "expression": "[@\\"2024-01-01\\"]"}',
        '{"id": 7, "expression": "\\"\\ud800\\""}',
    ]
    answers = [json.loads(line) for line in run_batch(lines)]
    assert answers[0] == {"id": 1, "type": "number", "value": "2.5"}
    assert answers[1]["id"] == "s"
    assert "error" in answers[1]
    assert answers[2] == {"id": 3, "type": "null", "value": None}
    assert [("error" in answer) for answer in answers[3:7]] == [True] * 4
    assert answers[7] == {"id": 6, "type": "list", "value": [{"type": "date", "value": "2024-01-01"}]}
    assert answers[8]["id"] == 7
