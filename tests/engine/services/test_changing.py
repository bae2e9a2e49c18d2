"""Changing an instance by several instructions at once: all or nothing, and seen beforehand."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.audit import AuditEntry
from engine.model.element import ElementInstance
from engine.services import changing, suspension
from engine.services.changing import Activation, Assignment, Change
from tests.engine.diagrams import ONE_TASK, call, diagram, end, start, user_task

WORK = diagram(
    "work",
    start()
    + user_task("ask")
    + user_task("check")
    + user_task("pay")
    + call("child", "one_task")
    + '<bpmn:exclusiveGateway id="enough"/>'
    + end(),
    "start>ask ask>check check>pay pay>enough enough>end:=amount>10",
)
NESTED = diagram(
    "nested",
    start()
    + '<bpmn:subProcess id="sub" name="里面"><bpmn:startEvent id="in"/>'
    + user_task("inner")
    + '<bpmn:sequenceFlow id="i" sourceRef="in" targetRef="inner"/></bpmn:subProcess>'
    + end(),
    "start>sub sub>end",
)


@pytest.fixture
def active(rows):
    """Element id → key of what is active in an instance."""

    def active(key):
        query = select(ElementInstance.element_id, ElementInstance.key).where(
            ElementInstance.process_instance_key == key, ElementInstance.state == "ACTIVE", ElementInstance.key != key
        )
        return {name: place for name, place in rows(query)}

    return active


@pytest.fixture
def work(deploy, start):
    deploy(ONE_TASK, WORK)
    return start("work", amount=3)


def names(steps):
    return [step.element_id for step in steps]


def test_all_instructions_are_done_together_with_one_reason(runtime, work, active, variables_of, rows):
    ask = active(work)["ask"]
    wanted = Change(
        [Assignment(work, {"amount": 12})], started=[Activation("pay", variables={"pay": {"who": "finance"}})], ended=[ask]
    )  # fmt: skip
    changing.change(runtime, work, wanted, who="max", reason="走错了")
    assert list(active(work)) == ["pay"]
    assert variables_of(work) == {"amount": 12}
    found = rows(select(AuditEntry.what, AuditEntry.who, AuditEntry.after).where(AuditEntry.what != "instance.start"))
    acts = [(what, who, after["reason"]) for what, who, after in found if what != "deployment.create"]
    assert acts == [("variables.set", "max", "走错了"), ("instance.modify", "max", "走错了")]


def test_a_token_is_moved_while_another_starts_elsewhere(runtime, work, active):
    changing.change(
        runtime, work, Change(moved=[(active(work)["ask"], "check")], started=[Activation("pay")]), who="max"
    )
    assert set(active(work)) == {"check", "pay"}


def test_nothing_is_done_where_one_instruction_cannot_be(runtime, work, active, variables_of):
    wanted = Change([Assignment(work, {"amount": 12})], started=[Activation("pay")], ended=[7])
    with pytest.raises(InvalidInput) as refused:
        changing.change(runtime, work, wanted, who="max")
    assert "已经不在进行了" in refused.value.fields[""][0]
    assert list(active(work)) == ["ask"]
    assert variables_of(work) == {"amount": 3}


def test_what_would_come_of_it_is_told_and_nothing_is_done(runtime, work, active, rows):
    wanted = Change(started=[Activation("enough"), Activation("child")], ended=[active(work)["ask"]])
    found = changing.preview(runtime, work, wanted, who="max")
    assert (names(found.ended), names(found.passed), names(found.begun)) == (["ask"], [], ["enough", "child"])
    assert [each.name for each in found.called] == ["one_task"]
    assert [(stop.step.element_id, stop.error_type) for stop in found.stops] == [("enough", "CONDITION_ERROR")]
    assert found.state == "ACTIVE"
    assert list(active(work)) == ["ask"]
    assert rows(select(AuditEntry.key).where(AuditEntry.what == "instance.modify")) == []
    enough = Change([Assignment(work, {"amount": 12})], started=[Activation("enough")])
    found = changing.preview(runtime, work, enough, who="max")
    assert (names(found.passed), found.stops) == (["enough", "end"], [])


def test_a_change_that_was_tried_before_the_instance_went_on_is_refused(runtime, work, active):
    wanted = Change(started=[Activation("pay")])
    tried = changing.preview(runtime, work, wanted, who="max")
    changing.change(runtime, work, wanted, who="eva", revision=tried.revision)
    with pytest.raises(changing.InstanceChanged):
        changing.change(runtime, work, wanted, who="max", revision=tried.revision)
    assert list(active(work)) == ["ask", "pay"]


def test_a_change_that_leaves_nothing_says_that_it_cancels(runtime, work, active, state_of):
    wanted = Change(ended=[active(work)["ask"]])
    assert changing.preview(runtime, work, wanted, who="max").state == "TERMINATED"
    assert state_of(work)[0] == "ACTIVE"
    changing.change(runtime, work, wanted, who="max")
    assert state_of(work)[0] == "TERMINATED"


def test_a_subprocess_may_be_ended_together_with_what_is_in_it(runtime, deploy, start, active):
    deploy(NESTED)
    key = start("nested")
    places = active(key)
    wanted = Change(started=[Activation("inner", places["sub"])], ended=[places["sub"], places["inner"]])
    changing.change(runtime, key, Change(started=wanted.started), who="max")
    changing.change(runtime, key, Change(started=[Activation("sub")], ended=list(wanted.ended)), who="max")
    assert set(active(key)) == {"sub", "inner"}
    assert active(key)["sub"] != places["sub"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Change(), "还没有选任何改动"),
        (Change([Assignment(7, {"x": 1})]), "变量所在的步骤已经不在进行了"),
        (Change(started=[Activation("start")]), "由事件进入"),
    ],
)
def test_what_cannot_be_is_said_in_both_languages(runtime, work, wanted, said):
    for ask in (changing.preview, changing.change):
        with pytest.raises(InvalidInput) as refused:
            ask(runtime, work, wanted, who="max")
        (sentence,) = refused.value.fields[""]
        assert said in sentence
        assert " / " in sentence


def test_a_step_in_one_of_several_subprocesses_must_say_in_which(runtime, deploy, start, active):
    deploy(NESTED)
    key = start("nested")
    first = active(key)["sub"]
    changing.change(runtime, key, Change(started=[Activation("sub")]), who="max")
    with pytest.raises(InvalidInput) as refused:
        changing.preview(runtime, key, Change(started=[Activation("inner")]), who="max")
    assert "“里面”有 2 个在进行" in refused.value.fields[""][0]
    found = changing.preview(runtime, key, Change(started=[Activation("inner", first)]), who="max")
    assert names(found.begun) == ["inner"]


def test_a_suspended_instance_is_left_alone(runtime, work):
    suspension.suspend(runtime, work, who="max", reason="x")
    with pytest.raises(suspension.InstanceSuspended):
        changing.change(runtime, work, Change([Assignment(work, {"amount": 1})]), who="max")
