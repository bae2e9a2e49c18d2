"""A file as the Camunda Modeler saves it is checked, evaluated and explained."""

import threading

from engine.decisions import check_dmn, parse_dmn
from tests.engine.decisions.dish import DISH


def test_a_modelers_file_has_no_findings():
    assert check_dmn(DISH, "dish.dmn") == []


def test_a_modelers_file_is_evaluated_and_says_why():
    outcome = parse_dmn(DISH).evaluate("dishDecision", {"temperature": 5, "guestCount": 8})
    assert outcome.value == ["Stew", "Salad"]
    season, dish = outcome.trace
    assert (season.id, season.output, season.inputs[0].name) == ("season", "Winter", "Temperature")
    assert [(one.name, one.value) for one in dish.inputs] == [("Season", "Winter"), ("Guests", 8)]
    assert [(rule.id, rule.index, rule.annotations) for rule in dish.matched_rules] == [
        ("r1", 1, (("Why", "it warms"),)),
        ("r2", 2, (("Why", ""),)),
    ]


def test_one_model_serves_several_threads_at_once():
    model, wrong = parse_dmn(DISH), []

    def ask(temperature, expected):
        for _ in range(100):
            if model.evaluate("season", {"temperature": temperature}).value != expected:
                wrong.append(temperature)

    threads = [threading.Thread(target=ask, args=pair) for pair in ((5, "Winter"), (25, "Summer")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
