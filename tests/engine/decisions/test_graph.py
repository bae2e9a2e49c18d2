"""The requirement graph: what is evaluated, in which order, once, and what calls what."""

from datetime import UTC, datetime

import pytest

from engine.decisions import DecisionModelError, check_dmn, parse_dmn, parse_folder
from engine.errors import NotFound
from tests.engine.decisions.models import decision, definitions, input_data, item, knowledge, literal, model, part


def chain():
    return model(
        input_data("Order Amount", "number", "amount"),
        decision("Is Big", literal("Order Amount > 100"), needs=["in:#amount"], id="big"),
        decision("Bonus", literal("if Is Big then 10 else 0"), needs=["#big"], id="bonus"),
        decision("Total", literal("Bonus + (if Is Big then 1 else 0)"), needs=["#bonus", "#big"], id="total"),
    )


def test_required_decisions_are_evaluated_first_and_once():
    outcome = chain().evaluate("total", {"Order Amount": 200})
    assert outcome.value == 11
    assert [(one.id, one.type, one.output) for one in outcome.trace] == [
        ("big", "LITERAL_EXPRESSION", True),
        ("bonus", "LITERAL_EXPRESSION", 10),
        ("total", "LITERAL_EXPRESSION", 11),
    ]


def test_only_what_is_required_is_evaluated():
    assert [one.id for one in chain().evaluate("bonus", {"Order Amount": 1}).trace] == ["big", "bonus"]


def test_a_decision_is_found_by_name_too():
    assert chain().evaluate("Is  Big", {"Order Amount": 200}).value is True


def test_asking_for_an_unknown_decision_is_refused():
    with pytest.raises(NotFound, match="nothing"):
        chain().evaluate("nothing", {})


def test_a_model_lists_its_decisions_with_their_requirements():
    made = chain()
    assert list(made.decisions) == ["big", "bonus", "total"]
    assert [(one.kind, one.id, one.name) for one in made.decisions["total"].requirements] == [
        ("decision", "bonus", "Bonus"),
        ("decision", "big", "Is Big"),
    ]
    assert made.decisions["big"].requirements[0].kind == "input"
    assert (made.id, made.name, made.namespace) == ("d", "Test", "urn:test")


def test_a_required_decision_is_also_reached_by_its_id():
    made = model(
        decision("The Level", literal("3"), id="level"), decision("it", literal("level + 1"), needs=["#level"])
    )
    assert made.evaluate("it", {}).value == 4


def test_variables_that_are_not_drawn_as_input_data_are_seen():
    assert model(decision("it", literal("x + y"))).evaluate("it", {"x": 1, "y": 2}).value == 3


def test_now_is_one_moment_in_the_whole_evaluation():
    made = model(decision("start", literal("now()")), decision("it", literal("start = now()"), needs=["#start"]))
    assert made.evaluate("it", {}).value is True
    moment = datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert str(made.evaluate("start", {}, now=moment).value).startswith("2024-02-29T10:00:00")


def test_input_data_that_is_not_required_is_not_seen():
    made = model(input_data("x", "number"), decision("it", literal("x")), decision("other", literal("it")))
    assert made.evaluate("it", {"x": 1}).value is None
    assert made.evaluate("other", {"it": 1}).value is None


def test_one_model_gives_independent_answers():
    made = chain()
    assert [made.evaluate("total", {"Order Amount": n}).value for n in (200, 1, 200)] == [11, 0, 11]


def test_a_circle_of_decisions_is_refused_with_a_finding_that_names_it():
    circle = definitions(
        decision("a", literal("b"), needs=["#b"]),
        decision("b", literal("c"), needs=["#c"]),
        decision("c", literal("a"), needs=["#a"]),
    )
    (found,) = [one for one in check_dmn(circle, "circle.dmn") if one.severity == "error"]
    assert (found.code, found.element_id, found.file) == ("dmn-requirement-cycle", "a", "circle.dmn")
    assert "a → b → c → a" in found.message
    assert "a → b → c → a" in found.message_zh
    with pytest.raises(DecisionModelError) as refusal:
        parse_dmn(circle)
    assert found.code in {one.code for one in refusal.value.findings}


def test_a_decision_that_requires_itself_is_a_circle():
    found = check_dmn(definitions(decision("a", literal("1"), needs=["#a"])), "f")
    assert [one.code for one in found] == ["dmn-requirement-cycle"]


def test_a_diamond_is_no_circle():
    made = definitions(
        decision("top", literal("1")),
        decision("left", literal("top"), needs=["#top"]),
        decision("right", literal("top"), needs=["#top"]),
        decision("bottom", literal("left + right"), needs=["#left", "#right"]),
    )
    assert check_dmn(made, "f") == []
    assert parse_dmn(made).evaluate("bottom", {}).value == 2


def test_a_knowledge_model_is_called_by_position_and_by_name():
    fee = knowledge("fee", "amount: number, rate: number", literal("amount * rate"))
    made = model(fee, decision("it", literal("fee(2, 3) + fee(rate: 10, amount: 1)"), knows=["#fee"]))
    assert made.evaluate("it", {}).value == 16


def test_a_knowledge_model_does_not_see_what_its_caller_sees():
    made = model(knowledge("f", "", literal("secret")), decision("it", literal("f()"), knows=["#f"]))
    assert made.evaluate("it", {"secret": 1}).value is None


def test_a_knowledge_model_uses_others_that_it_requires():
    made = model(
        knowledge("double", "n: number", literal("n * 2")),
        knowledge("quadruple", "n: number", literal("double(double(n))"), knows=["#double"]),
        decision("it", literal("quadruple(3)"), knows=["#quadruple"]),
    )
    assert made.evaluate("it", {}).value == 12


def test_a_knowledge_model_may_call_itself():
    factorial = knowledge("factorial", "n: number", literal("if n < 2 then 1 else n * factorial(n - 1)"))
    made = model(factorial, decision("it", literal("factorial(10)"), knows=["#factorial"]))
    assert made.evaluate("it", {}).value == 3628800


def test_a_recursion_without_end_is_a_failure_and_not_a_crash():
    made = model(knowledge("f", "n", literal("f(n + 1)")), decision("it", literal("f(1)"), knows=["#f"]))
    outcome = made.evaluate("it", {})
    assert outcome.value is None
    assert "deep" in (outcome.failed or "")
    assert outcome.trace[-1].failed == outcome.failed


def test_a_deep_recursion_on_a_deep_stack_is_a_failure_and_not_a_wrong_answer():
    wrapped = "n + " + "(if n < 2 then 1 else " * 15 + "f(n - 1)" + ")" * 15
    made = model(knowledge("f", "n", literal(wrapped)), decision("it", literal("f(49)"), knows=["#f"]))
    outcome = made.evaluate("it", {})
    assert (outcome.value, "deep" in (outcome.failed or "")) in [(1226, False), (None, True)]


def test_a_knowledge_model_with_a_wrong_argument_is_never_run():
    made = model(knowledge("f", "n: number", literal('"ran"')), decision("it", literal("f(x)"), knows=["#f"]))
    assert made.evaluate("it", {"x": "text"}).value is None
    assert made.evaluate("it", {"x": None}).value == "ran"


def service(name, outputs, inputs=(), data=()):
    hrefs = [("outputDecision", outputs), ("inputDecision", inputs), ("inputData", data)]
    body = "".join(f'<{tag} href="#{href}"/>' for tag, ids in hrefs for href in ids)
    return f'<decisionService id="{name}" name="{name}"><variable name="{name}"/>{body}</decisionService>'


def with_service(*more):
    return model(
        input_data("rate", "number"),
        decision("base", literal("100")),
        decision("fee", literal("base * rate"), needs=["#base", "in:#rate"]),
        service("pricing", ["fee"], ["base"], ["rate"]),
        service("both", ["fee", "base"], [], ["rate"]),
        *more,
    )


def test_a_decision_service_takes_its_input_data_before_its_input_decisions():
    made = with_service(decision("it", literal("pricing(2, 5)"), knows=["#pricing"]))
    assert made.evaluate("it", {}).value == 10


def test_a_decision_service_does_not_touch_the_graph_around_it():
    made = with_service(
        decision("it", literal("[pricing(2, 5), base, rate]"), needs=["#base", "in:#rate"], knows=["#pricing"])
    )
    assert made.evaluate("it", {"rate": 7}).value == [10, 100, 7]


def test_a_decision_service_asked_directly_uses_the_given_decision_instead_of_deciding():
    assert with_service().evaluate("pricing", {"rate": 2, "base": 5}).value == 10


def test_a_decision_service_with_several_outputs_gives_a_context():
    assert with_service().evaluate("both", {"rate": 2}).value == {"fee": 200, "base": 100}


def test_a_decision_service_called_with_the_wrong_number_of_arguments_is_null():
    made = with_service(decision("it", literal("pricing(2)"), knows=["#pricing"]))
    assert made.evaluate("it", {}).value is None


LIBRARY = definitions(
    item("tOrder", inner=part("Total Price", "number")),
    knowledge("net", "order: tOrder", literal("order.Total Price / 2")),
    input_data("discount", "number"),
    decision("rebate", literal("discount * 10"), needs=["in:#discount"]),
    namespace="urn:library",
)
IMPORT = '<import namespace="urn:library" name="lib" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'


def importing():
    return definitions(
        IMPORT,
        input_data("order", "lib.tOrder"),
        decision(
            "it", literal("lib.net(order) + lib.rebate"), ["in:#order", "urn:library#rebate"], ["urn:library#net"]
        ),
        namespace="urn:main",
    )


def test_imported_types_knowledge_and_decisions_are_reached_through_the_import_name():
    made = parse_folder({"main.dmn": importing(), "library.dmn": LIBRARY})["main.dmn"]
    outcome = made.evaluate("it", {"order": {"Total Price": 8}, "lib": {"discount": 3}})
    assert outcome.value == 34
    assert [one.namespace for one in outcome.trace] == ["urn:library", "urn:main"]


def test_inputs_of_an_imported_model_may_be_given_plainly():
    made = parse_dmn(importing(), "main.dmn", {"urn:library": parse_dmn(LIBRARY)})
    assert made.evaluate("it", {"order": {"Total Price": 8}, "discount": 1}).value == 14


GREETING = definitions(
    input_data("Person name", "string", "person"),
    decision("Say Hello", literal('"Hello, " + Person name'), needs=["in:#person"], id="hello"),
    namespace="urn:a",
)


def asking(namespace):
    return definitions(
        '<import namespace="urn:a" name="model A" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        decision("Ask Again", literal('model A.Say Hello + "?"'), needs=["urn:a#hello"], id="again"),
        namespace=namespace,
    )


def test_a_model_that_is_imported_twice_has_the_inputs_of_each_way_to_it():
    top = definitions(
        '<import namespace="urn:b1" name="First B" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        '<import namespace="urn:b2" name="Second B" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        decision("it", literal("[First B.Ask Again, Second B.Ask Again]"), needs=["urn:b1#again", "urn:b2#again"]),
        namespace="urn:c",
    )
    files = {"c": top, "b1": asking("urn:b1"), "b2": asking("urn:b2"), "a": GREETING}
    inputs = {
        "First B": {"model A": {"Person name": "Li"}},
        "Second B": {"model A": {"Person name": "Wang"}},
    }
    assert parse_folder(files)["c"].evaluate("it", inputs).value == ["Hello, Li?", "Hello, Wang?"]


def test_imports_without_a_name_bring_their_elements_in_plainly():
    other = definitions(item("tText", "string"), decision("Other", literal("1"), id="other"), namespace="urn:other")
    kind = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    top = definitions(
        f'<import namespace="urn:a" name="" importType="{kind}"/><import namespace="urn:other" importType="{kind}"/>',
        input_data("x", "tText"),
        decision("it", literal("[Say Hello, Other, x]"), needs=["urn:a#hello", "urn:other#other", "in:#x"]),
        namespace="urn:top",
    )
    made = parse_folder({"top": top, "a": GREETING, "other": other})["top"]
    assert made.evaluate("it", {"Person name": "Li", "x": 1}).value == ["Hello, Li", 1, None]


def test_an_import_that_was_not_given_is_refused():
    with pytest.raises(DecisionModelError, match="urn:library"):
        parse_dmn(importing(), "main.dmn")
    assert "dmn-import-missing" in {found.code for found in check_dmn(importing(), "main.dmn")}


def test_files_that_import_each_other_are_refused():
    one = definitions(IMPORT, namespace="urn:one")
    back = IMPORT.replace("urn:library", "urn:one")
    other = definitions(back, namespace="urn:library")
    with pytest.raises(DecisionModelError):
        parse_folder({"one.dmn": one, "other.dmn": other})
