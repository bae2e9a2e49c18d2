"""Many hands on the same instances at once: each command happens once, whole, and nobody waits for ever."""

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.errors import Conflict, NotFound
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.user_task import UserTask
from engine.services import due, instances, messages, operations, tasks
from tests.engine.diagrams import (
    ONE_TASK,
    boundary,
    call,
    diagram,
    end,
    message,
    message_root,
    timer,
    user_task,
)
from tests.engine.diagrams import start as begin

WIDTH = 6
BRANCHES = [f"task{number}" for number in range(WIDTH)]
PARALLEL = diagram(
    "parallel",
    begin()
    + '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
    + "".join(user_task(name) for name in BRANCHES)
    + end(),
    "start>fork join>end " + " ".join(f"fork>{name} {name}>join" for name in BRANCHES),
)
TREE = diagram(
    "tree",
    begin()
    + call("call", "one_task")
    + boundary("note", "call", message("noted"), interrupting=False)
    + boundary("tick", "call", timer("cycle", "R/PT1M"), interrupting=False)
    + end()
    + end("noted_end")
    + end("ticked"),
    "start>call call>end note>noted_end tick>ticked",
    roots=message_root("noted", "note", "=order"),
)


def together(*calls):
    """Run all at the same moment in threads of their own; what they raise comes back."""
    ready, raised = threading.Barrier(len(calls)), []

    def run(call):
        ready.wait()
        try:
            call()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return raised


def test_the_branches_of_one_instance_done_at_once_join_exactly_once(
    runtime, deploy, start, open_tasks, state_of, rows
):
    deploy(PARALLEL)
    for _ in range(3):
        key = start("parallel")
        todo = open_tasks()
        raised = together(*[lambda task=todo[name]: tasks.complete(runtime, task, who="ann") for name in BRANCHES])
        assert raised == []
        assert state_of(key) == ("COMPLETED", "end")
        ends = select(func.count()).where(
            ElementInstance.process_instance_key == key, ElementInstance.element_id == "end"
        )
        assert rows(ends) == [(1,)]


def test_completing_and_cancelling_at_once_leaves_one_of_the_two(runtime, deploy, start, open_tasks, state_of):
    deploy(ONE_TASK)
    for _ in range(5):
        key = start("one_task")
        task = open_tasks()["task"]
        raised = together(
            lambda task=task: tasks.complete(runtime, task, who="ann"),
            lambda key=key: instances.cancel(runtime, key, who="lead"),
        )
        assert len(raised) == 1
        assert isinstance(raised[0], Conflict)
        assert state_of(key) in (("COMPLETED", "end"), ("TERMINATED", None))
        assert open_tasks() == {}


@pytest.mark.parametrize("trees", [4, pytest.param(40, marks=pytest.mark.full)])
def test_trees_that_everything_happens_to_at_once_all_end_whole(runtime, deploy, start, clock, rows, trees):
    """Callers and called, messages, timers, changed variables and moved clocks, in any order, from several threads."""
    deploy(ONE_TASK, TREE)
    roots = [start("tree", order=f"A-{number}") for number in range(trees)]
    query = select(UserTask.key).where(UserTask.state == "CREATED")
    todo = [key for (key,) in rows(query)]
    clock.advance(timedelta(minutes=3))

    def rearm(key):
        with runtime.unit_of_work() as uow:
            operations.rearm_timers(runtime, uow, [key], "sla")

    calls = [lambda key=key: tasks.complete(runtime, key, {"done": True}, who="ann") for key in todo]
    calls += [lambda number=number: messages.publish(runtime, "note", f"A-{number}") for number in range(trees)]
    calls += [lambda key=key: instances.set_variables(runtime, key, {"seen": True}, who="bob") for key in roots]
    calls += [lambda key=key: rearm(key) for key in roots]
    calls += [lambda: due.run_due(runtime)] * 2
    random.shuffle(calls)
    lanes = [calls[lane::4] for lane in range(4)]
    raised = []

    def lane(calls):
        for each in calls:
            try:
                each()
            except (Conflict, NotFound) as error:  # the tree had ended when its turn came
                raised.append(error)

    assert together(*[lambda calls=calls: lane(calls) for calls in lanes]) == []
    states = rows(
        select(ProcessInstance.process_id, ProcessInstance.state, func.count()).group_by(
            ProcessInstance.process_id, ProcessInstance.state
        )
    )
    assert sorted(tuple(row) for row in states) == [("one_task", "COMPLETED", trees), ("tree", "COMPLETED", trees)]
    assert len(raised) <= 2 * trees
    doubled = select(ElementInstance.element_id).where(ElementInstance.element_id.in_(["end", "call", "task"]))
    doubled = doubled.group_by(ElementInstance.process_instance_key, ElementInstance.element_id).having(
        func.count() > 1
    )
    assert rows(doubled) == []
