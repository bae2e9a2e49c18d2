"""Instances: their variables, their path, what stops them, and how they end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import Conflict, NotFound
from engine.model.decision import DecisionInstance
from engine.model.incident import Incident
from engine.model.permissions import Actor
from engine.services import decisions, deployments, history, incidents, inspection, instances, tasks
from engine.services.cases.files import link_instance, open_case
from tests.engine.diagrams import ONE_TASK, diagram, end, user_task
from tests.engine.diagrams import start as begin

CHOICE = diagram(
    "choice",
    begin() + '<bpmn:exclusiveGateway id="big" default="flow3"/>' + user_task("review") + end("paid"),
    "start>big big>review:=amount&gt;500 big>paid review>paid",
)
DECIDING = diagram(
    "deciding",
    begin()
    + '<bpmn:businessRuleTask id="ask"><bpmn:extensionElements><zeebe:calledDecision decisionId="level" resultVariable="level"/>'
    "</bpmn:extensionElements></bpmn:businessRuleTask>" + end(),
    "start>ask ask>end",
)
LEVEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="level_file" name="Level" namespace="tests">
  <decision id="level" name="Level">
    <decisionTable id="table" hitPolicy="UNIQUE">
      <input id="input1" label="Amount"><inputExpression id="expression1"><text>amount</text></inputExpression></input>
      <output id="output1" name="level" label="Level"/>
      <rule id="small"><inputEntry id="i1"><text>&lt;= 50</text></inputEntry><outputEntry id="o1"><text>"agent"</text></outputEntry></rule>
      <rule id="large"><inputEntry id="i2"><text>&gt; 50</text></inputEntry><outputEntry id="o2"><text>"manager"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def test_the_path_tells_every_element_and_flow_in_order(runtime, deploy, start, clock, open_tasks):
    deploy(CHOICE)
    key = start("choice", amount=600)
    began = clock()
    clock.advance(timedelta(minutes=5))
    tasks.complete(runtime, open_tasks()["review"], who="ann")
    path = history.path(runtime, key)
    visited = [(row.element_id, row.state) for row in path.elements if row.type != "PROCESS"]
    assert visited == [("start", "COMPLETED"), ("big", "COMPLETED"), ("review", "COMPLETED"), ("paid", "COMPLETED")]
    assert [row.flow_id for row in path.flows] == ["flow1", "flow2", "flow4"]
    review = next(row for row in path.elements if row.element_id == "review")
    assert (review.started_at, review.ended_at) == (began, clock())


def test_a_condition_that_cannot_be_answered_is_an_incident_and_goes_on_once_repaired(
    runtime, deploy, start, state_of, open_incidents
):
    deploy(CHOICE)
    key = start("choice", amount="a lot")
    (incident,) = open_incidents()
    assert (incident.element_id, incident.state) == ("big", "ACTIVE")
    incidents.resolve(runtime, incident.key, who="ann")
    (again,) = open_incidents()
    assert again.key != incident.key
    instances.set_variables(runtime, key, {"amount": 5}, who="ann")
    incidents.resolve(runtime, again.key, who="ann")
    assert state_of(key) == ("COMPLETED", "paid")


def test_variables_are_changed_where_they_are_and_their_history_is_kept(
    runtime, deploy, start, open_tasks, variables_of, clock
):
    deploy(ONE_TASK)
    key = start("one_task", city="上海")
    clock.advance(timedelta(minutes=1))
    instances.set_variables(runtime, key, {"city": "北京", "new": None}, who="ann")
    assert variables_of(key) == {"city": "北京", "new": None}
    clock.advance(timedelta(minutes=1))
    instances.set_variables(runtime, open_tasks()["task"], {"note": 1}, who="ann", local=True)
    assert "note" not in variables_of(key)
    values = [(found.name, found.value, found.current) for found in history.values_of(runtime, key)]
    assert values == [("city", "上海", False), ("city", "北京", True), ("new", None, True), ("note", 1, True)]
    (entry,) = [row for row in history.audit_of(runtime, key) if row.what == "variables.set"][:1]
    assert (entry.who, entry.before, entry.after) == (
        "ann",
        {"city": "上海", "new": None},
        {"city": "北京", "new": None},
    )
    with pytest.raises(NotFound):
        instances.set_variables(runtime, 5, {}, who="ann")


def test_values_of_any_kind_come_back_as_they_were(runtime, deploy, start, variables_of):
    deploy(ONE_TASK)
    values = {
        "text": '引号"和\\ 换行\n表情😀 零\x00',
        "half": "\ud83d",
        "number": 12.5,
        "large": 2**60,
        "list": [1, [None, True]],
        "object": {"z": 1, "a": {"b": []}},
        "empty": "",
    }
    key = start("one_task", **values)
    assert variables_of(key) == values
    assert list(variables_of(key)["object"]) == ["z", "a"]


def test_an_ended_instance_cannot_be_changed(runtime, deploy, start, open_tasks):
    deploy(ONE_TASK)
    key = start("one_task")
    instances.cancel(runtime, key, who="lead")
    assert open_tasks() == {}
    for command in (
        lambda: instances.cancel(runtime, key, who="lead"),
        lambda: instances.set_variables(runtime, key, {"a": 1}, who="lead"),
    ):
        with pytest.raises(Conflict, match="terminated"):
            command()
    with pytest.raises(NotFound):
        instances.cancel(runtime, 5, who="lead")


def test_a_process_without_a_wait_ends_at_once_and_its_result_can_be_awaited(runtime, deploy, start):
    deploy(CHOICE)
    key = start("choice", amount=5)
    assert instances.wait_until_ended(runtime, key, timedelta(seconds=1)) == {"amount": 5}
    waiting = start("choice", amount=600)
    assert instances.wait_until_ended(runtime, waiting, timedelta(0)) is None


def test_a_command_that_fails_leaves_the_instance_as_it_was(runtime, deploy, start, open_tasks, variables_of):
    deploy(ONE_TASK)
    key = start("one_task")
    with pytest.raises((TypeError, ValueError)):
        tasks.complete(runtime, open_tasks()["task"], {"a": 1, "b": float("nan")}, who="ann")
    assert variables_of(key) == {}
    tasks.complete(runtime, open_tasks()["task"], {"a": 1}, who="ann")
    assert variables_of(key) == {"a": 1}


def test_an_instance_that_another_process_moved_is_read_again(runtime, deploy, start, open_tasks, state_of):
    """Two runtimes are two processes: what one remembers must never win over what the other stored."""
    from engine.runtime import Runtime

    deploy(diagram("two", begin() + user_task("a") + user_task("b") + end(), "start>a a>b b>end"))
    key = start("two")
    other = Runtime(runtime.settings, clock=runtime.clock)
    tasks.complete(other, open_tasks()["a"], {"by": "other"}, who="bob")
    tasks.complete(runtime, open_tasks()["b"], who="ann")
    other.close()
    assert state_of(key) == ("COMPLETED", "end")


def test_a_decision_is_kept_with_the_rules_that_led_to_it(runtime, deploy, start, variables_of, rows):
    deploy(DECIDING, ("level.dmn", LEVEL))
    key = start("deciding", amount=80)
    assert variables_of(key)["level"] == "manager"
    ((decision, result, trace, definition),) = rows(
        select(
            DecisionInstance.decision_id,
            DecisionInstance.result,
            DecisionInstance.trace,
            DecisionInstance.decision_definition_key,
        )
    )
    assert (decision, result) == ("level", "manager")
    (made,) = trace["decisions"]
    assert [rule["id"] for rule in made["matched_rules"]] == ["large"]
    assert made["inputs"][0]["value"] == 80
    assert definition is not None


def test_a_decision_that_is_missing_is_an_incident_until_it_is_deployed(runtime, deploy, start, rows, state_of):
    deploy(DECIDING)
    key = start("deciding", amount=80)
    ((incident,),) = rows(select(Incident.key))
    deployments.deploy(runtime, [("level.dmn", LEVEL)], "owner")
    incidents.resolve(runtime, incident, who="owner")
    assert state_of(key) == ("COMPLETED", "end")


def test_a_decision_can_be_asked_alone(runtime, deploy):
    deploy(("level.dmn", LEVEL))
    found = decisions.evaluate(runtime, "level", {"amount": 20}, who="ann")
    assert (found.result, found.version, found.requirements_id) == ("agent", 1, "level_file")
    with pytest.raises(NotFound):
        decisions.evaluate(runtime, "unknown")


def test_statistics_count_where_instances_are(runtime, deploy, start):
    deployed = deploy(CHOICE)
    start("choice", amount=600)
    start("choice", amount=5)
    start("choice", amount="?")
    found = {row.element_id: row for row in history.statistics(runtime, deployed.items[0].key)}
    assert (found["review"].active, found["paid"].completed, found["big"].incidents) == (1, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        ("first", [0]),
        ({"$in": ["first", "second", "none"]}, [0, 1]),
        ({"$neq": "first"}, [1, 2]),
        ({"$notIn": ["first", "second"]}, [2]),
        ({"$like": "*t"}, [0]),
        ({"$exists": True}, [0, 1]),
        ("none", []),
    ],
)
def test_instances_are_found_by_the_number_of_their_case(runtime, deploy, start, wanted, which):
    deploy(ONE_TASK)
    keys = [start("one_task") for _ in range(3)]
    with runtime.unit_of_work() as uow:
        for number, key in zip(("first", "second"), keys, strict=False):
            case = open_case(runtime, uow, "ann", "complaint", "phone", "一件事")
            case.number = number
            link_instance(uow, case, key)
    boss = Actor("boss", permissions=frozenset({"instances.read"}))
    found = inspection.find(runtime, {"caseNumber": wanted}, actor=boss)
    assert sorted(row.key for row in found.rows) == sorted(keys[place] for place in which)
