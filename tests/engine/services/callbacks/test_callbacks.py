"""Callbacks as the desk makes them, with the shipped processes and handlers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import Forbidden
from engine.model.callback import Callback
from engine.model.case import Case
from engine.model.customer import Customer
from engine.services import callbacks, messages, portal, tasks
from engine.services.cases import open_case
from engine.services.customers.files import new_customer
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, SUPERVISOR, person

DAY = timedelta(days=1)


def resolved_case(desk: Desk, tier: str = "B", **changes: Any) -> str:
    """A closed return whose callback is due, of a customer with these traits; the case's number."""
    with desk.runtime.unit_of_work() as uow:
        values = {"name": "王小明", "phone": "13800138000", "tier": tier, "consent": {"phone": True, "sms": True}}
        customer = new_customer(desk.runtime, uow, values | changes)
        case = open_case(desk.runtime, uow, "alice", "return_exchange", "phone", "退货", customer_key=customer.key)
        case.close("refunded", uow.now)
        number = case.number
    told = {"case_number": number, "customer_name": "王小明", "contact": "13800138000", "tier": "C", "channel": "phone"}
    messages.publish(desk.runtime, "case.resolved", "", told | {"consent": True, "reason": "return_exchange"})
    desk.run()
    return number


def call(desk: Desk, **said: Any) -> None:
    tasks.complete(desk.runtime, desk.tasks()["call_customer"].key, said, who="bob")
    desk.run()
    assert desk.incidents() == []


def kept(desk: Desk) -> Callback:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return uow.session.scalars(select(Callback)).one()


def customer_of(desk: Desk, number: str) -> Customer:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        key = uow.session.scalars(select(Case.customer_key).where(Case.number == number)).one()
        return uow.get(Customer, key)


def test_the_customers_file_decides_tier_and_script_whatever_the_caller_says(desk: Desk) -> None:
    resolved_case(desk, tier="A")
    desk.advance(DAY)
    call(desk, reached="yes", solved="yes", score=5)
    row = kept(desk)
    assert (row.tier, row.script, row.method, row.outcome, row.score, row.tries) == (
        "A", "tier_a", "call", "satisfied", 5, 1,
    )  # fmt: skip


def test_whoever_takes_no_calls_gets_a_survey(desk: Desk) -> None:
    resolved_case(desk, tier="A", consent={"phone": False, "sms": True})
    desk.advance(DAY)
    assert desk.tasks() == {}
    assert kept(desk).outcome is None
    desk.advance(timedelta(days=8))
    assert (kept(desk).method, kept(desk).outcome) == ("survey", "unreachable")


def test_an_unhappy_customer_without_a_caller_has_a_complaint_on_the_same_case(desk: Desk) -> None:
    number = resolved_case(desk)
    desk.advance(DAY)
    call(desk, reached="yes", solved="no", score=1, comment="退款没有到账")
    assert desk.case(number).is_open
    assert desk.case(number).reopened == 1
    assert desk.case(number).matter == "退款没有到账"
    assert set(desk.tasks()) == {"verify_complaint"}
    assert kept(desk).outcome == "reopened"


def test_a_new_grievance_is_a_case_of_its_own_that_names_the_old_one(desk: Desk) -> None:
    number = resolved_case(desk)
    desk.advance(DAY)
    call(desk, reached="yes", solved="yes", score=4, grievance=True, comment="配送员态度差")
    with desk.runtime.unit_of_work(read_only=True) as uow:
        new = uow.session.scalars(select(Case).where(Case.kind == "complaint")).one()
        assert new.parent_key == uow.session.scalars(select(Case.key).where(Case.number == number)).one()
        assert new.matter == "配送员态度差"
    assert not desk.case(number).is_open


def test_a_grievance_is_filed_also_while_the_complaint_that_calls_back_still_runs(desk: Desk) -> None:
    customer = {"customer_name": "王小明", "contact": "13800138000", "matter": "耳机没有声音", "cause": "quality"}
    sent = customer | {"wanted_remedy": "refund", "consent": True}
    filed = portal.file_complaint(desk.runtime, sent, actor=person("visitor", "customer"))
    desk.run()
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert uow.session.scalars(select(Case.number)).all() == [filed.number]
    # What the running complaint's own callback would publish.
    job = desk.job(
        "message.publish",
        {"correlation_key": f"{filed.number}:grievance:1", "variables": customer | {"parent_case": filed.number,
         "channel": "phone", "tier": "C", "consent": True}},
        message="complaint.filed",
    )  # fmt: skip
    assert desk.handle(job)["caught"] == 1
    desk.run()
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert len(uow.session.scalars(select(Case.number)).all()) == 2


def test_an_opt_out_at_the_phone_is_remembered_and_honoured_the_next_time(desk: Desk) -> None:
    number = resolved_case(desk)
    desk.advance(DAY)
    call(desk, reached="yes", solved="yes", score=4, opt_out=True)
    assert kept(desk).outcome == "opted_out"
    assert customer_of(desk, number).consent == {"phone": True, "sms": True, "callback": False}
    told = {"case_number": number, "tier": "B", "channel": "phone", "consent": True, "reason": "return_exchange"}
    messages.publish(desk.runtime, "case.resolved", "", told)
    desk.run()
    assert desk.timers() == {}
    with desk.runtime.unit_of_work(read_only=True) as uow:
        rows = uow.session.scalars(select(Callback).order_by(Callback.key)).all()
        assert [(row.outcome, row.method) for row in rows] == [("opted_out", "call"), ("opted_out", "none")]


def test_effects_are_counted_by_tier_and_method(desk: Desk) -> None:
    since = desk.runtime.now()
    for score, phone in ((5, "13800000001"), (2, "13800000002")):
        resolved_case(desk, tier="B", phone=phone)
        desk.advance(DAY)
        call(desk, reached="yes", solved="yes" if score > 2 else "no", score=score)
    resolved_case(desk, tier="A", phone="13800000003", consent={"callback": False})
    found = callbacks.effect_by_tier(desk.runtime, since, desk.runtime.now() + DAY, actor=SUPERVISOR)
    by_tier = {(each.tier, each.method): each for each in found}
    calls, none = by_tier["B", "call"], by_tier["A", "none"]
    assert (calls.due, calls.asked, calls.answered, calls.happy, calls.solved, calls.reopened) == (2, 2, 2, 1, 1, 1)
    assert (calls.score, calls.response, calls.satisfied, calls.coverage) == (3.5, 1.0, 0.5, 1.0)
    assert (none.due, none.asked, none.opted_out, none.coverage, none.response) == (1, 0, 1, 0.0, None)
    with pytest.raises(Forbidden):
        callbacks.effect_by_tier(desk.runtime, since, since, actor=AGENT)
