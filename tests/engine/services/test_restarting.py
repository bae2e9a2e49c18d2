"""Starting an ended instance again: with which variables, where, in which version, on which case, and when not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.audit import AuditEntry
from engine.model.case import CaseInstance, TimelineEntry
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.services import instances, messages, restarting, tasks
from engine.services.cases.files import find_case, link_instance, open_case
from engine.services.deploying.deleting import delete_resource
from engine.services.restarting import NotRestartable, Restart, With
from tests.engine.diagrams import ONE_TASK, call, diagram, end, message, message_root, user_task
from tests.engine.diagrams import start as begin
from tests.engine.services.desk_people import MANAGER, SUPERVISOR

TWO = diagram("two", begin() + user_task("ask") + user_task("pay") + end(), "start>ask ask>pay pay>end")
TWO_NEXT = diagram("two", begin() + user_task("ask") + user_task("check") + end(), "start>ask ask>check check>end")
CALLS = diagram("calls", begin() + call("child", "one_task") + end(), "start>child child>end")
FILED = diagram(
    "filed",
    begin("heard", message("m")) + user_task("ask") + end(),
    "heard>ask ask>end",
    roots=message_root("m", "complaint.filed"),
)
MAPPED = FILED.replace(
    b'<bpmn:startEvent id="heard">',
    b'<bpmn:startEvent id="heard"><bpmn:extensionElements><zeebe:ioMapping>'
    b'<zeebe:output source="=said" target="matter"/></zeebe:ioMapping></bpmn:extensionElements>',
)


@pytest.fixture
def again(runtime):
    def again(key, reason="误取消", **wanted):
        return restarting.restart(runtime, key, Restart(**wanted), actor=MANAGER, reason=reason)

    return again


@pytest.fixture
def ended(runtime, deploy, start, clock):
    """An instance that was given another amount and a note, and was cancelled an hour later."""
    deploy(TWO)
    key = start("two", amount=3)
    clock.advance(timedelta(hours=1))
    instances.set_variables(runtime, key, {"amount": 5, "note": "x"}, who="eva")
    instances.cancel(runtime, key, who="eva")
    return key


@pytest.fixture
def at(rows):
    """The ids of the steps that an instance is at, and its version."""

    def at(key):
        places = select(ElementInstance.element_id).where(
            ElementInstance.process_instance_key == key, ElementInstance.state == "ACTIVE", ElementInstance.key != key
        )
        ((version,),) = rows(select(ProcessInstance.version).where(ProcessInstance.key == key))
        return [name for (name,) in rows(places)], version

    return at


@pytest.fixture
def case_of(runtime, ended):
    """The number of an open case that the ended instance worked on."""

    def make(uow):
        case = open_case(runtime, uow, "ann", "complaint", "phone", "漏水")
        link_instance(uow, case, ended, "two")
        return case.number

    return runtime.transact(make)


def refusal(call):
    with pytest.raises(NotRestartable) as refused:
        call()
    return refused.value.message_zh


def test_a_new_instance_begins_with_what_the_old_one_began_or_ended_with(ended, again, at, variables_of, state_of):
    first, second = again(ended), again(ended, variables=With.ENDED)
    assert (variables_of(first), variables_of(second)) == ({"amount": 3}, {"amount": 5, "note": "x"})
    assert at(first) == at(second) == (["ask"], 1)
    assert state_of(ended)[0] == "TERMINATED"


def test_variables_may_be_changed_on_the_way(ended, again, variables_of):
    assert variables_of(again(ended, changed={"amount": 7, "why": "改"})) == {"amount": 7, "why": "改"}


def test_it_begins_before_a_step_and_in_the_newest_version_or_its_own(ended, deploy, again, at):
    assert at(again(ended, start_at="pay")) == (["pay"], 1)
    deploy(TWO_NEXT)
    assert at(again(ended)) == (["ask"], 2)
    assert at(again(ended, start_at="check")) == (["check"], 2)
    assert at(again(ended, start_at="pay", newest=False)) == (["pay"], 1)
    with pytest.raises(InvalidInput) as refused:
        again(ended, start_at="pay")
    assert "第 2 版没有这一步" in refused.value.fields["start_at"][0]
    with pytest.raises(InvalidInput):
        again(ended, start_at="start")


def test_what_there_is_to_choose_is_told(runtime, ended, deploy):
    deploy(TWO_NEXT)
    found = restarting.offer(runtime, ended, actor=MANAGER)
    assert (found.own, found.newest, found.began, found.ended) == (1, 2, 1, 2)
    assert {place.step.element_id: place.version for place in found.places} == {
        "ask": None, "end": None, "pay": 1, "check": 2,
    }  # fmt: skip
    assert found.refusal is None


def test_a_step_that_only_a_deleted_version_has_is_not_offered(runtime, ended, deploy, rows):
    deploy(TWO_NEXT)
    ((first,),) = rows(select(ProcessInstance.process_definition_key).where(ProcessInstance.key == ended))
    delete_resource(runtime, first, "owner")
    found = restarting.offer(runtime, ended, actor=MANAGER)
    assert (found.own, [place.step.element_id for place in found.places]) == (None, ["ask", "check", "end"])


def test_it_is_written_down_at_both_instances_and_on_the_case(rows, ended, case_of, again):
    new = again(ended, reason="点错了")
    entry = select(AuditEntry.what, AuditEntry.who, AuditEntry.after)
    made = rows(entry.where(AuditEntry.process_instance_key == new))
    assert made == [("instance.start", "max", {"process": "two", "restarted_from": ended, "reason": "点错了"})]
    ((who, after),) = rows(select(AuditEntry.who, AuditEntry.after).where(AuditEntry.what == "instance.restart"))
    assert who == "max"
    assert after == {"instance": new, "start_at": "", "variables": "began", "reason": "点错了"}
    told = select(TimelineEntry.actor, TimelineEntry.text, TimelineEntry.public)
    assert rows(told.where(TimelineEntry.name == "instance.restarted")) == [("max", "点错了", False)]


def test_it_goes_on_with_the_case_of_the_old_one(rows, ended, case_of, again, variables_of):
    new = again(ended)
    linked = select(CaseInstance.case_key).where(CaseInstance.instance_key.in_([ended, new]))
    assert len({key for (key,) in rows(linked)}) == 1
    assert len(rows(linked)) == 2
    assert variables_of(new)["case_number"] == case_of


def test_it_is_refused_on_a_closed_case_and_beside_another_of_its_process(runtime, ended, case_of, again, rows):
    new = again(ended)
    assert f"工单 {case_of} 上已有同一流程的实例 {new} 在办理" in refusal(lambda: again(ended))
    instances.cancel(runtime, new, who="eva")
    runtime.transact(lambda uow: find_case(uow, case_of).close("resolved", uow.now))
    assert f"工单 {case_of} 已结案" in refusal(lambda: again(ended))
    assert "已结案" in restarting.offer(runtime, ended, actor=MANAGER).refusal.message_zh
    assert len(rows(select(ProcessInstance.key).where(ProcessInstance.process_id == "two"))) == 2


def test_another_process_that_works_on_the_case_is_told_of_and_does_not_hinder(
    runtime, ended, case_of, deploy, start, again
):
    deploy(ONE_TASK)
    other = start("one_task")
    runtime.transact(lambda uow: link_instance(uow, find_case(uow, case_of), other, "one_task"))
    assert [each.element_id for each in restarting.offer(runtime, ended, actor=MANAGER).others] == [str(other)]
    again(ended)


def test_one_that_runs_or_was_called_or_is_deleted_is_refused(runtime, deploy, start, again, rows):
    deployed = deploy(ONE_TASK).items[0].key
    deploy(CALLS)
    caller = start("calls")
    assert "还没有结束" in refusal(lambda: again(caller))
    instances.cancel(runtime, caller, who="eva")
    ((called,),) = rows(select(ProcessInstance.key).where(ProcessInstance.parent_key == caller))
    assert "由另一个流程调用" in refusal(lambda: again(called))
    alone = start("one_task")
    instances.cancel(runtime, alone, who="eva")
    delete_resource(runtime, deployed, "owner")
    assert "已被删除" in refusal(lambda: again(alone))
    with pytest.raises(NotFound):
        again(7)


def test_one_that_a_message_began_begins_there_again_with_its_key(runtime, deploy, rows, again, at, variables_of):
    deploy(FILED)
    ((key,),) = [
        (found.process_instance_key,)
        for found in messages.publish(runtime, "complaint.filed", "K1", {"said": "漏水"}).correlated
    ]
    instances.cancel(runtime, key, who="eva")
    new = again(key)
    assert at(new) == (["ask"], 1)
    assert variables_of(new) == {"said": "漏水"}
    ((correlation,),) = rows(select(ProcessInstance.start_correlation_key).where(ProcessInstance.key == new))
    assert correlation == "K1"
    assert "业务键为“K1”的实例在办理" in refusal(lambda: again(key))


def test_what_a_start_event_has_mapped_is_not_mapped_again(runtime, deploy, again, at, variables_of):
    deploy(MAPPED)
    key = messages.publish(runtime, "complaint.filed", "", {"said": "漏水"}).correlated[0].process_instance_key
    instances.cancel(runtime, key, who="eva")
    new = again(key)
    assert at(new) == (["ask"], 1)
    assert variables_of(new) == {"matter": "漏水"}


def test_one_that_completed_is_started_again_too(runtime, deploy, start, open_tasks, again, at):
    deploy(ONE_TASK)
    key = start("one_task")
    tasks.complete(runtime, open_tasks()["task"], {}, who="ann")
    assert at(again(key)) == (["task"], 1)


def test_only_those_who_may_change_instances_do(runtime, ended):
    for ask in (restarting.offer, lambda *a, actor: restarting.restart(*a, Restart(), actor=actor)):
        with pytest.raises(Forbidden):
            ask(runtime, ended, actor=SUPERVISOR)
