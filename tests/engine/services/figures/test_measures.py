"""Points, percentiles, periods, and the figures that need orders or tasks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine.errors import Forbidden, InvalidInput
from engine.model.customer import Customer
from engine.model.order import Order
from engine.services import figures, work
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import open_case
from engine.services.rows import add
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, MANAGER

ZONE = "Asia/Shanghai"
TODAY = figures.Period(date(2026, 3, 2), date(2026, 3, 2), ZONE)


@pytest.mark.parametrize(
    ("registered", "points"),
    [
        (330, 100),
        (339, 100),
        (340, 101),
        (379, 104),
        (380, 110),
        (660, 110),
        (321, 100),
        (320, 99),
        (281, 96),
        (280, 90),
        (0, 90),
    ],
)
def test_a_months_registrations_earn_points(registered, points):
    assert figures.registration_score(registered) == points


def test_a_percentile_is_the_nearest_rank():
    assert figures.percentile([], 0.5) is None
    assert figures.percentile([7.0], 0.9) == 7
    ten = [float(number) for number in range(1, 11)]
    assert (figures.percentile(ten, 0.5), figures.percentile(ten, 0.9), figures.percentile(ten, 0.91)) == (5, 9, 10)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-01", "2026-03-01"),
        ("last_week", "2026-02-16", "2026-02-22"),
        ("this_week", "2026-02-23", "2026-03-01"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("month_to_the_24th", "2026-02-25", "2026-03-24"),
        ("this_year", "2026-01-01", "2026-03-01"),
    ],
)
def test_a_period_is_counted_in_the_readers_zone(name, first, last):
    late_on_saturday_in_utc = datetime(2026, 2, 28, 17, tzinfo=UTC)  # Sunday in Shanghai
    found = figures.named_period(name, late_on_saturday_in_utc, ZONE)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_a_span_that_cannot_be_names_its_field():
    for first, last, field in (
        ("x", "2026-03-01", "first"),
        ("2026-03-02", "2026-03-01", "last"),
        ("2020-01-01", "2026-01-01", "last"),
    ):
        with pytest.raises(InvalidInput) as refused:
            figures.span(first, last, ZONE)
        assert list(refused.value.fields) == [field]


def test_a_customer_who_orders_within_a_week_of_asking_is_converted(desk: Desk):
    with desk.runtime.unit_of_work() as uow:
        for number, days in (("1", 6), ("2", 8), ("3", None)):
            moments = {"created_at": uow.now, "updated_at": uow.now}
            customer = add(desk.runtime, uow, Customer, name=number, phone=f"1390000000{number}", **moments)
            uow.flush()
            for _ in range(2):  # asking twice counts once
                open_case(desk.runtime, uow, "alice", "consultation", "online", "问价格", customer_key=customer.key)
            if days is not None:
                add(desk.runtime, uow, Order, number=f"O-{number}", status="paid", placed_at=uow.now + timedelta(days=days),
                    customer_name=number, customer_phone=customer.phone, freight=Decimal(0))  # fmt: skip
    found = figures.report(desk.runtime, TODAY, actor=MANAGER).overall["conversion"]
    assert (found.hits, found.count) == (1, 3)


def test_a_task_counts_for_who_completed_it(desk: Desk):
    desk.start_complaint()
    key = desk.tasks()["verify_complaint"].key
    work.claim(desk.runtime, key, actor=AGENT)
    before = figures.report(desk.runtime, TODAY, actor=MANAGER).overall["load"]
    assert before.value is None
    with desk.runtime.unit_of_work() as uow:
        task = uow.session.get(type(desk.tasks()["verify_complaint"]), key)
        task.state, task.ended_at, task.completed_by = "COMPLETED", uow.now, "alice"
    found = figures.report(desk.runtime, TODAY, by="agent", actor=MANAGER)
    assert found.overall["load"].value == 1
    assert [line.tasks for line in figures.agents(desk.runtime, found, actor=MANAGER) if line.username == "alice"] == [
        1
    ]


def test_an_agent_may_not_ask_for_figures(desk: Desk):
    with pytest.raises(Forbidden):
        figures.report(desk.runtime, TODAY, actor=AGENT)


def test_every_figure_is_defined_in_both_languages():
    for one in figures.DEFINITIONS.values():
        assert all((one.zh, one.en, one.meaning_zh, one.meaning_en)), one.name


def test_a_day_counts_each_customer_and_each_closed_consultation_once(desk: Desk):
    with desk.runtime.unit_of_work() as uow:
        for number in ("1", "2"):
            moments = {"created_at": uow.now, "updated_at": uow.now}
            customer = add(desk.runtime, uow, Customer, name=number, phone=f"1390000000{number}", **moments)
            uow.flush()
            case = open_case(desk.runtime, uow, "alice", "consultation", "online", "问保修", customer_key=customer.key)
            for _ in range(2):
                store_contact(desk.runtime, uow, case, "alice", "online", "in", "你好", "answered")
        case.close("answered", uow.now)
    found = figures.report(desk.runtime, TODAY, actor=MANAGER).overall
    assert (found["customers_per_day"].value, found["consultations_per_day"].value) == (2, 1)
