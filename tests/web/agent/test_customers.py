"""Customers' files: one page about everything, changing, reviewing, referring, keeping."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.connectors.orders import OrderLine, OrderRecord
from engine.services import customers, starting
from engine.services.cases import list_cases
from engine.services.shop import store_order
from tests.web.desk import parsed, text_of

FILE = {"name": "王小明", "phone": "138 0013 8000", "email": "", "address": "", "tier": "A", "preferred_channel": "sms",
        "language": "zh", "tags": "团购、VIP", "consent": ["sms", "phone"], "notes": "喜欢耳机"}  # fmt: skip


@pytest.fixture
def key(desk):
    answer = desk.post("ann", "/desk/customers/new", FILE)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def page(desk, path, who="ann"):
    answer = desk.get(who, path)
    assert answer.status_code == 200
    return text_of(parsed(answer).xpath("//main")[0])


def test_a_customers_page_shows_file_standing_cases_and_contacts(desk, key):
    number = desk.complain()
    shown = page(desk, f"/desk/customers/{key}")
    for text in ("王小明", "138 0013 8000", "等级 A", "团购", "短信、电话", number, "收到的水壶漏水", "未结工单1"):
        assert text in shown, text


def test_a_file_is_changed_and_what_is_wrong_is_said_at_its_field(desk, key):
    revision = customers.get_customer(desk.runtime, key, actor=desk.actor("ann")).revision
    answer = desk.post("ann", f"/desk/customers/{key}/edit", {**FILE, "name": "", "revision": revision})
    assert answer.status_code == 422
    assert "请填写姓名" in answer.text
    assert "喜欢耳机" in answer.text
    desk.post("ann", f"/desk/customers/{key}/edit", {**FILE, "name": "王大明", "revision": revision})
    assert "王大明" in page(desk, f"/desk/customers/{key}")
    again = desk.post("ann", f"/desk/customers/{key}/edit", {**FILE, "name": "王二明", "revision": revision})
    assert again.status_code == 409
    assert "刚才有人改过" in again.text


@pytest.mark.parametrize("query", ["q=8000", "q=明", "q=团购", "tag=VIP", "q=１３８００１３８０００"])
def test_customers_are_found_by_tag_and_last_digits(desk, key, query):
    assert "王小明" in page(desk, f"/desk/customers?{query}")
    assert "没有找到客户" in page(desk, "/desk/customers?q=没有这个人")


def test_a_stale_file_reminds_until_it_is_reviewed(desk, key):
    assert "没有核对过" not in page(desk, f"/desk/customers/{key}")
    desk.clock.advance(timedelta(days=181))
    assert "没有核对过" in page(desk, f"/desk/customers/{key}")
    assert "王小明" in page(desk, "/desk/customers?show=stale")
    desk.post("ann", f"/desk/customers/{key}/review")
    assert "没有核对过" not in page(desk, f"/desk/customers/{key}")
    assert "没有需要核对的档案" in page(desk, "/desk/customers?show=stale")


def test_who_may_not_see_personal_data_cannot_change_a_file(desk, key):
    assert desk.get("wes", f"/desk/customers/{key}/edit").status_code == 403
    assert "13800138000" not in desk.get("wes", f"/desk/customers/{key}").text


def test_a_referral_links_the_two_files(desk, key):
    form = {"customer_name": "王小明", "contact": "13800138000", "referred_name": "李强", "referred_contact": "139 0013 9000",
            "referral_consent": True}  # fmt: skip
    starting.start_with_form(desk.runtime, "customer_referral", form, actor=desk.actor("ann"))
    desk.work()
    (found,) = customers.search_customers(desk.runtime, "李强", actor=desk.actor("ann"))
    assert found.phone == "13900139000"
    assert "介绍人 王小明" in page(desk, f"/desk/customers/{found.key}").replace("介绍人王小明", "介绍人 王小明")


def test_a_customer_who_may_leave_gets_a_retention_case(desk, key):
    placed = desk.clock() - timedelta(days=200)
    line = OrderLine(1, "KZ-501", "耳机", 1, Decimal("399.00"))
    values = {"number": "D-1", "status": "signed", "customer_name": "王小明", "customer_phone": "13800138000"}
    record = OrderRecord(**values, address="杭州", placed_at=placed, currency="CNY", freight=Decimal(0), lines=(line,))
    with desk.runtime.unit_of_work() as uow:
        store_order(desk.runtime, uow, record)
    assert "久未下单" in page(desk, f"/desk/customers/{key}")
    assert "王小明" in page(desk, "/desk/customers?show=churn")
    start = parsed(desk.get("ann", f"/desk/start/retention?customer={key}"))
    assert start.xpath("//input[@name='customer_name']/@value") == ["王小明"]
    form = {"customer_name": "王小明", "contact": "13800138000", "tier": "A", "reason": "半年没下单"}
    starting.start_with_form(desk.runtime, "retention", form, actor=desk.actor("ann"))
    desk.work()
    (case,) = list_cases(desk.runtime, actor=desk.actor("ann"), kind="retention")
    assert case.number in desk.get("ann", f"/desk/customers/{key}").text
    assert [task.element_id for task in desk.case(case.number).tasks] == ["keep_customer"]
