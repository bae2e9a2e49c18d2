"""To whom a task can be given."""

import pytest
from sqlalchemy import event, update

from engine.model.user_task import UserTask
from engine.services import people, work
from engine.services.work import any_of
from engine.services.worklist import inbox
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT

PASSWORD = "a long enough password 1"


@pytest.fixture
def task(desk: Desk) -> int:
    desk.start_complaint()
    for name, role in (("amy", "agent"), ("ann", "agent"), ("wei", "warehouse")):
        people.create_user(desk.runtime, name, name, [role], PASSWORD, actor=people.SYSTEM)
    return desk.tasks()["verify_complaint"].key


def change(desk: Desk, key: int, **values: object) -> None:
    with desk.runtime.unit_of_work() as uow:
        uow.session.execute(update(UserTask).where(UserTask.key == key).values(**values))


def names(desk: Desk, key: int) -> set[str]:
    return {each.username for each in work.receivers(desk.runtime, [key], actor=AGENT)[key]}


def test_those_to_whom_it_is_offered(desk, task):
    assert {"amy", "ann"} <= names(desk, task)
    assert "wei" not in names(desk, task)


@pytest.mark.parametrize("excluded", ["amy", ["amy"]])
def test_not_those_whom_the_process_leaves_out(desk, task, excluded):
    change(desk, task, properties={"exclude.users": excluded})
    assert "ann" in names(desk, task)
    assert "amy" not in names(desk, task)


def test_nobody_is_left_out_for_a_name_that_is_part_of_anothers(desk, task):
    people.create_user(desk.runtime, "am", "am", ["agent"], PASSWORD, actor=people.SYSTEM)
    change(desk, task, properties={"exclude.users": "amy"})
    assert "am" in names(desk, task)


def test_a_task_of_another_tenant_has_nobody(desk, task):
    change(desk, task, tenant_id="other")
    assert work.receivers(desk.runtime, [task], actor=AGENT) == {task: []}


def test_the_tasks_of_a_page_have_their_receivers_together(desk, task):
    desk.start_complaint(contact="13900139111")
    keys = [row.key for row in inbox(desk.runtime, actor=AGENT).rows]
    found = work.receivers(desk.runtime, keys, actor=AGENT)
    assert len(found) == 2
    assert {each.username for each in any_of(found, but="amy")} >= {"ann"}


def test_the_tasks_are_looked_up_by_their_keys(desk, task):
    """Among a million tasks of the tenant SQLite would walk all of them."""
    plans = []

    def explain(connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT") and "FROM user_task" in statement:
            plans.extend(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(desk.runtime.database.engine, "before_cursor_execute", explain)
    names(desk, task)
    event.remove(desk.runtime.database.engine, "before_cursor_execute", explain)
    assert plans == ["SEARCH user_task USING INTEGER PRIMARY KEY (rowid=?)"]
