"""Boxed expressions, one behaviour each."""

import pytest

from tests.engine.decisions.models import decision, formal, knowledge, literal, model


def value(logic, kind=None, **context):
    return model(decision("it", logic, kind=kind)).evaluate("it", context).value


def entry(name, logic, kind=""):
    variable = f'<variable name="{name}"{kind and f" typeRef={chr(34)}{kind}{chr(34)}"}/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def test_a_context_without_a_result_is_a_context_whose_entries_see_those_before():
    logic = f"<context>{entry('Base Fee', literal('10'))}{entry('total', literal('Base Fee * n'))}</context>"
    assert value(logic, n=3) == {"Base Fee": 10, "total": 30}


def test_a_context_with_a_result_is_that_result():
    logic = f"<context>{entry('a', literal('10'))}{entry('', literal('a + 1'))}</context>"
    assert value(logic) == 11


def test_entries_with_signs_in_their_names_are_reached_by_paths():
    fees = f"<context>{entry('Fee/Day', literal('10'))}{entry('Long-Stay Fee', literal('8'))}</context>"
    other = decision("it", literal("fees.Fee/Day + fees.Long-Stay Fee"), needs=["#fees"])
    assert model(decision("fees", fees), other).evaluate("it", {}).value == 18


def test_a_context_entry_is_converted_to_its_type():
    logic = f"<context>{entry('a', literal('[10]'), 'number')}{entry('b', literal('10'), 'string')}</context>"
    assert value(logic) == {"a": 10, "b": None}


def test_a_list_keeps_the_order_of_its_items():
    assert value(f"<list>{literal('1')}{literal('x')}{literal('null')}</list>", x="b") == [1, "b", None]


def test_a_relation_is_a_list_of_contexts():
    logic = (
        '<relation><column name="name" typeRef="string"/><column name="days" typeRef="number"/>'
        f"<row>{literal(chr(34) + 'a' + chr(34))}{literal('x')}</row><row>{literal('1')}{literal('2')}</row></relation>"
    )
    assert value(logic, x=5) == [{"name": "a", "days": 5}, {"name": None, "days": 2}]


@pytest.mark.parametrize(("x", "expected"), [(2, "more"), (0, "less"), ("?", "less")])
def test_a_conditional_takes_then_only_when_its_condition_is_true(x, expected):
    branches = "".join(
        f"<{tag}>{literal(text)}</{tag}>" for tag, text in (("if", "x > 1"), ("then", '"more"'), ("else", '"less"'))
    )
    assert value(f"<conditional>{branches}</conditional>", x=x) == expected


def filtered(source, match):
    return f"<filter><in>{literal(source)}</in><match>{literal(match)}</match></filter>"


def test_a_filter_sees_the_item_and_its_entries():
    assert value(filtered("[1, 2, 3]", "item >= 2")) == [2, 3]
    assert value(filtered("[{a: 1}, {a: 2}]", "a = 2")) == [{"a": 2}]


def test_a_filter_whose_match_is_no_boolean_is_null():
    assert value(filtered("[1, 2]", '"yes"')) is None


def iterated(tag, source, body):
    part = "return" if tag == "for" else "satisfies"
    return f'<{tag} iteratorVariable="n"><in>{literal(source)}</in><{part}>{literal(body)}</{part}></{tag}>'


@pytest.mark.parametrize(
    ("tag", "source", "body", "expected"),
    [
        ("for", "[1, 2, 3]", "n * 2", [2, 4, 6]),
        ("for", "[1, 2, 3]", "n + count(partial)", [1, 3, 5]),
        ("for", "[]", "n", []),
        ("some", "[1, 2]", "n > 1", True),
        ("some", "[1, 2]", "n > 2", False),
        ("some", "[1, 2]", '"?"', None),
        ("some", "[1, 2]", 'if n = 2 then true else "?"', None),
        ("some", "[null, 2]", "n > 1", True),
        ("some", "[null, 2]", "n > 2", None),
        ("every", "[1, 2]", "n > 0", True),
        ("every", "[1, 2]", "n > 1", False),
        ("every", "[]", "n > 1", True),
    ],
)
def test_iterations(tag, source, body, expected):
    assert value(iterated(tag, source, body)) == expected


def function(parameters, body, kind="FEEL"):
    return f'<functionDefinition kind="{kind}">{formal(parameters)}{body}</functionDefinition>'


def test_a_boxed_function_sees_the_scope_that_it_was_defined_in():
    made = function("a: number", literal("a * factor"))
    logic = (
        f"<context>{entry('factor', literal('3'))}{entry('f', made)}{entry('', literal('f(4) + f(a: 1)'))}</context>"
    )
    assert value(logic) == 15


def test_a_function_called_with_a_wrong_argument_is_null():
    logic = f"<context>{entry('f', function('a: number', literal('a')))}{entry('', literal('f(x)'))}</context>"
    assert value(logic, x="one") is None
    assert value(logic, x=[1]) == 1


def test_a_boxed_function_can_be_passed_to_a_built_in_function():
    made = function("a, b", literal("a > b"))
    logic = f"<context>{entry('down', made)}{entry('', literal('sort([1, 3, 2], down)'))}</context>"
    assert value(logic) == [3, 2, 1]


def test_functions_of_another_kind_are_not_run():
    logic = f"<context>{entry('f', function('a', literal('a'), 'Java'))}{entry('', literal('f(1)'))}</context>"
    outcome = model(decision("it", logic)).evaluate("it", {})
    assert outcome.value is None
    assert any("JAVA" in warning for warning in outcome.warnings)


def invocation(called, **bindings):
    bound = "".join(f'<binding><parameter name="{k}"/>{literal(v)}</binding>' for k, v in bindings.items())
    return f"<invocation>{literal(called)}{bound}</invocation>"


def invoked(called, **bindings):
    fee = knowledge("fee", "amount: number, rate: number", literal("amount * (if rate = null then 2 else rate)"))
    return model(fee, decision("it", invocation(called, **bindings), knows=["#fee"])).evaluate("it", {"x": 5})


def test_an_invocation_binds_by_name():
    assert invoked("fee", rate="3", amount="x").value == 15


def test_an_invocation_leaves_unbound_parameters_null():
    assert invoked("fee", amount="x").value == 10


def test_an_invocation_of_an_unknown_parameter_or_function_is_null_with_a_warning():
    for outcome in (invoked("fee", amount="x", wrong="1"), invoked("nothing", amount="x")):
        assert outcome.value is None
        assert outcome.warnings


def test_an_expression_is_converted_to_its_own_type():
    assert value(literal("[5]", "number")) == 5
    assert value(literal('"5"', "number")) is None
