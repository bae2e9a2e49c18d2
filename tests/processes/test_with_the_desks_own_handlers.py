"""The shipped processes with the real job handlers: what they ask for is what the handlers give, without an incident."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.model.notification import Notification
from engine.services import messages, tasks
from tests.engine.services.desk_fixtures import Desk

DAY = timedelta(days=1)
FOUND = {"owner": "李工", "finding": "左单元断线", "cause_code": "quality"}
CONTACT = {"contacted_at": "2026-03-03T10:00+08:00", "contact_channel": "phone", "demand": "退款", "assessment": "合理"}


def do(desk: Desk, task: str, who: str, **values: Any) -> None:
    tasks.complete(desk.runtime, desk.tasks()[task].key, values, who=who)
    desk.run()
    assert desk.incidents() == []


def send(desk: Desk, name: str, key: str, **values: Any) -> None:
    messages.publish(desk.runtime, name, key, values)
    desk.run()
    assert desk.incidents() == []


def verify(desk: Desk) -> str:
    number = desk.start_complaint(channel="phone")
    promised = (desk.runtime.now() + 20 * DAY).isoformat()
    do(desk, "verify_complaint", "alice", departments=["quality"], agent_can_solve=True, compensation_asked=False,
       risk="none", promised_at=promised)  # fmt: skip
    return number


def offer(desk: Desk, answer: str, remedy: str = "refund") -> None:
    do(desk, "investigate", "wang", **FOUND)
    do(desk, "plan_remedy", "alice", justified=True, remedy=remedy, amount=30, plan_note="退款", **FOUND)
    do(desk, "approve_plan", "bob", approved=True)
    do(desk, "negotiate", "alice", answer=answer)


def told(desk: Desk) -> list[str]:
    """The templates by which the customer was written to, on whatever channels, in order."""
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return list(dict.fromkeys(uow.session.scalars(select(Notification.template).order_by(Notification.key))))


def call_back(desk: Desk, **said: Any) -> None:
    desk.advance(DAY)
    do(desk, "call_customer", "bob", reached="yes", **said)


def test_a_refund_is_paid_and_the_case_closed_as_resolved(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "accepted")
    call_back(desk, solved="yes", score=5)
    assert desk.tasks() == {}
    assert desk.case(number).outcome == "resolved"


def test_an_unhappy_customer_gets_the_case_reopened_with_a_new_round_of_the_clock(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "accepted")
    call_back(desk, solved="no", score=1)
    assert desk.case(number).is_open
    assert desk.timers()["resolution_breach"] > desk.runtime.now()
    offer(desk, "accepted")
    call_back(desk, solved="yes", score=4)
    assert desk.case(number).outcome == "resolved"


def test_a_rejected_offer_goes_to_the_supervisor_and_on_to_a_third_party(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "rejected")
    do(desk, "supervisor_contact", "sue", **CONTACT)
    do(desk, "new_plan", "sue", answer="refused", third_party="platform", plan_note="平台介入")
    do(desk, "evidence_pack", "sue", third_party_reference="XB-1")
    send(desk, "mediation.result", number, result="退款 100 元", remedy="refund", amount=100)
    call_back(desk, solved="yes", score=3)
    assert desk.case(number).outcome == "mediated"


def test_a_waiting_answer_pauses_the_clock_and_its_timer(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "pending")
    assert desk.timers()["resolution_breach"] is None
    assert told(desk) == ["complaint_received", "complaint_offer"]
    send(desk, "customer.reply", number, answer="accepted")
    call_back(desk, solved="yes", score=5)
    assert desk.case(number).outcome == "resolved"


def test_a_withdrawal_closes_the_case(desk: Desk) -> None:
    number = verify(desk)
    send(desk, "complaint.withdrawn", number, reason="已自行解决")
    assert desk.tasks() == {}
    assert desk.case(number).outcome == "withdrawn"


def test_a_return_within_the_complaint_runs_to_its_refund(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "accepted", remedy="return_refund")
    do(desk, "review_request", "bob", remedy="return_refund", amount=30, freight_payer="seller", review_note="同意")
    aftersale = desk.case(number).attributes["aftersale_number"]
    send(desk, "tracking.submitted", aftersale, carrier="SF", number="1")
    send(desk, "warehouse.received", aftersale)
    do(desk, "inspect", "wang", received_quantity=1, grade="opened")
    do(desk, "approve_plan", "alice", approved=True)
    call_back(desk, solved="yes", score=5)
    assert desk.case(number).outcome == "resolved"
