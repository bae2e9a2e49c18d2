"""What the tests of services share: deploying in a line, and looking at what is open."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from engine.model.base import table_of
from engine.model.incident import Incident
from engine.model.instance import ProcessInstance
from engine.model.user_task import UserTask
from engine.services import deployments, instances, retention
from engine.worker import Worker
from tests.engine.services.desk_people import BOSS


@pytest.fixture
def deploy(runtime):
    def deploy(*files, who="owner"):
        named = [(f"file{number}.bpmn", file) if isinstance(file, bytes) else file for number, file in enumerate(files)]
        return deployments.deploy(runtime, named, who)

    return deploy


@pytest.fixture
def start(runtime):
    def start(process_id, who="ann", **variables):
        return instances.start(runtime, process_id, variables, who=who).key

    return start


@pytest.fixture
def worker(runtime):
    return Worker(runtime, "worker")


@pytest.fixture
def rows(runtime):
    """All rows of a statement, in a transaction of its own."""

    def rows(statement):
        with runtime.unit_of_work(read_only=True) as uow:
            found = text(statement) if isinstance(statement, str) else statement
            return uow.connection.execute(found).all()

    return rows


@pytest.fixture
def open_tasks(rows):
    """Element id → key of every open user task."""

    def open_tasks():
        query = select(UserTask.element_id, UserTask.key).where(UserTask.state == "CREATED").order_by(UserTask.key)
        return {element_id: key for element_id, key in rows(query)}

    return open_tasks


@pytest.fixture
def task_row(rows):
    """The row of a user task."""
    return lambda key: rows(select(table_of(UserTask)).where(UserTask.key == key))[0]


@pytest.fixture
def open_incidents(rows):
    """The rows of all incidents that are not resolved."""
    return lambda: rows(select(table_of(Incident)).where(Incident.state == "ACTIVE").order_by(Incident.key))


@pytest.fixture
def state_of(rows):
    def state_of(key):
        ((state, end_element),) = rows(
            select(ProcessInstance.state, ProcessInstance.end_element).where(ProcessInstance.key == key)
        )
        return state, end_element

    return state_of


@pytest.fixture
def variables_of(runtime):
    def variables_of(key):
        with runtime.unit_of_work(read_only=True) as uow:
            return instances.root_variables(uow, key)

    return variables_of


@pytest.fixture
def clean_up(runtime, worker):
    """A clean-up of history, whatever the hour; the row of its run."""

    def clean_up():
        retention.clean_up_now(runtime, actor=BOSS)
        worker.run_due()
        return retention.retention(runtime, actor=BOSS).runs[0]

    return clean_up
