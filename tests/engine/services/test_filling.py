"""A filled database: copies are whole cases that can be worked on."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from engine.errors import Conflict
from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.model.permissions import SYSTEM
from engine.model.search import SearchEntry
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, UserTask
from engine.services import cases, filling, tasks
from engine.services.startup import deploy_paths, wire
from tests.web.desk import DONE, ROOT

COPIED = (
    Customer,
    ProcessInstance,
    ElementInstance,
    UserTask,
    Subscription,
    TaskCandidate,
    Job,
    Case,
    CaseInstance,
    SearchEntry,
)
OTHERWISE = ("due_at", "run_at", "terms")


@pytest.fixture
def desk(runtime):
    wire(runtime)
    deploy_paths(runtime, [ROOT / "processes"], "system")
    return runtime


def test_a_copy_says_what_the_engine_wrote_but_for_keys_and_a_number_of_its_own(desk):
    filling.fill(desk, 3)
    with desk.unit_of_work(read_only=True) as uow:
        begun, number = uow.connection.execute(select(Case.key, Case.number).order_by(Case.key.desc()).limit(1)).one()
        first, second = ({entity: _texts(uow, entity, begun - n * filling.STEP) for entity in COPIED} for n in (0, 2))
    assert all(first.values())
    keys = {row[0] for rows in first.values() for row in rows}
    for entity, rows in first.items():
        for key in keys:
            rows = [[text.replace(key, str(int(key) - 2 * filling.STEP)) for text in row] for row in rows]
        assert second[entity] == [[_of_second_copy(text, number) for text in row] for row in rows]


def _of_second_copy(text, number):
    text = text.replace(number, f"{number}~2").replace(filling.ORDER, f"{filling.ORDER}~2")
    return text.replace(filling.PHONE, str(int(filling.PHONE) + 2))


def _texts(uow, entity, near):
    """The rows of a table that were made in one go, each with its key first."""
    table = table_of(entity)
    key = next(table.c[name] for name in ("key", "task_key", "instance_key") if name in table.c)
    query = select(key, *(column for column in table.c if column.name not in OTHERWISE))
    query = query.where(key.between(near - filling.STEP // 4, near + filling.STEP // 4 * 3 - 1)).order_by(key)
    if entity is ElementInstance:
        query = query.where(ElementInstance.state == "ACTIVE")
    if entity is SearchEntry:
        query = query.where(SearchEntry.kind == "case")
    if entity is Job:
        query = query.where(Job.type == TIMER, Job.state == "CREATED")
    rows = uow.connection.execute(query)
    return [[value.decode() if isinstance(value, bytes) else str(value) for value in row] for row in rows]


def test_a_copy_is_found_by_its_number_and_opens(desk):
    filling.fill(desk, 3)
    with desk.unit_of_work(read_only=True) as uow:
        number = uow.connection.scalar(select(Case.number).where(Case.number.like("%~2")))
        dues = uow.connection.scalars(select(UserTask.due_at).order_by(UserTask.key)).all()
    assert [each.number for each in cases.list_cases(desk, search=number, actor=SYSTEM)] == [number]
    assert cases.get_case(desk, number, actor=SYSTEM).number == number
    assert [b - a for a, b in pairwise(dues[:3])] == [timedelta(seconds=-1)] * 2


def test_copies_have_keys_and_numbers_of_their_own_and_can_be_worked_on(desk):
    runtime = desk
    written = filling.fill(runtime, 5)
    assert written["user_task"] == 5
    assert written["job"] >= 5
    with runtime.unit_of_work(read_only=True) as uow:
        execute = uow.connection.execute
        assert execute(select(func.count(Case.number.distinct()))).scalar_one() == 6
        key, instance = execute(select(UserTask.key, UserTask.process_instance_key).order_by(UserTask.key)).first()
    tasks.claim(runtime, key, who="ann")
    tasks.complete(runtime, key, DONE, who="ann")
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(UserTask.element_id, UserTask.state).where(UserTask.process_instance_key == instance)
        found = uow.connection.execute(query).all()
        revision = select(ProcessInstance.revision).where(ProcessInstance.key == instance)
        assert uow.connection.execute(revision).scalar_one() > 1
    assert ("verify_complaint", "COMPLETED") in found
    with pytest.raises(Conflict, match="filled already"):
        filling.fill(runtime, 1)
    assert filling.fill(runtime, 2, again=True)["user_task"] == 2
