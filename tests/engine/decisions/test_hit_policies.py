"""What each hit policy makes of the rules that match."""

import pytest

from tests.engine.decisions.models import decide_table, table

OVERLAPPING = [("< 10", '"low"'), ("< 20", '"middle"'), ("< 30", '"high"')]
NUMBERS = [("> 0", "10"), ("> 5", "30"), ("> 7", "20")]
RANKED = ({"name": "out", "values": '"high","middle","low"'},)
PAIR = ({"name": "grade", "values": '"A","B"'}, {"name": "fee", "values": "1,2,3"})


def indices(outcome):
    return [rule.index for rule in outcome.trace[-1].matched_rules]


def test_unique_gives_the_output_of_the_one_rule_that_matches():
    outcome = decide_table(table(OVERLAPPING), x=25)
    assert (outcome.value, outcome.failed, indices(outcome)) == ("high", None, [3])


def test_unique_fails_when_two_rules_match():
    outcome = decide_table(table(OVERLAPPING), x=15)
    assert outcome.value is None
    assert "UNIQUE" in (outcome.failed or "")
    assert "rules 2, 3" in (outcome.failed or "")
    assert outcome.failed_decision_id == "it"
    assert outcome.trace[0].failed == outcome.failed
    assert indices(outcome) == [2, 3]


def test_any_gives_the_output_that_all_matching_rules_share():
    outcome = decide_table(table([("> 0", '"a"'), ("> 1", '"a"')], "ANY"), x=2)
    assert (outcome.value, outcome.failed) == ("a", None)


def test_any_fails_when_the_matching_rules_differ():
    outcome = decide_table(table(OVERLAPPING, "ANY"), x=15)
    assert outcome.value is None
    assert "ANY" in (outcome.failed or "")


def test_any_compares_numbers_as_feel_does():
    assert decide_table(table([("> 0", "1.0"), ("> 1", "1")], "ANY"), x=2).failed is None


def test_first_stops_at_the_first_rule_that_matches():
    outcome = decide_table(table(OVERLAPPING, "FIRST"), x=5)
    assert (outcome.value, indices(outcome)) == ("low", [1])


def test_priority_takes_the_output_that_is_listed_first():
    outcome = decide_table(table(OVERLAPPING, "PRIORITY", outputs=RANKED), x=5)
    assert (outcome.value, indices(outcome)) == ("high", [3, 2, 1])


def test_priority_takes_the_first_rule_among_equals():
    rules = [("> 0", '"low"'), ("> 1", '"high"'), ("> 2", '"high"')]
    assert indices(decide_table(table(rules, "PRIORITY", outputs=RANKED), x=5))[0] == 2


def test_priority_of_several_outputs_ranks_them_from_left_to_right():
    rules = [("-", '"B" | 1'), ("-", '"A" | 3'), ("-", '"A" | 2')]
    assert decide_table(table(rules, "PRIORITY", outputs=PAIR), x=1).value == {"grade": "A", "fee": 2}


def test_rule_order_lists_the_outputs_as_the_rules_stand():
    assert decide_table(table(OVERLAPPING, "RULE ORDER"), x=15).value == ["middle", "high"]


def test_output_order_lists_the_outputs_by_priority():
    assert decide_table(table(OVERLAPPING, "OUTPUT ORDER", outputs=RANKED), x=5).value == ["high", "middle", "low"]


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("", [10, 30, 20]), ("SUM", 60), ("MIN", 10), ("MAX", 30), ("COUNT", 3)]
)
def test_collect_gathers_what_matches(aggregation, expected):
    assert decide_table(table(NUMBERS, "COLLECT", aggregation=aggregation), x=8).value == expected


@pytest.mark.parametrize(("aggregation", "expected"), [("", None), ("SUM", None), ("COUNT", 0)])
def test_collect_without_a_match_has_nothing_to_give(aggregation, expected):
    outcome = decide_table(table(NUMBERS, "COLLECT", aggregation=aggregation), x=0)
    assert (outcome.value, outcome.failed) == (expected, None)


def test_the_greatest_of_dates_can_be_collected():
    rules = [("-", 'date("2024-01-02")'), ("-", 'date("2024-03-01")')]
    assert str(decide_table(table(rules, "COLLECT", aggregation="MAX"), x=1).value) == "2024-03-01"


def test_a_sum_of_texts_fails():
    assert "sum" in (decide_table(table([("-", "1"), ("-", "true")], "COLLECT", aggregation="SUM"), x=1).failed or "")


def test_collect_of_several_outputs_lists_contexts():
    rules = [("-", '"A" | 1'), ("-", '"B" | 2')]
    expected = [{"grade": "A", "fee": 1}, {"grade": "B", "fee": 2}]
    assert decide_table(table(rules, "COLLECT", outputs=PAIR), x=1).value == expected
