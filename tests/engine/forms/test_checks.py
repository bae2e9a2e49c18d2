"""Findings about a form file."""

import json

import pytest

from engine.errors import InvalidInput
from engine.forms import check_form, parse_form
from tests.engine.forms.building import field, text_of
from tests.engine.forms.test_fixtures import FILES


def codes(*components, **more) -> list[str]:
    return [finding.code for finding in check_form(text_of(*components, **more), "a.form")]


OPTIONS = [{"label": "A", "value": "a"}]


@pytest.mark.parametrize(
    ("component", "code"),
    [
        (field("rocket", "r"), "form-unknown-type"),
        (field("group", components=[field("rocket", "r")]), "form-unknown-type"),
        (field("group", components={}), "form-components"),
        ("textfield", "form-unknown-type"),
        (field("textfield"), "form-key-missing"),
        (field("dynamiclist", components=[]), "form-key-missing"),
        (field("textfield", "a..b"), "form-key-invalid"),
        (field("textfield", "a.__proto__"), "form-key-invalid"),
        (field("textfield", "a[0]"), "form-key-invalid"),
        (field("textfield", "a", conditional={"hide": "=b >"}), "form-feel"),
        (field("textfield", "a", conditional={"hide": "b > 1"}), "form-condition-not-expression"),
        (field("textfield", "a", readonly="=("), "form-feel"),
        (field("textfield", "a", label="你好 {{name +}}"), "form-feel"),
        (field("text", text="{{#if a >}}x{{/if}}"), "form-feel"),
        (field("textfield", "a", validate={"required": "=b"}), "form-required-expression"),
        (field("number", "a", validate={"min": "=1 +"}), "form-feel"),
        (field("number", "a", validate={"min": "one"}), "form-limit"),
        (field("number", "a", validate={"min": 3, "max": "2"}), "form-limits-crossed"),
        (field("textfield", "a", validate={"minLength": 3, "maxLength": 2}), "form-limits-crossed"),
        (field("textfield", "a", validate={"pattern": "(["}), "form-pattern"),
        (field("textfield", "a", validate={"pattern": "(?i)a"}), "form-pattern"),
        (field("textfield", "a", validate={"validationType": "fax"}), "form-validation-type"),
        (field("expression", "a"), "form-expression-missing"),
        (field("expression", "a", expression="=1 +"), "form-feel"),
        (field("select", "a"), "form-options-missing"),
        (field("select", "a", valuesExpression="="), "form-options-missing"),
        (field("select", "a", valuesExpression="=x ["), "form-feel"),
        (field("select", "a", values=[]), "form-options-empty"),
        (field("select", "a", values=[{"label": "A", "value": ""}]), "form-options-empty"),
        (field("radio", "a", values=OPTIONS * 2), "form-options-duplicate"),
        (field("radio", "a", values=OPTIONS, valuesKey="b"), "form-options-sources"),
        (field("radio", "a", values=OPTIONS, defaultValue="b"), "form-default"),
        (field("number", "a", defaultValue="many"), "form-default"),
        (field("datetime", "a", subtype="week"), "form-datetime"),
        (field("datetime", "a", subtype="time", timeSerializingFormat="local"), "form-datetime"),
        (field("select", "a", values=OPTIONS, properties={"options.en": "a: A"}), "form-translation"),
        (field("dynamiclist", "a", components=[], properties={"minRows": "two"}), "form-rows"),
        (field("dynamiclist", "a", components=[], properties={"minRows": "3", "maxRows": "2"}), "form-rows"),
    ],
)
def test_each_fault_is_found_alone_and_in_both_languages(component, code):
    findings = check_form(text_of(field("textfield", "before", label="前"), component), "a.form")
    assert [finding.code for finding in findings] == [code] * len(findings)
    assert findings
    for text in (findings[0].message, findings[0].message_zh, findings[0].hint, findings[0].hint_zh):
        assert text
        assert "{" not in text.replace("{{", "")


@pytest.mark.parametrize(
    "pair",
    [
        [field("textfield", "a"), field("textfield", "a", id="two")],
        [field("textfield", "a"), field("textfield", "a.b")],
        [field("textfield", "a.b"), field("textfield", "a")],
        [field("textfield", "g.a"), field("group", path="g", components=[field("textfield", "a")])],
        [field("dynamiclist", "a", components=[]), field("textfield", "a.b")],
        [field("dynamiclist", "a", components=[]), field("dynamiclist", "a", id="two", components=[])],
    ],
    ids=["same", "below", "above", "through a group", "into a list", "two lists"],
)
def test_two_components_may_not_claim_one_key(pair):
    pair[1]["id"] = "second"
    assert codes(*pair) == ["form-duplicate-key"]


def test_groups_may_share_a_path_and_rows_have_their_own_keys():
    rows = field("dynamiclist", "items", components=[field("textfield", "a", id="inner")])
    groups = [
        {"type": "group", "id": name, "path": "g", "components": [field("textfield", name + "x")]} for name in "pq"
    ]
    assert codes(rows, field("textfield", "a"), *groups) == []


def test_ids_are_unique():
    assert codes(field("textfield", "a", id="x"), field("textfield", "b", id="x")) == ["form-duplicate-id"]


def test_a_finding_names_the_component_and_its_line():
    text = text_of(field("textfield", "a"), field("textfield", "wrong", label="金额", conditional={"hide": "=("}))
    finding = check_form(text, "deep/a.form")[0]
    assert (finding.file, finding.element_id, finding.element_name) == ("deep/a.form", "wrong", "金额")
    assert '"id": "wrong"' in text.splitlines()[finding.line - 1]


def test_what_is_not_json_is_found_on_its_line():
    finding = check_form('{"components": [\n  {"type": "text",}\n]}', "a.form")[0]
    assert (finding.code, finding.line) == ("form-json", 2)


@pytest.mark.parametrize("text", ["[]", "{}", '{"components": 3}', "null"])
def test_json_that_is_no_form_is_found(text):
    assert [finding.code for finding in check_form(text, "a.form")] == ["form-shape"]


def test_the_form_itself_needs_an_id_and_a_known_schema_version():
    assert codes(id="") == ["form-id-missing"]
    assert codes(schemaVersion=20) == ["form-schema-version"]


def test_a_form_nested_without_end_is_refused_and_no_crash():
    deep = field("textfield", "a")
    for level in range(200):
        deep = {"type": "group", "id": f"g{level}", "components": [deep]}
    assert "form-components" in codes(deep)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_fixtures_have_no_errors(file):
    source = json.loads(file.read_text("utf-8"))["form"]
    found = check_form(json.dumps(source), file.name)
    allowed = {"hidden": {"form-feel", "form-condition-not-expression"}}.get(file.stem, set())
    assert {finding.code for finding in found} <= allowed


@pytest.mark.parametrize("text", ["{", "[]", '{"components": [{"type": "rocket"}]}', '{"components": [1]}'])
def test_reading_what_is_no_form_is_an_error(text):
    with pytest.raises(InvalidInput):
        parse_form(text, "a.form")


def test_a_form_lists_its_keys():
    inner = field("dynamiclist", "items", components=[field("textfield", "sku")])
    form = parse_form(text_of(field("textfield", "a.b"), {"type": "group", "path": "g", "components": [inner]}))
    assert form.keys == ("a.b", "g.items[].sku")
