"""The whole tables behind an evaluation: what was asked, what hit, and the table as it was at that moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import Forbidden, NotFound
from engine.services import decisions
from engine.services.decided_tables import LONGEST, tables_of
from tests.engine.services.desk_people import AGENT, BOSS

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(rules, policy="FIRST", identifier="levels"):
    """`rules` are pairs of an input cell and an output cell."""
    rows = "".join(
        f'<rule id="{identifier}_{number}"><inputEntry id="{identifier}_{number}_i"><text>{asked}</text></inputEntry>'
        f'<outputEntry id="{identifier}_{number}_o"><text>{said}</text></outputEntry>'
        f"<annotationEntry><text>note {number}</text></annotationEntry></rule>"
        for number, (asked, said) in enumerate(rules, 1)
    )
    return (
        f'<decisionTable id="{identifier}" hitPolicy="{policy}"><input id="{identifier}_in" label="金额">'
        '<inputExpression typeRef="number"><text>amount</text></inputExpression></input>'
        f'<output id="{identifier}_out" name="level" label="级别"/><annotation name="说明"/>{rows}</decisionTable>'
    )


def dmn(name, decisions, imports=""):
    return (
        f'{name}.dmn',
        f'<definitions xmlns="{DMN}" id="{name}" name="{name}" namespace="urn:{name}">{imports}{decisions}</definitions>'.encode(),
    )  # fmt: skip


def decision(identifier, logic, needs=""):
    return f'<decision id="{identifier}" name="{identifier}"><variable name="{identifier}"/>{needs}{logic}</decision>'


RULES = [("&gt; 100", '"high"'), ("&gt; 10", '"mid"'), ("", '"low"')]
LEVEL = dmn("levels", decision("level", table(RULES)))
IMPORTING = dmn(
    "asking",
    decision(
        "asked", "<literalExpression><text>lib.level</text></literalExpression>",
        '<informationRequirement><requiredDecision href="urn:levels#level"/></informationRequirement>',
    ),
    f'<import namespace="urn:levels" name="lib" importType="{DMN}"/>',
)  # fmt: skip


@pytest.fixture
def decide(runtime):
    """The tables of an evaluation that is made now, one list for each decision."""

    def decide(decision_id="level", amount=50):
        made = decisions.evaluate(runtime, decision_id, {"amount": amount}, who="ann")
        return lambda: tables_of(runtime, made.key, actor=BOSS)

    return decide


def cells(found):
    return [(rule.index, rule.inputs, rule.outputs, rule.said) for rule in found.rules]


def test_every_rule_is_there_and_those_that_hit_say_what_they_said(deploy, decide):
    deploy(LEVEL)
    ((found,),) = decide()()
    assert (found.own, found.holder, found.policy, found.outputs, found.notes) == (
        True,
        "level",
        "FIRST",
        ["级别"],
        ["说明"],
    )
    assert [(asked.label, asked.expression, asked.value) for asked in found.inputs] == [("金额", "amount", 50)]
    assert cells(found) == [
        (1, ["> 100"], ['"high"'], None), (2, ["> 10"], ['"mid"'], ["mid"]), (3, [""], ['"low"'], None),
    ]  # fmt: skip
    assert [rule.notes for rule in found.rules] == [["note 1"], ["note 2"], ["note 3"]]


def test_a_table_is_shown_as_it_was_when_it_decided(deploy, decide):
    deploy(LEVEL)
    before = decide()
    deploy(dmn("levels", decision("level", table([("&gt; 40", '"much"'), *RULES]))))
    after = decide()
    assert cells(before()[0][0])[0] == (1, ["> 100"], ['"high"'], None)
    assert cells(after()[0][0])[0] == (1, ["> 40"], ['"much"'], ["much"])


def test_an_imported_table_is_shown_as_it_was_too(deploy, decide, clock):
    deploy(LEVEL)
    deploy(IMPORTING)
    before = decide("asked")
    clock.advance(timedelta(minutes=1))
    deploy(dmn("levels", decision("level", table([("&gt; 40", '"much"')]))))
    tables, none = before()
    assert cells(tables[0])[1] == (2, ["> 10"], ['"mid"'], ["mid"])
    assert none == []
    assert cells(decide("asked")()[0][0]) == [(1, ["> 40"], ['"much"'], ["much"])]


def test_a_table_that_a_knowledge_model_asked_is_shown_beside_its_decision(deploy, decide):
    model = (
        '<businessKnowledgeModel id="judge" name="judge"><variable name="judge"/><encapsulatedLogic>'
        f'<formalParameter name="amount"/>{table(RULES)}</encapsulatedLogic></businessKnowledgeModel>'
    )
    asks = '<knowledgeRequirement><requiredKnowledge href="#judge"/></knowledgeRequirement>'
    call = "<literalExpression><text>judge(amount)</text></literalExpression>"
    deploy(dmn("levels", model + decision("level", call, asks)))
    ((found,),) = decide()()
    assert (found.own, found.holder) == (False, "judge")
    assert [rule.index for rule in found.rules if rule.said is not None] == [2]


def test_a_long_table_keeps_what_hit_and_says_how_much_is_left_out(deploy, decide):
    deploy(dmn("levels", decision("level", table([(str(number), str(number)) for number in range(LONGEST + 50)]))))
    ((found,),) = decide(amount=LONGEST + 20)()
    assert (len(found.rules), found.rules[-1].index, found.left_out) == (LONGEST + 1, LONGEST + 21, 49)


def test_a_decision_without_a_table_has_none(deploy, decide):
    deploy(dmn("levels", decision("level", "<literalExpression><text>amount + 1</text></literalExpression>")))
    assert decide()() == [[]]


def test_it_is_for_those_who_may_see_instances(runtime, deploy):
    deploy(LEVEL)
    made = decisions.evaluate(runtime, "level", {"amount": 1})
    with pytest.raises(Forbidden):
        tables_of(runtime, made.key, actor=AGENT)
    with pytest.raises(NotFound):
        tables_of(runtime, 12, actor=BOSS)
