"""`decide`: a decision from plain JSON."""

import pytest

from engine.decisions import DecisionModelError, decide
from engine.errors import NotFound
from tests.engine.decisions.models import decision, definitions, input_data, item, literal, part, table


def answer(kind, value, *types):
    xml = definitions(*types, input_data("x", kind), decision("it", literal("x"), needs=["in:#x"]))
    return decide(xml, "it", {"x": value}, [])[0]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("date", "2024-02-29", {"type": "date", "value": "2024-02-29"}),
        ("time", "10:15:00+08:00", {"type": "time", "value": "10:15:00+08:00"}),
        ("dateTime", "2024-02-29T10:15:00@Asia/Shanghai", {"type": "dateTime", "value": "2024-02-29T10:15:00@Asia/Shanghai"}),
        ("dayTimeDuration", "P1DT2H", {"type": "duration", "value": "P1DT2H"}),
        ("yearMonthDuration", "P1Y2M", {"type": "duration", "value": "P1Y2M"}),
        ("number", 12.5, {"type": "number", "value": "12.5"}),
        ("string", "2024-02-29", {"type": "string", "value": "2024-02-29"}),
        ("date", "no date", {"type": "null", "value": None}),
        (None, "2024-02-29", {"type": "string", "value": "2024-02-29"}),
    ],
)  # fmt: skip
def test_texts_become_what_the_input_data_declares(kind, value, expected):
    assert answer(kind, value) == expected


def test_texts_inside_structures_and_lists_are_read_too():
    stay = item("tStay", inner=part("from", "date") + part("nights", "date", collection=True))
    typed = answer("tStay", {"from": "2024-02-29", "nights": ["2024-03-01"], "more": 1.5}, stay)
    assert typed["value"]["from"] == {"type": "date", "value": "2024-02-29"}
    assert typed["value"]["nights"]["value"] == [{"type": "date", "value": "2024-03-01"}]
    assert typed["value"]["more"] == {"type": "number", "value": "1.5"}


def test_a_column_of_one_name_declares_its_variable_as_camundas_models_do():
    xml = definitions(
        decision("it", table([('< date("2024-01-01")', '"old"'), ("-", '"new"')], "FIRST", ("day: date",)))
    )
    assert decide(xml, "it", {"day": "2023-12-31"}, [])[0] == {"type": "string", "value": "old"}


def test_siblings_are_searched_for_imports_and_others_ignored():
    library = definitions(
        input_data("day", "date"),
        decision("year", literal("day.year"), needs=["in:#day"]),
        namespace="urn:lib",
    )
    main = definitions(
        '<import namespace="urn:lib" name="lib" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        decision("it", literal("lib.year"), needs=["urn:lib#year"]),
        namespace="urn:main",
    )
    siblings = [b"not XML", library, main]
    assert decide(main, "it", {"lib": {"day": "2024-02-29"}}, siblings)[0]["value"] == "2024"
    assert decide(main, "it", {"day": "2024-02-29"}, siblings)[0]["value"] == "2024"
    with pytest.raises(DecisionModelError):
        decide(main, "it", {}, [])


def test_warnings_say_why_a_value_is_null():
    typed, warnings = decide(definitions(decision("it", literal("x + 1"))), "it", {"x": "a"}, [])
    assert typed == {"type": "null", "value": None}
    assert warnings


def test_an_unknown_decision_is_refused():
    with pytest.raises(NotFound):
        decide(definitions(decision("it", literal("1"))), "other", {}, [])
