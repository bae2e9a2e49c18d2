"""Instances that wait in a diagram as it was (`earlier/`): they go on in the one that is shipped, or it is told why they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.model.deployment import ProcessDefinition
from engine.model.instance import ProcessInstance
from engine.services import messages, migration, startup
from tests.engine.services.desk_fixtures import PROCESSES, Desk
from tests.processes.test_with_the_desks_own_handlers import DAY, FOUND, do

EARLIER = Path(__file__).parent / "earlier"
SURVEYED = {
    "case_number": "", "customer_name": "王小明", "contact": "13800000000", "channel": "online", "tier": "C", "consent": True,
    "reason": "complaint",
}  # fmt: skip


def deploy(desk: Desk, folder: Path, name: str) -> None:
    startup.deploy_paths(desk.runtime, [folder / name], "system")


def newest(desk: Desk, process_id: str) -> ProcessInstance:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        query = select(ProcessInstance).where(ProcessInstance.process_id == process_id)
        return uow.session.scalars(query.order_by(ProcessInstance.key.desc()).limit(1)).one()


def proposed(desk: Desk, source: ProcessInstance, process_id: str) -> migration.Proposal:
    """The plan by ids from the instance's version to the newest one."""
    with desk.runtime.unit_of_work(read_only=True) as uow:
        query = select(ProcessDefinition.key).where(ProcessDefinition.process_id == process_id)
        target = uow.session.scalars(query.order_by(ProcessDefinition.version.desc()).limit(1)).one()
    return migration.plan_by_ids(desk.runtime, source.process_definition_key, target)


def test_a_complaint_that_waits_for_the_manager_goes_on_with_the_coordination_of_this_version(desk: Desk) -> None:
    deploy(desk, EARLIER, "complaint_solution.bpmn")
    desk.start_complaint()
    promised = (desk.runtime.now() + 20 * DAY).isoformat()
    do(desk, "verify_complaint", "alice", departments=["quality"], agent_can_solve=False, compensation_asked=False,
       risk="none", promised_at=promised)  # fmt: skip
    waiting = newest(desk, "complaint_solution")
    deploy(desk, PROCESSES, "complaint_solution.bpmn")
    proposal = proposed(desk, waiting, "complaint_solution")
    assert proposal.left == []
    task = desk.tasks()["manager_decision"].key
    migration.migrate(desk.runtime, waiting.key, proposal.plan, who="owner")
    assert desk.tasks()["manager_decision"].key == task
    do(desk, "manager_decision", "max", verdict="full", coordination_needed=True, decision_note="我方责任")
    do(desk, "coordinate", "max", coordinated_departments=["quality"], coordination_note="质量部查批次")
    do(desk, "investigate", "wang", **FOUND)
    assert set(desk.tasks()) == {"plan_remedy"}


def test_a_survey_that_an_event_based_gateway_waits_for_keeps_its_version_and_is_answered_there(desk: Desk) -> None:
    deploy(desk, EARLIER, "callback.bpmn")
    messages.publish(desk.runtime, "case.resolved", "", SURVEYED | {"case_number": desk.start_complaint()})
    desk.run()
    desk.advance(DAY)
    waiting = newest(desk, "callback")
    deploy(desk, PROCESSES, "callback.bpmn")
    proposal = proposed(desk, waiting, "callback")
    assert [left.code for left in proposal.left if left.source == "await_survey"] == ["type-differs"]
    with pytest.raises(migration.MigrationRefused) as refused:
        migration.migrate(desk.runtime, waiting.key, proposal.plan, who="owner")
    assert [obstacle.source for obstacle in refused.value.obstacles] == ["await_survey"]
    case = desk.variables(waiting.key)["case_number"]
    messages.publish(desk.runtime, "survey.answered", case, {"solved": "yes", "score": 5})
    desk.run()
    assert newest(desk, "callback").state == "COMPLETED"
