"""Decision tables: cells, columns, defaults, allowed values, and the trace that says why."""

from engine.decisions import EvaluatedInput
from tests.engine.decisions.models import decide_table, decision, input_data, item, model, part, table

TIERS = [('> 500 | "A"', "1 | true"), ('> 500 | not("A")', "2 | false"), ("- | -", "3 | false")]
TWO_OUTPUTS = ({"name": "days", "label": "Days to answer"}, {"name": "call"})


def tiers(**context):
    return decide_table(table(TIERS, "FIRST", inputs=("amount", "tier"), outputs=TWO_OUTPUTS), **context)


def test_several_outputs_make_a_context():
    assert tiers(amount=501, tier="A").value == {"days": 1, "call": True}


def test_the_trace_says_which_inputs_and_rules_led_to_the_output():
    (decided,) = tiers(amount=501, tier="B").trace
    assert (decided.id, decided.name, decided.type) == ("it", "it", "DECISION_TABLE")
    assert decided.inputs == (EvaluatedInput("i1", "amount", 501), EvaluatedInput("i2", "tier", "B"))
    (rule,) = decided.matched_rules
    assert (rule.id, rule.index) == ("r2", 2)
    assert [(one.id, one.name, one.label, one.value) for one in rule.outputs] == [
        ("o1", "days", "Days to answer", 2),
        ("o2", "call", "call", False),
    ]
    assert decided.output == {"days": 2, "call": False}


def test_an_empty_cell_and_a_dash_match_anything_even_null():
    assert decide_table(table([("", "1")]), x=None).value == 1
    assert decide_table(table([("-", "1")])).value == 1


def test_no_match_without_a_default_is_null_and_no_failure():
    outcome = decide_table(table([("1", '"one"')]), x=2)
    assert (outcome.value, outcome.failed, outcome.trace[0].matched_rules) == (None, None, ())


def test_no_match_gives_the_default_outputs():
    outputs = ({"name": "a", "default": "x * 2"}, {"name": "b"})
    assert decide_table(table([("1", "1 | 1")], outputs=outputs), x=4).value == {"a": 8, "b": None}


def test_cells_may_use_the_input_and_other_variables():
    rules = [("? > limit", '"over " + string(limit)'), ("<= limit", '"within"')]
    assert decide_table(table(rules), x=5, limit=3).value == "over 3"
    assert decide_table(table(rules), x=2, limit=3).value == "within"


def test_an_input_of_the_wrong_type_is_null_with_a_warning():
    outcome = decide_table(table([("> 1", "1"), ("null", "0")], inputs=("x: number",)), x="five")
    assert outcome.value == 0
    assert any("number" in warning for warning in outcome.warnings)


def test_an_input_outside_its_allowed_values_fails():
    outcome = decide_table(table([("-", "1")], inputs=('x: string = "A","B"',)), x="C")
    assert outcome.value is None
    assert '"C"' in (outcome.failed or "")


def test_a_missing_input_is_not_judged_by_the_allowed_values():
    outcome = decide_table(table([("-", "1")], inputs=('x: string = "A","B"',)))
    assert (outcome.value, outcome.failed) == (1, None)


def test_an_output_outside_its_allowed_values_fails():
    outcome = decide_table(table([("-", '"C"')], outputs=({"name": "o", "values": '"A","B"'},)), x=1)
    assert outcome.value is None
    assert "rule 1" in (outcome.failed or "")


def test_an_output_of_the_wrong_type_is_null_with_a_warning():
    outcome = decide_table(table([("-", '"text"')], outputs=({"name": "o", "type": "number"},)), x=1)
    assert outcome.value is None
    assert outcome.warnings


def test_a_type_with_allowed_values_ranks_outputs_that_have_none():
    level = item("tLevel", "string", allowed='"high","low"')
    rules = [("-", '"low"'), ("-", '"high"')]
    written = decision("it", table(rules, "PRIORITY"), kind="tLevel")
    assert model(level, written).evaluate("it", {"x": 1}).value == "high"


def test_the_components_of_the_holders_type_rank_several_outputs():
    structure = item(
        "tAnswer",
        inner=part("grade", "string", allowed='"A","B"') + part("fee", "number"),
    )
    rules = [("-", '"B" | 1'), ("-", '"A" | 2')]
    outputs = ({"name": "grade"}, {"name": "fee"})
    written = decision("it", table(rules, "PRIORITY", outputs=outputs), kind="tAnswer")
    assert model(structure, written).evaluate("it", {"x": 1}).value == {"grade": "A", "fee": 2}


def test_names_with_spaces_are_read_in_columns_and_cells():
    written = decision(
        "it",
        table([("> Upper Limit.Whole Amount", '"over"')], inputs=("Claimed Amount",)),
        needs=["in:#c", "in:#u"],
    )
    amounts = item("tLimit", inner=part("Whole Amount", "number"))
    made = model(
        amounts, input_data("Claimed Amount", "number", "c"), input_data("Upper Limit", "tLimit", "u"), written
    )
    assert made.evaluate("it", {"Claimed Amount": 9, "Upper Limit": {"Whole Amount": 8}}).value == "over"


def test_functions_that_the_caller_gives_can_be_used_in_cells():
    written = decision("it", table([("sla(?) > 3", '"late"')]))
    outcome = model(written).evaluate("it", {"x": 2}, functions={"sla": lambda days: days * 2})
    assert outcome.value == "late"


def test_an_unreadable_cell_fails_when_it_is_reached():
    outcome = decide_table(table([("> > 1", "1"), ("-", "2")], "FIRST"), x=1)
    assert outcome.failed is not None
