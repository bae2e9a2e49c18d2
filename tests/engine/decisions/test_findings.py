"""Checking a file: every fault with its element and line, in both languages."""

import pytest

from engine.decisions import check_dmn, parse_dmn
from tests.engine.decisions.models import decision, definitions, input_data, item, literal, table


def codes(*elements, **rest):
    return [found.code for found in check_dmn(definitions(*elements, **rest), "test.dmn")]


def test_a_sound_file_has_no_findings():
    assert codes(input_data("x", "number"), decision("it", table([("> 1", '"a"')]), needs=["in:#x"])) == []


def test_a_feel_error_is_found_in_every_kind_of_cell_with_line_and_place():
    written = table([("> > 1", "1 +")], outputs=({"name": "o", "values": '"a" "b"', "default": "2 +"},))
    findings = check_dmn(definitions(decision("it", written)), "test.dmn")
    assert {found.code for found in findings} == {"dmn-feel-syntax"}
    assert len(findings) == 4
    for found in findings:
        assert (found.severity, found.file, found.line) == ("error", "test.dmn", 2)
        assert found.element_id
        assert found.element_name
        assert "FEEL" in found.message
        assert "FEEL" in found.message_zh
        assert found.hint
        assert found.hint_zh


def test_a_model_with_a_feel_error_still_answers_its_other_decisions():
    made = parse_dmn(definitions(decision("bad", literal("1 +")), decision("good", literal("1 + 1"))))
    assert made.evaluate("good", {}).value == 2
    outcome = made.evaluate("bad", {})
    assert outcome.value is None
    assert outcome.failed is not None


def test_findings_come_in_the_order_of_their_lines():
    findings = check_dmn(
        definitions(decision("a", literal("1 +"), kind="tNo"), decision("b", literal("2 +"))), "test.dmn"
    )
    assert [found.line for found in findings] == sorted(found.line or 0 for found in findings)


@pytest.mark.parametrize(
    ("code", "element"),
    [
        ("dmn-unresolved-reference", decision("a", literal("1"), needs=["#nothing"])),
        ("dmn-unresolved-reference", decision("a", literal("1"), needs=["urn:other#nothing"])),
        ("dmn-unknown-type", decision("a", literal("1"), kind="tNothing")),
        ("dmn-hit-policy", decision("a", table([("1", "1")], "RANDOM"))),
        ("dmn-aggregation", decision("a", table([("1", "1")], "COLLECT", aggregation="AVERAGE"))),
        (
            "dmn-aggregation-outputs",
            decision("a", table([("1", "1|1")], "COLLECT", ("x",), ({"name": "p"}, {"name": "q"}), "SUM")),
        ),
        ("dmn-no-priorities", decision("a", table([("1", "1")], "PRIORITY"))),
        ("dmn-no-output", decision("a", table([], outputs=()))),
        ("dmn-output-name", decision("a", table([("1", "1|1")], outputs=({"name": "p"}, {"name": "p"})))),
        ("dmn-rule-width", decision("a", table([("1 | 2", "1")]))),
        ("dmn-no-logic", decision("a", "")),
        ("dmn-no-logic", decision("a", literal(" "))),
        ("dmn-empty-input", decision("a", table([("1", "1")], inputs=("",)))),
        ("dmn-list-type", decision("a", table([("1", "1")], "COLLECT"), kind="number")),
        ("dmn-not-required", input_data("x") + decision("a", table([("1", "1")]))),
        ("dmn-not-required", input_data("y") + decision("a", table([("< y", "1")]))),
        ("dmn-not-required", decision("b", literal("1")) + decision("a", literal("b"))),
        ("dmn-unknown-expression", decision("a", "<spell/>")),
        ("dmn-incomplete-expression", decision("a", "<filter/>")),
        ("dmn-type-cycle", item("tA", "tA") + decision("a", literal("1"))),
        ("dmn-duplicate-id", decision("a", literal("1")) + decision("b", literal("1"), id="a")),
        ("dmn-duplicate-name", decision("a", literal("1")) + decision("a", literal("1"), id="b")),
        ("dmn-no-decision", ""),
        ("dmn-expression-language", decision("a", '<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>')),
    ],
)  # fmt: skip
def test_each_fault_has_its_finding(code, element):
    assert code in codes(element)


def test_a_requirement_on_the_wrong_kind_of_element_is_found():
    assert "dmn-wrong-requirement" in codes(input_data("x"), decision("a", literal("1"), knows=["#x"]))


def test_a_file_without_a_namespace_is_only_a_warning():
    (found,) = check_dmn(definitions(decision("a", literal("1")), namespace=""), "test.dmn")
    assert (found.code, found.severity) == ("dmn-no-namespace", "warning")


def test_functions_with_spaces_in_their_names_must_be_announced():
    xml = definitions(decision("it", literal("business deadline(x) + 1")))
    assert check_dmn(xml, "f", names=["business deadline"]) == []
    made = parse_dmn(xml, names=["business deadline"])
    assert made.evaluate("it", {"x": 2}, functions={"business deadline": lambda days: days * 3}).value == 7


def test_diagrams_and_vendor_extensions_are_ignored():
    vendor = '<extensionElements><zeebe:x xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"/></extensionElements>'
    assert codes(vendor, decision("it", literal("1")), '<x:decision xmlns:x="urn:x" id="it"/>') == []
