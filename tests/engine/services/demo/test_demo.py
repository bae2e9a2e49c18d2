from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.order import Order
from engine.model.user_task import UserTask
from engine.runtime import Runtime
from engine.services import cases, demo, people, startup, worklist
from engine.services.demo.catalogue import ARTICLES, COMPLAINTS, TROUBLED, TROUBLES
from engine.services.demo.dataset import CUSTOMERS, ORDERS, customers, orders
from engine.services.demo.staff import STAFF, TEAMS
from engine.services.demo.stories import STORIES
from engine.services.outside import outside
from engine.worker import Worker

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_demo_is_the_same_every_time() -> None:
    assert customers() == customers()
    assert orders(NOW, customers()) == orders(NOW, customers())


def test_the_orders_are_such_as_a_shop_has() -> None:
    made = orders(NOW, customers())
    states = Counter(order.status for order in made)
    assert len(made) == len({order.number for order in made}) == ORDERS
    assert set(states) >= {"paid", "shipped", "signed"}
    assert states["signed"] > 100
    prices = {article.sku: article.price for article in ARTICLES}
    for order in made:
        assert order.placed_at < NOW
        assert all(parcel.shipped_at > order.placed_at for parcel in order.shipments)
        assert order.signed_at is None or order.signed_at <= NOW
        assert all(line.unit_price == prices.get(line.sku, Decimal(0)) for line in order.lines)
        assert order.paid in (order.total, Decimal(0))


def test_the_phones_are_of_nobody() -> None:
    found = customers()
    assert len({customer.phone for customer in found}) == CUSTOMERS
    assert all(customer.phone.startswith("100") for customer in found), "no mobile number begins with 100"
    assert all(customer.email.endswith("@demo.example") for customer in found)


def test_the_staff_is_the_one_of_the_sources() -> None:
    roles = Counter(role for person in STAFF for role in person.roles)
    assert (roles["manager"], roles["general_manager"], roles["group_lead"]) == (1, 1, 2)
    assert roles["presales_supervisor"] == roles["aftersales_supervisor"] == 1
    assert sum(person.username.startswith("agent") for person in STAFF) == 10
    assert sum(len(members) for *_, members in TEAMS) == 10


@pytest.fixture
def loaded(sqlite_runtime: Runtime) -> Runtime:
    startup.wire(sqlite_runtime)
    startup.deploy_paths(sqlite_runtime, [sqlite_runtime.settings.processes_dir], "system")
    demo.load(sqlite_runtime)
    Worker(sqlite_runtime).run_due()
    return sqlite_runtime


def test_everybody_signs_in_with_the_password_that_was_told(loaded: Runtime) -> None:
    lines = demo.load(loaded)
    password = lines[0].rpartition(": ")[2]
    for username in ("manager", "agent1", "warehouse"):
        assert people.authenticate(loaded, username, password).username == username
    assert len(lines) == len(STAFF) + 1


def test_a_complaint_is_about_an_article_that_its_order_has(loaded: Runtime) -> None:
    articles = {matter: sku for sku, (matter, *_) in TROUBLES.items()}
    with loaded.unit_of_work(read_only=True) as uow:
        told = uow.session.execute(select(Case.description, Case.order_number).where(Case.kind == "complaint")).all()
    assert len(told) == TROUBLED + len(COMPLAINTS)
    about = [(articles[row.description], row.order_number) for row in told if row.description in articles]
    assert len(about) == TROUBLED
    for sku, number in about:
        order = outside(loaded).orders.find(number)
        assert order is not None
        assert sku in {line.sku for line in order.lines}


def test_loading_again_adds_nothing(loaded: Runtime) -> None:
    def counts() -> list[int | None]:
        with loaded.unit_of_work(read_only=True) as uow:
            return [
                uow.session.scalar(select(func.count()).select_from(kind)) for kind in (Customer, Order, Case, UserTask)
            ]

    before = counts()
    demo.load(loaded)
    assert counts() == before == [CUSTOMERS, ORDERS + STORIES, 10, 10]


def test_the_desk_has_work_to_show(loaded: Runtime) -> None:
    agent = people.actor_of(loaded, "agent5")
    page = worklist.inbox(loaded, actor=agent)
    assert Counter(row.element_id for row in page.rows) == {
        "verify_complaint": 6,
        "review_request": 2,
        "answer_question": 1,
    }
    assert all(row.case_number and row.customer_name for row in page.rows)
    told = cases.list_cases(loaded, actor=agent)
    assert all(case.order_known for case in told if not case.number.startswith("SL"))
    with loaded.unit_of_work(read_only=True) as uow:
        tiers = Counter(uow.session.scalars(select(Customer.tier)))
    assert all(tiers[tier] > 0 for tier in "ABC"), tiers
