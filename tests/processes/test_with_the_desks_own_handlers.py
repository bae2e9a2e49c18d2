"""The shipped processes with the real job handlers: what they ask for is what the handlers give, without an incident."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.model.notification import Notification
from engine.model.order import Refund
from engine.services import cases, instances, messages, people, tasks, variables, work
from tests.engine.connectors.sample_orders import PHONE, SIGNED
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import ADMIN, AGENT, SUPERVISOR, person

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


def offer(desk: Desk, answer: str, remedy: str = "refund", amount: int = 30) -> None:
    do(desk, "investigate", "wang", **FOUND)
    plan(desk, answer, remedy, amount)


def plan(desk: Desk, answer: str, remedy: str, amount: int) -> None:
    do(desk, "plan_remedy", "alice", justified=True, remedy=remedy, amount=amount, plan_note="退款", **FOUND)
    do(desk, "approve_plan", "bob" if amount <= 50 else "max", approved=True)
    do(desk, "negotiate", "alice", answer=answer)


def told(desk: Desk) -> list[str]:
    """The templates by which the customer was written to, on whatever channels, in order."""
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return list(dict.fromkeys(uow.session.scalars(select(Notification.template).order_by(Notification.key))))


def ledger(desk: Desk) -> list[tuple[str, bool, str | None]]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        counted = select(Refund).where(Refund.state == "settled").order_by(Refund.key)
        return [(str(row.amount), row.compensation, row.case_number) for row in uow.session.scalars(counted)]


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


def test_finance_cannot_pay_a_complaint_more_than_was_paid_and_the_plan_is_made_again(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "accepted", amount=900)  # 806.00 were paid
    by_hand = {"payment_reference": "BANK-1", "paid_at": "2026-03-02"}
    do(desk, "pay_refund_by_hand", "cash", payment_result="paid", **by_hand)
    assert set(desk.tasks()) == {"pay_refund_by_hand"}, "the ledger refuses what finance paid too much"
    do(desk, "pay_refund_by_hand", "cash", payment_result="impossible", payment_note="超出实付")
    assert set(desk.tasks()) == {"plan_remedy"}, "the departments do not investigate again"
    plan(desk, "accepted", "compensation", 900)
    call_back(desk, solved="yes", score=5)
    assert desk.case(number).outcome == "resolved"
    assert ledger(desk) == [("900.00", True, number)]


def test_what_a_third_party_decided_is_paid_from_the_same_ledger(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "rejected")
    do(desk, "supervisor_contact", "sue", **CONTACT)
    do(desk, "new_plan", "sue", answer="refused", third_party="platform", plan_note="平台介入")
    do(desk, "evidence_pack", "sue", third_party_reference="XB-1")
    send(desk, "mediation.result", number, result="退一赔一", remedy="refund", amount=1612)
    do(desk, "pay_refund_by_hand", "cash", payment_result="impossible", payment_note="超出实付")
    do(desk, "replan_mediation", "max", remedy="refund", amount=806, replan_note="先退实付")
    call_back(desk, solved="yes", score=3)
    assert desk.case(number).outcome == "mediated"
    assert ledger(desk) == [("806.00", False, number)]


def verify_major(desk: Desk) -> str:
    number = desk.start_complaint(channel="phone")
    promised = (desk.runtime.now() + 20 * DAY).isoformat()
    do(desk, "verify_complaint", "alice", departments=["quality"], agent_can_solve=False, compensation_asked=False,
       risk="injury", promised_at=promised)  # fmt: skip
    return number


def notices(desk: Desk, template: str) -> list[str]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        query = select(Notification.recipient).where(Notification.template == template)
        return sorted(uow.session.scalars(query))


def test_a_major_complaint_is_a_supervisors_who_reports_to_the_manager_before_and_after(desk: Desk) -> None:
    people.set_online(desk.runtime, True, actor=SUPERVISOR)
    number = verify_major(desk)
    assert desk.case(number).owner == "sue"
    assert notices(desk, "major_complaint") == ["sue"]
    assert set(desk.tasks()) == {"write_report"}, "the manager decides with the report"
    do(desk, "write_report", "sue", situation="客户烫伤", measures="先道歉，建议全额退款")
    task = desk.tasks()["manager_decision"]
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert variables.visible(uow, task.key)["report_situation"] == "客户烫伤"
    do(desk, "manager_decision", "max", verdict="full", coordination_needed=True, decision_note="我方责任")
    do(desk, "coordinate", "max", coordinated_departments=["warehouse"], coordination_note="仓库停发同批次")
    for department in ("quality", "warehouse"):
        assert "investigate" in desk.tasks(), department
        do(desk, "investigate", "wang", **FOUND)
    assert desk.tasks()["plan_remedy"].assignee == "sue"
    do(desk, "plan_remedy", "sue", justified=True, remedy="refund", amount=30, plan_note="退款", cause_code="quality")
    do(desk, "approve_plan", "bob", approved=True)
    do(desk, "negotiate", "sue", answer="accepted")
    call_back(desk, solved="yes", score=5)
    do(desk, "corrective_action", "quinn", root_cause="密封圈", improvement="气密检验", action_owner="赵工",
       action_due="2026-03-31", review_departments=["quality"])  # fmt: skip
    do(desk, "write_report", "sue", situation="客户已痊愈", measures="已退款，已改进")
    assert desk.case(number).is_open, "the manager answers before it is closed"
    do(desk, "acknowledge_report", "max", manager_comment="同意结案")
    assert desk.case(number).outcome == "resolved"


def test_a_supervisor_who_does_not_report_in_time_is_told_to_the_manager_who_decides_without(desk: Desk) -> None:
    number = verify_major(desk)
    desk.advance(timedelta(hours=4))
    assert set(desk.tasks()) == {"manager_decision"}
    assert notices(desk, "report_late") == ["max"]
    assert desk.case(number).owner == "sue"


def test_a_general_manager_keeps_a_late_approval_and_what_was_typed(desk: Desk) -> None:
    chief = person("gina", "general_manager")
    people.create_user(desk.runtime, "gina", "Gina", ["general_manager"], actor=ADMIN)
    verify(desk)
    do(desk, "investigate", "wang", **FOUND)
    do(desk, "plan_remedy", "alice", justified=True, remedy="compensation", amount=6000, plan_note="赔付", **FOUND)
    task = desk.tasks()["approve_general"].key
    work.claim(desk.runtime, task, actor=chief)
    work.save_draft(desk.runtime, task, {"approved": False, "approval_note": "金额过高，请说明"}, actor=chief)
    desk.advance(4 * DAY)
    view = work.open_task(desk.runtime, task, actor=chief)
    assert (view.state, view.mine) == ("CREATED", True)
    assert view.draft is not None
    assert view.draft.data["approval_note"] == "金额过高，请说明"
    assert notices(desk, "approval_reminder") == ["gina", "gina"]


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
    do(desk, "inspect", "wang", received_quantity=2, grade="opened")
    do(desk, "approve_plan", "alice", approved=True)
    call_back(desk, solved="yes", score=5)
    assert desk.case(number).outcome == "resolved"


@pytest.mark.parametrize(
    ("payer", "entries"), [("seller", [("806.00", False), ("25.00", True)]), ("buyer", [("798.00", False)])]
)
def test_freight_to_send_goods_back_is_reimbursed_where_the_shop_bears_it(
    desk: Desk, payer: str, entries: list[tuple[str, bool]]
) -> None:
    number = verify(desk)
    offer(desk, "accepted", remedy="return_refund")
    do(desk, "review_request", "bob", remedy="return_refund", amount=806, freight_payer=payer, review_note="同意")
    aftersale = desk.case(number).attributes["aftersale_number"]
    send(desk, "tracking.submitted", aftersale, carrier="SF", number="SF1", freight_paid=30)  # at most 25 go back
    send(desk, "warehouse.received", aftersale)
    do(desk, "inspect", "wang", received_quantity=2, grade="opened")
    with desk.runtime.unit_of_work(read_only=True) as uow:
        account = variables.visible(uow, desk.tasks()["approve_plan"].key)["plan_note"]
    assert ("另报销寄回运费（运单 SF1）：¥25.00" in account) is (payer == "seller")
    do(desk, "approve_plan", "max", approved=True)
    assert [(paid, apart) for paid, apart, _ in ledger(desk)] == entries


def test_damage_in_transit_is_claimed_on_the_carrier_and_its_result_stands_on_the_case(desk: Desk) -> None:
    number = verify(desk)
    offer(desk, "accepted", remedy="return_refund")
    do(desk, "review_request", "bob", remedy="return_refund", amount=806, freight_payer="buyer", review_note="同意")
    aftersale = desk.case(number).attributes["aftersale_number"]
    send(desk, "tracking.submitted", aftersale, carrier="SF", number="SF1")
    send(desk, "warehouse.received", aftersale)
    do(desk, "inspect", "wang", received_quantity=2, grade="damaged", transit_damage=True)
    do(desk, "approve_plan", "max", approved=True)
    assert "claim_carrier" in desk.tasks(), "the complaint does not wait for the carrier"
    do(desk, "claim_carrier", "log", claim_reference="SF-9", claim_amount=798)
    call_back(desk, solved="yes", score=5)
    assert desk.case(number).outcome == "resolved"
    desk.advance(20 * DAY)
    do(desk, "follow_claim", "log", claim_result="refused", claim_result_note="包装不合格")
    entries = {each.name: each.text for each in cases.timeline(desk.runtime, number, actor=AGENT)}
    assert entries["stage.claimed"] == "索赔单号 SF-9，¥798"
    assert entries["stage.claim_refused"] == "包装不合格"


def test_a_return_for_a_fault_opens_a_task_of_the_quality_department_on_the_same_case(desk: Desk) -> None:
    request = {
        "customer_name": "王小明", "contact": PHONE, "channel": "phone", "tier": "C", "order_number": SIGNED.number, "sku": "KZ-501",
        "quantity": 1, "reason": "quality", "requested": "return_refund", "intact": True, "description": "左耳没有声音", "consent": False,
    }  # fmt: skip
    started = instances.start(desk.runtime, "return_exchange", request, who="alice")
    desk.run()
    number = str(desk.variables(started.key)["aftersale_number"])
    do(desk, "review_request", "bob", remedy="return_refund", amount=399, freight_payer="seller", review_note="同意")
    send(desk, "tracking.submitted", number, carrier="SF", number="SF1")
    send(desk, "warehouse.received", number)
    do(desk, "inspect", "wang", received_quantity=1, grade="opened", inspection_note="单元断线")
    do(desk, "approve_plan", "sue", approved=True)
    task = desk.tasks()["analyse_fault"]
    assert task.candidate_groups == ["quality"]
    with desk.runtime.unit_of_work(read_only=True) as uow:
        seen = variables.visible(uow, task.key)
    assert (seen["sku"], seen["quantity"], seen["defect"]) == ("KZ-501", 1, "左耳没有声音；单元断线")
    do(desk, "analyse_fault", "quinn", fault_cause="workmanship", finding="焊点虚焊", measure="增加抽检")
    entries = {each.name: each.text for each in cases.timeline(desk.runtime, number, actor=AGENT)}
    assert entries["stage.fault_reported"] == "KZ-501：左耳没有声音；单元断线"
    assert entries["stage.fault_analysed"] == "焊点虚焊；措施：增加抽检"
