import re

import pytest

from engine.runtime import JobFailed
from engine.services import cases, notifications, people
from engine.services.handlers import HANDLERS
from tests.engine.services.desk_fixtures import COMPLAINT, PROCESSES, Desk
from tests.engine.services.desk_people import ADMIN, AGENT, OTHER_AGENT, person

SUE, LEO = person("sue", "supervisor"), person("leo", "group_lead")


@pytest.fixture
def number(desk: Desk) -> str:
    return str(desk.handle(desk.job("case.open", COMPLAINT))["case_number"])


def test_every_job_type_of_the_diagrams_has_a_handler() -> None:
    types = {
        found
        for diagram in PROCESSES.glob("*.bpmn")
        for found in re.findall(r'taskDefinition type="([^"=]+)"', diagram.read_text(encoding="utf-8"))
    }
    assert types, "the diagrams have no job at all"
    assert types - HANDLERS.keys() == set()


def test_asking_again_notes_it_and_raises_the_priority_to_the_limit(desk: Desk, number: str) -> None:
    for expected in (70, 90, 100, 100):
        job = desk.job("escalation.note", {"case_number": number, "reason": "customer_request", "note": "快点"})
        assert desk.handle(job) == {"priority": expected}
        assert desk.handle(job) == {"priority": expected}
    entries = cases.timeline(desk.runtime, number, actor=AGENT, kinds=("escalation",))
    assert [entry.text for entry in entries] == ["customer_request · 快点"] * 4


def test_a_lead_is_told_once_and_reads_it(desk: Desk, number: str) -> None:
    job = desk.job("lead.notify", {"case_number": number}, template="resolution_warning")
    assert desk.handle(job) == desk.handle(job) == {"told": ["leo"]}
    (notice,) = notifications.list_notices(desk.runtime, actor=LEO)
    assert number in notice.subject
    notifications.mark_notice_read(desk.runtime, notice.key, actor=LEO)
    assert notifications.list_notices(desk.runtime, actor=LEO, unread_only=True) == []
    assert notifications.list_notices(desk.runtime, actor=SUE) == []


def test_the_lead_of_the_owners_team_is_the_one_who_is_told(desk: Desk, number: str) -> None:
    people.save_group(desk.runtime, "team", "一组", "Team", ["alice"], lead="sue", actor=ADMIN)
    cases.assign_case(desk.runtime, number, "alice", actor=SUE)
    job = desk.job("lead.notify", {"case_number": number}, template="resolution_warning")
    assert desk.handle(job) == {"told": ["sue"]}


def test_a_missed_contact_goes_to_the_least_loaded_with_notice(desk: Desk, number: str) -> None:
    people.create_user(desk.runtime, "ann", "Ann", ["supervisor"], actor=ADMIN)
    other = str(desk.handle(desk.job("case.open", COMPLAINT))["case_number"])
    cases.assign_case(desk.runtime, other, "ann", actor=SUE)
    cases.assign_case(desk.runtime, number, "bob", actor=SUE)
    job = desk.job("task.reassign", {"case_number": number}, template="urgent_contact_missed", group="supervisor")
    assert desk.handle(job) == {"owner": "sue"}
    assert desk.case(number).owner == "sue"
    (notice,) = notifications.list_notices(desk.runtime, actor=OTHER_AGENT)
    assert "bob" in notice.body
    assert "sue" in notice.body


def test_evidence_holds_contacts_decisions_and_refunds_but_no_notes(desk: Desk, number: str) -> None:
    cases.log_contact(desk.runtime, number, "phone", "in", "客户来电催促", actor=AGENT)
    cases.add_note(desk.runtime, number, "客户态度很差", actor=AGENT)
    paid = {"case_number": number, "order_number": COMPLAINT["order_number"], "amount": 50, "kind": "refund"}
    desk.handle(desk.job("payment.refund", paid))
    evidence = desk.handle(desk.job("evidence.build", {"case_number": number, "third_party": "消协"}))["evidence"]
    assert (evidence["third_party"], evidence["customer"]) == ("消协", {"name": "王**", "phone": "138****8000"})
    assert [contact["content"] for contact in evidence["contacts"]] == ["客户来电催促"]
    assert [refund["amount"] for refund in evidence["refunds"]] == ["50.00"]
    assert "态度" not in str(evidence)


def test_a_message_is_published_once_however_often_the_job_runs(desk: Desk) -> None:
    variables = {"correlation_key": "X-1", "variables": COMPLAINT}
    job = desk.job("message.publish", variables, message="complaint.filed")
    assert desk.handle(job) == desk.handle(job)
    assert desk.handle(job)["caught"] == 1
    desk.run()
    assert len(cases.list_cases(desk.runtime, actor=AGENT)) == 1


def test_a_message_without_a_name_is_an_incident(desk: Desk) -> None:
    with pytest.raises(JobFailed) as failed:
        desk.handle(desk.job("message.publish", {}))
    assert failed.value.permanent
