"""Instances that call instances: one tree, locked by its root, in one transaction."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import Conflict
from engine.model.incident import Incident
from engine.model.instance import ProcessInstance
from engine.services import deployments, incidents, instances, jobs, tasks
from engine.services.turn.effects import MAX_DEPTH
from tests.engine.diagrams import (
    ONE_TASK,
    boundary,
    call,
    diagram,
    end,
    error,
    error_root,
    service_task,
    timer,
)
from tests.engine.diagrams import start as begin

CALLING = diagram("calling", begin() + call("call", "one_task") + end(), "start>call call>end")
ITSELF = diagram("itself", begin() + call("call", "itself") + end(), "start>call call>end")
FAILING = diagram(
    "failing",
    begin() + service_task() + end("failed", error("no_money")),
    "start>work work>failed",
    roots=error_root("no_money", "NO_MONEY"),
)
CATCHING = diagram(
    "catching",
    begin() + call("call", "failing") + boundary("caught", "call", error("no_money")) + end() + end("declined"),
    "start>call call>end caught>declined",
    roots=error_root("no_money", "NO_MONEY"),
)
LIMITED = diagram(
    "limited",
    begin() + call("call", "one_task") + boundary("late", "call", timer("duration", "PT1H")) + end() + end("too_late"),
    "start>call call>end late>too_late",
)


@pytest.fixture
def tree(rows):
    def tree():
        query = select(ProcessInstance.process_id, ProcessInstance.state, ProcessInstance.depth)
        return [tuple(row) for row in rows(query.order_by(ProcessInstance.key))]

    return tree


def test_a_called_process_runs_with_the_callers_variables_and_gives_its_own_back(
    runtime, deploy, start, open_tasks, state_of, variables_of, rows
):
    deploy(ONE_TASK, CALLING)
    key = start("calling", order="A-1")
    ((child, parent, root),) = rows(
        select(ProcessInstance.key, ProcessInstance.parent_key, ProcessInstance.root_key).where(
            ProcessInstance.depth == 1
        )
    )
    assert (parent, root) == (key, key)
    assert variables_of(child) == {"order": "A-1"}
    tasks.complete(runtime, open_tasks()["task"], {"answer": 1}, who="ann")
    assert state_of(child) == state_of(key) == ("COMPLETED", "end")
    assert variables_of(key)["answer"] == 1


def test_cancelling_the_caller_cancels_the_called_which_cannot_be_cancelled_alone(runtime, deploy, start, rows, tree):
    deploy(ONE_TASK, CALLING)
    key = start("calling")
    ((child,),) = rows(select(ProcessInstance.key).where(ProcessInstance.depth == 1))
    with pytest.raises(Conflict, match="called by"):
        instances.cancel(runtime, child, who="lead")
    instances.cancel(runtime, key, who="lead")
    assert tree() == [("calling", "TERMINATED", 0), ("one_task", "TERMINATED", 1)]


def test_an_interrupting_timer_on_the_call_ends_the_called(deploy, start, worker, clock, state_of, tree, open_tasks):
    deploy(ONE_TASK, LIMITED)
    key = start("limited")
    clock.advance(timedelta(hours=1))
    worker.run_due()
    assert state_of(key) == ("COMPLETED", "too_late")
    assert tree()[1] == ("one_task", "TERMINATED", 1)
    assert open_tasks() == {}


def test_an_error_that_ends_the_called_is_caught_by_the_caller(runtime, deploy, start, state_of, tree):
    deploy(FAILING, CATCHING)
    key = start("catching")
    (job,) = jobs.activate(runtime, "work", "w", timedelta(minutes=1), 1)
    jobs.complete(runtime, job.key)
    assert state_of(key) == ("COMPLETED", "declined")
    assert tree()[1][1] == "TERMINATED"


def test_a_process_that_is_not_deployed_is_an_incident_that_can_be_repaired(runtime, deploy, start, rows, open_tasks):
    deploy(CALLING)
    start("calling")
    ((key, message),) = rows(select(Incident.key, Incident.message))
    assert "one_task" in message
    deployments.deploy(runtime, [("one_task.bpmn", ONE_TASK)], "owner")
    incidents.resolve(runtime, key, who="owner")
    assert list(open_tasks()) == ["task"]


def test_a_process_that_calls_itself_without_end_is_stopped(deploy, start, rows):
    deploy(ITSELF)
    start("itself")
    assert len(rows(select(ProcessInstance.key))) == MAX_DEPTH + 1
    ((message,),) = rows(select(Incident.message))
    assert "call itself" in message
