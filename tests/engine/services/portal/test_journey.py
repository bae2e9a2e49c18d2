from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.model.order import Refund
from engine.model.permissions import Actor
from engine.services import cases, people, portal, work
from engine.services.tasks import PersonExcluded
from tests.engine.connectors.sample_orders import PHONE, SIGNED
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, person

FORM = {"customer_name": "王小明", "contact": PHONE, "matter": "耳机左耳没有声音", "cause": "quality", "consent": True}
FORM |= {"wanted_remedy": "refund", "order_number": SIGNED.number}


def file(desk: Desk) -> tuple[str, Actor]:
    filed = portal.file_complaint(desk.runtime, FORM, actor=people.visitor_actor())
    desk.run()
    return cases.case_of_link(desk.runtime, filed.link.rpartition("/")[2])


def do(desk: Desk, element_id: str, actor: Actor, **data: Any) -> None:
    assert element_id in desk.tasks(), f"open are {sorted(desk.tasks())}; incidents {desk.incidents()}"
    work.submit(desk.runtime, desk.tasks()[element_id].key, data, actor=actor)
    desk.run()


def bring_to_the_offer(desk: Desk) -> None:
    """Verified, investigated, planned and approved: the customer has an offer of ¥40."""
    promised = (desk.clock() + timedelta(days=2)).isoformat()
    known = {"matter": "核实：左耳完全没有声音", "cause": "quality", "wanted_remedy": "refund", "risk": "none"}
    do(desk, "verify_complaint", AGENT, **known, agent_can_solve=True, departments=["agent"], promised_at=promised)
    do(desk, "investigate", AGENT, owner="alice", finding="左侧单元开路", cause_code="quality")
    plan = {"justified": True, "cause_code": "quality", "remedy": "refund", "amount": 40, "apology": True}
    do(desk, "plan_remedy", AGENT, **plan, plan_note="退还 40 元并致歉")
    approver = person("bob", *desk.tasks()["approve_plan"].candidate_groups)
    do(desk, "approve_plan", approver, approved=True)


def offered(desk: Desk, number: str, customer: Actor) -> portal.PortalCase:
    page = portal.case_page(desk.runtime, number, actor=customer)
    if "reply" not in page.actions:  # the offer is made by talking first; the customer asks for time
        do(desk, "negotiate", AGENT, answer="pending", negotiation_note="客户要考虑一下")
        page = portal.case_page(desk.runtime, number, actor=customer)
    return page


def test_a_complaint_goes_from_the_portal_to_the_refund_and_the_survey(desk: Desk) -> None:
    number, customer = file(desk)
    bring_to_the_offer(desk)
    page = offered(desk, number, customer)
    assert page.offer is not None
    assert (page.offer.remedy, page.offer.amount, page.offer.note) == ("refund", 40.0, "退还 40 元并致歉")
    assert page.status_zh == "等待您的答复"

    portal.reply_to_offer(desk.runtime, number, True, "可以", actor=customer)
    desk.run()
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert uow.session.scalar(select(func.sum(Refund.amount))) == Decimal("40.00")
    page = portal.case_page(desk.runtime, number, actor=customer)
    assert "已退款" in [step.zh for step in page.steps]
    assert any("退款" in message.body for message in page.messages)
    assert desk.incidents() == []


def test_a_question_about_the_offer_brings_it_back_to_the_agent(desk: Desk) -> None:
    number, customer = file(desk)
    bring_to_the_offer(desk)
    offered(desk, number, customer)
    portal.ask_about_offer(desk.runtime, number, "退款多久到账？", actor=customer)
    desk.run()
    assert "negotiate" in desk.tasks()
    assert "您的留言" in [step.zh for step in portal.case_page(desk.runtime, number, actor=customer).steps][1:]
    assert desk.case(number).unread_at is not None
    assert desk.incidents() == []


def test_a_first_refusal_brings_the_supervisor(desk: Desk) -> None:
    number, customer = file(desk)
    bring_to_the_offer(desk)
    offered(desk, number, customer)
    portal.reply_to_offer(desk.runtime, number, False, "太少了", actor=customer)
    desk.run()
    assert "supervisor_contact" in desk.tasks()
    assert desk.case(number).status == "escalated"
    assert desk.incidents() == []


def test_who_planned_does_not_approve(desk: Desk) -> None:
    file(desk)
    promised = (desk.clock() + timedelta(days=2)).isoformat()
    known = {"matter": "核实：左耳完全没有声音", "cause": "quality", "wanted_remedy": "refund", "risk": "none"}
    do(desk, "verify_complaint", AGENT, **known, agent_can_solve=True, departments=["agent"], promised_at=promised)
    do(desk, "investigate", AGENT, owner="alice", finding="左侧单元开路", cause_code="quality")
    plan = {"justified": True, "cause_code": "quality", "remedy": "refund", "amount": 40, "apology": True}
    do(desk, "plan_remedy", AGENT, **plan, plan_note="退还 40 元并致歉")
    planner = person("alice", *desk.tasks()["approve_plan"].candidate_groups)
    with pytest.raises(PersonExcluded):
        do(desk, "approve_plan", planner, approved=True)
