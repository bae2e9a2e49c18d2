"""Declared types: what conforms, what is converted, what becomes null with a warning."""

import pytest

from engine.feel import compile_expression
from tests.engine.decisions.models import decision, input_data, item, literal, model, part


def given(value, kind, *types):
    made = model(*types, input_data("x", kind), decision("it", literal("x"), needs=["in:#x"]))
    return made.evaluate("it", {"x": value})


def feel(text):
    return compile_expression(text).evaluate({})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "number"),
        ('"a"', "string"),
        ("true", "boolean"),
        ('@"2024-02-29"', "date"),
        ('@"10:00:00"', "time"),
        ('@"2024-02-29T10:00:00"', "dateTime"),
        ('@"2024-02-29T10:00:00"', "date and time"),
        ('@"P1D"', "dayTimeDuration"),
        ('@"P1Y"', "years and months duration"),
        ("[1]", "Any"),
        ("null", "number"),
    ],
)
def test_a_value_of_the_declared_type_stays(text, kind):
    outcome = given(feel(text), kind)
    assert (outcome.value, outcome.warnings) == (feel(text), [])


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1", "string"), ('"1"', "number"), ("true", "number"), ('@"P1D"', "yearMonthDuration"), ("[1, 2]", "number")],
)
def test_a_value_of_another_type_is_null_with_a_warning(text, kind):
    outcome = given(feel(text), kind)
    assert outcome.value is None
    assert any("x" in warning for warning in outcome.warnings)


def test_a_list_of_one_becomes_its_item_and_an_item_a_list():
    numbers = item("tNumbers", "number", collection=True)
    assert given([5], "number").value == 5
    assert given(5, "tNumbers", numbers).value == [5]
    assert given(["a"], "tNumbers", numbers).value is None


def test_a_date_becomes_its_midnight_where_a_date_and_time_is_declared():
    assert str(given(feel('@"2024-02-29"'), "dateTime").value) == "2024-02-29T00:00:00Z"


PERSON = item("tPerson", inner=part("name", "string") + part("age", "number"))


def test_a_structure_may_have_more_entries_but_not_fewer():
    assert given({"name": "a", "age": 1, "more": 2}, "tPerson", PERSON).value == {"name": "a", "age": 1, "more": 2}
    assert given({"name": "a"}, "tPerson", PERSON).value is None
    assert given({"name": "a", "age": "b"}, "tPerson", PERSON).value is None


def test_allowed_values_are_checked():
    level = item("tLevel", "string", allowed='"A","B"')
    assert given("B", "tLevel", level).value == "B"
    assert given("C", "tLevel", level).value is None


def test_allowed_values_of_a_collection_are_those_of_its_items():
    levels = item("tLevels", "string", collection=True, allowed='"A","B"')
    assert given(["A", "B"], "tLevels", levels).value == ["A", "B"]
    assert given(["A", "C"], "tLevels", levels).value is None


def test_a_type_constraint_is_about_the_collection_itself():
    inner = "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint>"
    few = item("tFew", "number", collection=True, inner=inner)
    assert given([1, 2], "tFew", few).value == [1, 2]
    assert given([1, 2, 3], "tFew", few).value is None


def test_a_structure_may_hold_its_own_kind():
    tree = item("tTree", inner=part("value", "number") + part("children", "tTree", collection=True))
    leaf = {"value": 1, "children": []}
    assert given({"value": 2, "children": [leaf]}, "tTree", tree).value == {"value": 2, "children": [leaf]}
    assert given({"value": 2, "children": [{"value": "x", "children": []}]}, "tTree", tree).value is None


def test_a_decisions_value_is_converted_to_its_variables_type():
    made = model(decision("it", literal("[x]"), kind="number"))
    assert made.evaluate("it", {"x": 1}).value == 1
    assert made.evaluate("it", {"x": "a"}).value is None


def test_types_can_be_asked_for_in_expressions():
    made = model(PERSON, decision("it", literal("x instance of tPerson")))
    assert made.evaluate("it", {"x": {"name": "a", "age": 1}}).value is True
    assert made.evaluate("it", {"x": {"name": "a"}}).value is False


def test_dmn_1_1_writes_types_with_a_prefix():
    old = "http://www.omg.org/spec/DMN/20151101/dmn.xsd"
    extra = 'xmlns:feel="http://www.omg.org/spec/FEEL/20140401" xmlns:my="urn:test"'
    made = model(
        PERSON,
        input_data("x", "feel:number"),
        input_data("p", "my:tPerson"),
        decision("it", literal("[x, p]"), needs=["in:#x", "in:#p"]),
        extra=extra,
        dmn=old,
    )
    assert made.findings == ()
    assert made.evaluate("it", {"x": "no", "p": {}}).value == [None, None]
