"""An instance that never ends stays as small as it was."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import func, select

from engine.model.element import ElementInstance, ElementState
from engine.model.instance import ProcessInstance
from engine.model.user_task import TaskState, UserTask
from engine.services import deployments, instances, tasks
from tests.engine.diagrams import diagram, end, start, user_task

# With KEFUFLOW_TEST_TURNS as many as one likes.
TURNS = int(os.environ.get("KEFUFLOW_TEST_TURNS", "20000"))
LOOP = diagram(
    "p",
    start() + user_task("t") + '<bpmn:exclusiveGateway id="g" default="flow3"/>' + end(),
    "start>t t>g g>t g>end:=stop",
)


@pytest.mark.full
@pytest.mark.proves("loops")
def test_a_loop_of_one_user_task_turns_thousands_of_times_and_stays_flat(runtime):
    deployments.deploy(runtime, [("p.bpmn", LOOP)], who="owner")
    key = instances.start(runtime, "p", {"stop": False}, who="owner").key
    sizes = {}
    for turn in range(1, TURNS + 1):
        tasks.complete(runtime, _open_task(runtime, key), {"n": turn % 10}, who="agent")
        if turn in (100, TURNS):
            sizes[turn] = _size(runtime, key)
    assert sizes[TURNS] == sizes[100], "stored bytes, and elements that are active"
    tasks.complete(runtime, _open_task(runtime, key), {"stop": True}, who="agent")
    with runtime.unit_of_work(read_only=True) as uow:
        assert instances.row(uow, key).state == "COMPLETED"
        done = select(func.count()).where(UserTask.process_instance_key == key, UserTask.state == TaskState.COMPLETED)
        assert uow.connection.execute(done).scalar_one() == TURNS + 1


def _open_task(runtime, key: int) -> int:
    query = select(UserTask.key).where(UserTask.process_instance_key == key, UserTask.state == TaskState.CREATED)
    with runtime.unit_of_work(read_only=True) as uow:
        return uow.connection.execute(query).scalar_one()


def _size(runtime, key: int) -> tuple[int, int]:
    with runtime.unit_of_work(read_only=True) as uow:
        data = uow.connection.execute(select(ProcessInstance.data).where(ProcessInstance.key == key)).scalar_one()
        active = select(func.count()).where(
            ElementInstance.process_instance_key == key, ElementInstance.state == ElementState.ACTIVE
        )
        return len(data), uow.connection.execute(active).scalar_one()
