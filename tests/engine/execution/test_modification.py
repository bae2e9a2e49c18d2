"""Tokens moved by hand."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput
from engine.execution import Activation
from engine.execution import contract as c
from tests.engine.execution.test_elements import END, START, chain, sub, user

INSIDE = '<bpmn:startEvent id="is"/>' + user("first") + user("second") + chain("is", "first", "second")
BODY = START + user("t") + sub("p1", INSIDE) + END + chain("s", "t", "p1", "e")


def test_a_token_moves_from_one_task_to_another(bench):
    bench.start(BODY)
    bench.instance.modify(
        [Activation("first", variables={"": {"why": "moved"}, "first": {"mine": 1}})], [bench.key("t")]
    )
    bench.settle()
    assert bench.waiting_at() == ["first"]
    assert bench.instance.variables()["why"] == "moved"
    assert bench.instance.local_variables(bench.key("first")) == {"mine": 1}
    assert bench.complete("first").complete("second").ended


def test_a_token_joins_the_scope_that_is_active(bench):
    bench.start(BODY).complete("t")
    scope = bench.key("p1")
    bench.instance.modify([Activation("second")])
    bench.settle()
    assert bench.waiting_at() == ["first", "second"]
    assert bench.key("p1") == scope


def test_with_nothing_left_the_instance_is_cancelled(bench):
    bench.start(BODY).complete("t")
    bench.instance.modify([], [bench.key("first")])
    bench.settle()
    assert bench.ended
    assert bench.of(c.InstanceTerminated)


def test_an_instance_may_start_at_chosen_elements(bench):
    assert bench.start(BODY, start_at=["second"]).waiting_at() == ["second"]


def test_an_element_that_does_not_exist_is_refused(bench):
    bench.start(BODY)
    with pytest.raises(InvalidInput, match="ghost"):
        bench.instance.modify([Activation("ghost")])


def test_an_ambiguous_scope_must_be_named(bench):
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    bench.start(START + sub("p1", INSIDE + loop) + chain("s", "p1"))
    with pytest.raises(InvalidInput, match="2 times"):
        bench.instance.modify([Activation("second")])
    bench.settle()
    one = next(t.id for t in bench.instance.active() if t.task_spec.name == "p1 [each]")
    bench.instance.modify([Activation("second", ancestor_key=one)])
    assert bench.settle().waiting_at() == ["first", "first", "second"]
