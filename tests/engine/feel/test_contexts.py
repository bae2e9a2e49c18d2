import pytest

from engine.feel import FeelSyntaxError
from tests.engine.feel.evaluating import json_of, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1, b: a + 1}", {"a": 1, "b": 2}),
        ("{foo bar: 1, c: foo bar + 1}.c", 2),
        ("{foo+bar: 1, c: foo+bar}.c", 1),
        ('{"a b": 1}.a b', 1),
        ("{a: 1, a: 2}", None),
        ("{a: {b: {c: 3}}}.a.b.c", 3),
        ('get value({a: 1}, "a")', 1),
        ('get value({x: {y: 0}}, ["x", "y"])', 0),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ('context put({x: 1}, "y", 2)', {"x": 1, "y": 2}),
        ('context put({x: 1, y: {z: 0}}, ["y", "z"], 2)', {"x": 1, "y": {"z": 2}}),
        ('context put({x: 1}, ["y", "z"], 2)', {"x": 1, "y": {"z": 2}}),
        ('context put({x: 1}, ["x", "z"], 2)', None),
        ("context merge([{x: 1, y: 0}, {y: 2}])", {"x": 1, "y": 2}),
        ('context([{key: "a", value: 1}])', {"a": 1}),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
    ],
)
def test_contexts(text, expected):
    assert json_of(text) == expected


def test_putting_into_a_context_leaves_the_callers_untouched():
    order = {"lines": {"a": 1}}
    assert json_of('context put(order, ["lines", "a"], 2)', order=order) == {"lines": {"a": 2}}
    assert order == {"lines": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "names", "context", "expected"),
    [
        ("Full Name + 1", ["Full Name"], {"Full Name": 1}, 2),
        ("Full Name + 1", [], {"Full Name": 1}, 2),
        ("a-b * 2", ["a-b"], {"a-b": 3}, 6),
        ("a-b", [], {"a": 5, "b": 3}, 2),
        ("terms and conditions", ["terms and conditions"], {"terms and conditions": True}, True),
        ("a and b", [], {"a": True, "b": False}, False),
        ("`a-b` + 1", [], {"a-b": 1}, 2),
        ("order.`unit-price`", [], {"order": {"unit-price": 5}}, 5),
        ("order.line total", [], {"order": {"line total": 5}}, 5),
        ('金额 > 100 and 客户等级 = "金"', [], {"金额": 101, "客户等级": "金"}, True),
        ("for line item in items return line item * 2", [], {"items": [1, 2]}, [2, 4]),
        ("(function(unit price) unit price * 2)(unit price: 3)", [], {}, 6),
    ],
)
def test_names_of_several_words(text, names, context, expected):
    assert json_of(text, tuple(names), **context) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(a, b) a - b)(b: 1, a: 5)", 4),
        ('(function(a: number) a)("x")', None),
        ("(function(a: number) a)([5])", 5),
        ("(function(a: list<number>) a)(5)", [5]),
        ("(function(a) a)(1, 2)", None),
        ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(20)}.r", 2432902008176640000),
        ("{add: function(a) function(b) a + b, r: add(1)(2)}.r", 3),
        ('substring(start position: 2, string: "abc")', "bc"),
        ("nothing(1)", None),
        ("5(1)", None),
        ('(function(a) external {java: {class: "java.lang.Math", `method signature`: "cos(double)"}})(1)', None),
    ],
)
def test_functions(text, expected):
    assert json_of(text) == expected


def test_named_and_unnamed_arguments_do_not_mix():
    with pytest.raises(FeelSyntaxError, match="named"):
        value('substring("abc", start position: 2)')


def test_the_callers_functions_take_positions_or_names_with_underscores():
    def business_deadline(start, working_hours=8):
        return start + working_hours

    names = ("business deadline",)
    assert value("business deadline(1)", names, **{"business deadline": business_deadline}) == 9
    assert (
        value("business deadline(start: 1, working hours: 2)", names, **{"business deadline": business_deadline}) == 3
    )


def test_a_callers_function_that_fails_is_null():
    def fail(subject):
        raise ValueError("no such contract")

    assert value("sla(1)", sla=fail) is None


def test_a_declared_name_beats_the_builtin_of_that_name():
    assert value("count(1)", ("count",), count=lambda number: number + 10) == 11
    assert value("count([1])", ("count",), count=5) == 1
    assert json_of('{time: @"09:00:00", early: time(@"2024-01-01T08:00:00") < time}.early') is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is defined(x)", False),
        ("is defined(1)", True),
        ('get or else(x, "default")', "default"),
        ("assert(1, 1 > 0)", 1),
        ('assert(1, false, "why")', None),
        ('fromAi(value: 1, type: "number")', 1),
        ("string length(uuid())", 36),
        ("random number() < 1", True),
        ("and([true, false])", False),
        ("or(false, null, true)", True),
        (
            "to json([12345678901234567890.123456789, null, {a: 1.50}])",
            '[12345678901234567890.123456789,null,{"a":1.5}]',
        ),
        ('string(from json("0.1234567890123456789"))', "0.1234567890123456789"),
    ],
)
def test_camundas_functions(text, expected):
    assert json_of(text) == expected


def test_keys_that_are_no_text_do_no_harm():
    assert json_of("string(order)", order={1: "a"}) == '{1: "a"}'
    assert json_of("get entries(order)", order={1: "a"}) == [{"key": "1", "value": "a"}]
