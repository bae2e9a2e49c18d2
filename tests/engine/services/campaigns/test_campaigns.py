"""Campaigns: whom they reach, whom not and why, and what starting and stopping one does."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine.connectors.orders import OrderLine, OrderRecord, PaymentRecord
from engine.errors import Conflict, Forbidden, InvalidInput
from engine.model.callback import Callback
from engine.model.case import Case
from engine.model.customer import Customer
from engine.services import campaigns, tasks
from engine.services.cases import log_contact, open_case
from engine.services.customers.files import new_customer
from engine.services.shop import store_order
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, SUPERVISOR

DAY = timedelta(days=1)
ALL = {"phone": True, "sms": True, "email": True}


def buyer(desk: Desk, name: str, tier: str, number: int, **changes: Any) -> int:
    values: dict[str, Any] = {"name": name, "phone": f"1380000{number:04d}", "tier": tier, "consent": ALL}
    with desk.runtime.unit_of_work() as uow:
        return new_customer(desk.runtime, uow, values | {"preferred_channel": "phone"} | changes).key


def bought(desk: Desk, number: int, days_ago: int) -> None:
    at = desk.runtime.now() - days_ago * DAY
    line = OrderLine(1, "KZ-501", "耳机", 1, Decimal(399))
    paid = PaymentRecord(f"P{number}-{days_ago}", "alipay", Decimal(399), at)
    order = OrderRecord(f"D{number}-{days_ago}", "paid", at, "x", f"1380000{number:04d}", "", "CNY", Decimal(0), (line,),
                        payments=(paid,))  # fmt: skip
    with desk.runtime.unit_of_work() as uow:
        store_order(desk.runtime, uow, order)


def wishes(desk: Desk, **changes: Any) -> campaigns.Wishes:
    given = {"name": "每月回访", "tiers": ["A", "B", "C"], "ends_at": desk.runtime.now() + 90 * DAY}
    return campaigns.wishes_from(given | changes, desk.runtime.now())


def reached(desk: Desk, **changes: Any) -> list[str]:
    return [one.name for one in campaigns.preview(desk.runtime, wishes(desk, **changes), actor=SUPERVISOR).reached]


def test_the_preview_says_who_is_left_out_and_why(desk: Desk) -> None:
    buyer(desk, "能打的", "A", 1)
    buyer(desk, "退订的", "A", 2, consent=ALL | {"callback": False})
    buyer(desk, "没同意的", "B", 3, consent={})
    busy = buyer(desk, "有工单的", "B", 4)
    lately = buyer(desk, "刚联系的", "C", 5)
    with desk.runtime.unit_of_work() as uow:
        open_case(desk.runtime, uow, "alice", "complaint", "phone", "投诉", customer_key=busy)
        closed = open_case(desk.runtime, uow, "alice", "complaint", "phone", "投诉", customer_key=lately)
        closed.close("resolved", uow.now)
        number = closed.number
    log_contact(desk.runtime, number, "phone", "in", "问了一句", actor=AGENT)
    found = campaigns.preview(desk.runtime, wishes(desk), actor=SUPERVISOR)
    assert [one.name for one in found.reached] == ["能打的"]
    assert {each.name: each.reason for each in found.excluded} == {
        "退订的": "opted_out",
        "没同意的": "no_consent",
        "有工单的": "open_case",
        "刚联系的": "contacted_lately",
    }
    assert (found.matched, found.reasons.total()) == (5, 4)
    desk.clock.advance(8 * DAY)
    assert reached(desk) == ["能打的", "刚联系的"]


def test_filters_are_by_tier_purchase_contact_channel_and_consent(desk: Desk) -> None:
    buyer(desk, "新买的", "A", 1)
    buyer(desk, "久未买的", "B", 2, preferred_channel="email", email="b@example.com")
    buyer(desk, "没买过的", "C", 3, consent={"sms": True})
    bought(desk, 1, 5)
    bought(desk, 2, 200)
    assert reached(desk) == ["新买的", "久未买的", "没买过的"]
    assert reached(desk, tiers=["B", "C"]) == ["久未买的", "没买过的"]
    assert reached(desk, bought_within="30") == ["新买的"]
    assert reached(desk, not_bought_for="100") == ["久未买的"]
    assert reached(desk, channel="email") == ["久未买的"]
    assert reached(desk, consent="email") == ["新买的", "久未买的"]
    assert reached(desk, silent_for="30") == ["新买的", "久未买的", "没买过的"]


def test_wishes_that_cannot_be_are_refused_field_by_field(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as refused:
        wishes(desk, name=" ", tiers=[], every_A="0", most_a_run="1001", ends_at=desk.runtime.now())
    assert set(refused.value.fields) == {"name", "tiers", "every_A", "most_a_run", "ends_at"}


def test_a_started_campaign_calls_each_back_and_not_again_before_their_time(desk: Desk) -> None:
    buyer(desk, "王敏", "A", 1)
    buyer(desk, "李雷", "C", 2, preferred_channel="sms", consent={"sms": True, "phone": False})
    key = campaigns.create_campaign(desk.runtime, wishes(desk), actor=SUPERVISOR)
    campaigns.start_campaign(desk.runtime, key, actor=SUPERVISOR)
    desk.run()
    assert set(desk.tasks()) == {"call_customer"}
    tasks.complete(
        desk.runtime, desk.tasks()["call_customer"].key, {"reached": "yes", "solved": "yes", "score": 5}, who="bob"
    )
    desk.run()
    view = campaigns.get_campaign(desk.runtime, key, actor=SUPERVISOR)
    assert (view.state, view.made, view.open) == ("running", 2, 1)
    with desk.runtime.unit_of_work(read_only=True) as uow:
        cases = uow.session.scalars(select(Case).order_by(Case.number)).all()
        assert [(case.kind, case.outcome) for case in cases] == [("callback", "satisfied"), ("callback", None)]
    for _ in range(29):
        desk.advance(DAY)
    assert desk.tasks() == {}
    for _ in range(2):
        desk.advance(DAY)
    assert set(desk.tasks()) == {"call_customer"}  # A: every 30 days
    assert campaigns.get_campaign(desk.runtime, key, actor=SUPERVISOR).made == 3
    assert desk.incidents() == []


def test_a_stopped_campaign_takes_back_what_waits_and_cannot_be_started_again(desk: Desk) -> None:
    buyer(desk, "王敏", "A", 1)
    key = campaigns.create_campaign(desk.runtime, wishes(desk), actor=SUPERVISOR)
    campaigns.start_campaign(desk.runtime, key, actor=SUPERVISOR)
    desk.run()
    campaigns.stop_campaign(desk.runtime, key, actor=SUPERVISOR)
    desk.run()
    assert desk.tasks() == {}
    assert desk.timers() == {}
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert [row.outcome for row in uow.session.scalars(select(Callback))] == ["stopped"]
        assert [case.outcome for case in uow.session.scalars(select(Case))] == ["stopped"]
    for again in (campaigns.start_campaign, campaigns.stop_campaign):
        with pytest.raises(Conflict):
            again(desk.runtime, key, actor=SUPERVISOR)


def test_a_campaign_ends_on_its_day(desk: Desk) -> None:
    key = campaigns.create_campaign(desk.runtime, wishes(desk, ends_at=desk.runtime.now() + 3 * DAY), actor=SUPERVISOR)
    campaigns.start_campaign(desk.runtime, key, actor=SUPERVISOR)
    desk.advance(4 * DAY)
    assert campaigns.get_campaign(desk.runtime, key, actor=SUPERVISOR).state == "finished"
    assert desk.timers() == {}


def test_a_run_takes_no_more_than_it_may(desk: Desk) -> None:
    for number in range(5):
        buyer(desk, f"客户{number}", "A", number)
    key = campaigns.create_campaign(desk.runtime, wishes(desk, most_a_run="2"), actor=SUPERVISOR)
    campaigns.start_campaign(desk.runtime, key, actor=SUPERVISOR)
    desk.run()
    assert campaigns.get_campaign(desk.runtime, key, actor=SUPERVISOR).made == 2
    desk.advance(DAY)
    assert campaigns.get_campaign(desk.runtime, key, actor=SUPERVISOR).made == 4


def test_only_supervisors_plan_campaigns_and_a_draft_that_somebody_changed_is_not_overwritten(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        campaigns.preview(desk.runtime, wishes(desk), actor=AGENT)
    key = campaigns.create_campaign(desk.runtime, wishes(desk), actor=SUPERVISOR)
    campaigns.change_campaign(desk.runtime, key, 1, wishes(desk, name="另一个名字"), actor=SUPERVISOR)
    with pytest.raises(Conflict):
        campaigns.change_campaign(desk.runtime, key, 1, wishes(desk), actor=SUPERVISOR)
    assert [each.name for each in campaigns.list_campaigns(desk.runtime, actor=SUPERVISOR)] == ["另一个名字"]


def test_an_unhappy_customer_of_a_campaign_has_a_complaint(desk: Desk) -> None:
    customer = buyer(desk, "王敏", "A", 1)
    key = campaigns.create_campaign(desk.runtime, wishes(desk), actor=SUPERVISOR)
    campaigns.start_campaign(desk.runtime, key, actor=SUPERVISOR)
    desk.run()
    said = {"reached": "yes", "solved": "no", "score": 1, "comment": "洗衣机漏水没人管"}
    tasks.complete(desk.runtime, desk.tasks()["call_customer"].key, said, who="bob")
    desk.run()
    assert set(desk.tasks()) == {"verify_complaint"}
    with desk.runtime.unit_of_work(read_only=True) as uow:
        case = uow.session.scalars(select(Case)).one()
        assert (case.is_open, case.matter, case.customer_key) == (True, "洗衣机漏水没人管", customer)
        assert uow.get(Customer, customer).consent == ALL
