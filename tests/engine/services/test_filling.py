"""A filled database: copies are whole cases that can be worked on."""

import pytest
from sqlalchemy import func, select

from engine.errors import Conflict
from engine.model.case import Case
from engine.model.instance import ProcessInstance
from engine.model.user_task import UserTask
from engine.services import filling, tasks
from engine.services.startup import deploy_paths, wire
from tests.web.desk import DONE, ROOT


def test_copies_have_keys_and_numbers_of_their_own_and_can_be_worked_on(runtime):
    wire(runtime)
    deploy_paths(runtime, [ROOT / "processes"], "system")
    written = filling.fill(runtime, 5)
    assert written["user_task"] == 5
    assert written["job"] >= 5
    with runtime.unit_of_work(read_only=True) as uow:
        execute = uow.connection.execute
        assert execute(select(func.count(Case.number.distinct()))).scalar_one() == 6
        key, instance = execute(select(UserTask.key, UserTask.process_instance_key).order_by(UserTask.key)).first()
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
