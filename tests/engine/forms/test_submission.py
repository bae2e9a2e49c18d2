"""What the server makes of a form that was sent, beyond the fixtures: the schema, messages, and what nobody may do."""

from datetime import datetime

import marshmallow
import pytest

from engine.forms import field_errors, form_schema, merged, validate
from engine.forms.filling import MOST_ROWS
from tests.engine.forms.building import NOW, field, form

AT = datetime.fromisoformat(NOW)
ITEMS = field(
    "dynamiclist",
    "items",
    components=[field("textfield", "sku", validate={"required": True}), field("number", "price", readonly=True)],
)


def test_the_schema_is_marshmallows_and_raises_its_error():
    schema = form_schema(form(field("number", "a"), ITEMS), {}, now=AT)
    assert isinstance(schema, marshmallow.Schema)
    with pytest.raises(marshmallow.ValidationError) as caught:
        schema.load({"a": "x", "items": [{"sku": "A"}, {}]})
    assert [(e.path, e.code) for e in field_errors(caught.value)] == [("a", "number"), ("items[1].sku", "required")]


def test_a_schema_can_be_used_again_with_other_data():
    built = form(
        field("textfield", "a", conditional={"hide": "=b"}, validate={"required": True}), field("checkbox", "b")
    )
    assert [error.path for error in validate(built, {}, {}).errors] == ["a"]
    assert validate(built, {"b": True}, {}).values == {"b": True}
    assert [error.path for error in validate(built, {}, {}).errors] == ["a"]


def test_a_message_is_there_in_both_languages_with_its_values():
    error = validate(form(field("number", "a", validate={"max": 3})), {"a": 4}, {}).errors[0]
    assert (error.path, error.message_zh, error.message_en) == ("a", "不能大于 3。", "Must be at most 3.")


def test_a_pattern_may_have_its_own_message_in_both_languages():
    own = {"pattern": "^A", "patternErrorMessage": "以 A 开头"}
    component = field("textfield", "a", validate=own, properties={"patternErrorMessage.en": "Begin with A"})
    error = validate(form(component), {"a": "B"}, {}).errors[0]
    assert (error.message_zh, error.message_en) == ("以 A 开头", "Begin with A")


@pytest.mark.parametrize("sent", [None, [], "text", 3])
def test_data_that_is_no_object_is_refused(sent):
    answer = validate(form(field("textfield", "a")), sent, {})
    assert [error.code for error in answer.errors] == ["object"]


@pytest.mark.parametrize(
    ("component", "value", "code"),
    [
        (field("textfield", "a"), {"x": 1}, "text"),
        (field("number", "a"), True, "number"),
        (field("number", "a"), "1e999", "number"),
        (field("number", "a"), "NaN", "number"),
        (field("checkbox", "a"), "yes", "boolean"),
        (field("checklist", "a", values=["x"]), "x", "list"),
        (field("datetime", "a"), 20260302, "date"),
        (field("datetime", "a", subtype="time"), "9:5", "time"),
        (field("filepicker", "a"), [3], "file"),
        (field("dynamiclist", "a", components=[]), "rows", "list"),
        (field("number", "a", validate={"min": "=word"}), 3, "limit"),
        (field("textfield", "a", validate={"validationType": "phone"}), "13800138000", "phone"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(component, value, code):
    answer = validate(form(component), {"a": value}, {"word": "many"}, now=AT)
    assert [(error.path, error.code) for error in answer.errors] == [("a", code)]


def test_an_international_number_is_a_phone_number():
    phone = form(field("textfield", "a", validate={"validationType": "phone"}))
    assert validate(phone, {"a": "+8613800138000"}, {}).errors == []


@pytest.mark.parametrize("number", [1e300, -1e300, 1e-300])
def test_extreme_numbers_are_checked_without_a_crash(number):
    built = form(field("number", "a", increment="0.01", decimalDigits=2))
    assert validate(built, {"a": number}, {}) is not None


PRICED = {"items": [{"sku": "A", "price": 5}, {"sku": "B", "price": 7}]}


@pytest.mark.parametrize(
    ("sent", "prices"),
    [
        ([{"sku": "A"}, {"sku": "B"}], [5, 7]),
        ([{"sku": "A", "price": 1}, {"sku": "B", "price": 1}], [None, None]),
        ([{"sku": "B2", "price": 7}], [7]),
        ([{"sku": "A", "price": 5}, {"sku": "new"}, {"sku": "B", "price": 7}], [5, 7, None]),
    ],
    ids=["not sent", "forged", "a row removed", "a row added"],
)
def test_a_read_only_value_in_a_row_comes_from_the_process(sent, prices):
    values = validate(form(ITEMS), {"items": sent}, PRICED).values["items"]
    assert sorted(row["price"] or 0 for row in values) == sorted(price or 0 for price in prices)


def test_a_field_that_turns_out_read_only_cannot_be_used_to_unlock_itself():
    """A lock that reads the field itself reads what the process holds, not what was sent."""
    own = form(field("textfield", "state", readonly='=state = "closed"'))
    assert validate(own, {"state": "open"}, {"state": "closed"}).values == {"state": "closed"}
    assert validate(own, {"state": "closed"}, {"state": "open"}).values == {"state": "closed"}
    row = form(field("dynamiclist", "rows", components=[field("textfield", "s", readonly='=this.s = "closed"')]))
    assert validate(row, {"rows": [{"s": "x"}]}, {"rows": [{"s": "closed"}]}).values == {"rows": [{"s": "closed"}]}
    locked = form(field("textfield", "state", readonly="=locked"), field("textfield", "a"))
    answer = validate(locked, {"state": "open", "locked": False}, {"state": "closed", "locked": True})
    assert answer.values == {"state": "closed", "a": ""}


def test_more_rows_than_any_list_may_have_are_refused_quickly():
    answer = validate(form(ITEMS), {"items": [{"sku": "A"}] * (MOST_ROWS * 100)}, {})
    assert [(error.path, error.code) for error in answer.errors] == [("items", "max_rows")]


def test_rows_of_rows_without_end_are_refused():
    inner = field("dynamiclist", "b", components=[field("textfield", "x")])
    many = [{"b": [{}] * MOST_ROWS}] * MOST_ROWS
    answer = validate(form(field("dynamiclist", "a", components=[inner])), {"a": many}, {})
    assert [error.code for error in answer.errors] == ["max_rows"]


def test_keys_may_have_any_name():
    names = ["load", "fields", "Meta", "context", "订单号", "a b", "field_0", "_schema", "_own"]
    built = form(*(field("textfield", name, validate={"required": True}) for name in names))
    assert validate(built, dict.fromkeys(names, "x"), {}).values == dict.fromkeys(names, "x")
    assert [error.path for error in validate(built, {}, {}).errors] == names


def test_the_context_and_what_was_sent_are_left_as_they_were():
    context, sent = {"items": [{"sku": "A", "price": 1}]}, {"items": [{"sku": "B"}]}
    validate(form(ITEMS), sent, context)
    assert (context, sent) == ({"items": [{"sku": "A", "price": 1}]}, {"items": [{"sku": "B"}]})


def test_merging_keeps_what_the_form_does_not_show():
    context = {"customer": {"name": "张三", "tier": "A"}, "tags": [1, 2]}
    assert merged(context, {"customer": {"name": "李四"}, "tags": [3], "new": 1}) == {
        "customer": {"name": "李四", "tier": "A"},
        "tags": [3],
        "new": 1,
    }
    assert context["customer"]["name"] == "张三"
