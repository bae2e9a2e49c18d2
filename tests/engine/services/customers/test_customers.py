from datetime import timedelta
from decimal import Decimal

import pytest

from engine.clock import MovableClock
from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.model.customer import Customer, normal_phone
from engine.runtime import Runtime
from engine.services import customers
from engine.services.customers.files import match_customer as match
from engine.services.shop import store_order
from tests.engine.connectors.sample_orders import PHONE, SIGNED, UNSHIPPED
from tests.engine.services.desk_people import AGENT, MANAGER, WAREHOUSE, person

WANG = {"name": "王小明", "phone": "+86 138-0013-8000", "email": " Wang@Example.com ", "consent": {"sms": True}}


@pytest.mark.parametrize("typed", ["13800138000", "+86 138 0013 8000", "0086-13800138000", " 138-0013-8000"])
def test_one_phone_is_one_phone_however_it_is_typed(typed: str) -> None:
    assert normal_phone(typed) == "13800138000"


def test_a_customer_is_matched_by_phone_then_by_mail(runtime: Runtime) -> None:
    with runtime.unit_of_work() as uow:
        first, made = match(runtime, uow, WANG)
        same, again = match(runtime, uow, {"name": "小明", "phone": "13800138000"})
        by_mail, third = match(runtime, uow, {"name": "x", "phone": "13911112222", "email": "wang@example.com"})
        assert (made, again, third) == (True, False, False)
        assert first.key == same.key == by_mail.key
        assert (first.name, first.phone) == ("王小明", "13800138000")


def test_a_customer_needs_a_name_and_an_address(sqlite_runtime: Runtime) -> None:
    with pytest.raises(InvalidInput) as refused:
        customers.create_customer(sqlite_runtime, {"name": " "}, actor=AGENT)
    assert set(refused.value.fields) == {"name", "phone"}


def test_consent_decides_by_which_channel_a_customer_is_reached() -> None:
    customer = Customer(name="王", phone="138", email=None, consent={"sms": True, "phone": False, "email": True})
    reached = {channel: customer.may_be_reached_by(channel) for channel in ("sms", "phone", "email", "portal")}
    assert reached == {"sms": True, "phone": False, "email": False, "portal": True}


def test_who_has_no_need_sees_masked_data(runtime: Runtime) -> None:
    key = customers.create_customer(runtime, WANG | {"address": "浙江省杭州市西湖区文三路 1 号"}, actor=AGENT)
    seen = customers.get_customer(runtime, key, actor=WAREHOUSE)
    assert (seen.phone, seen.email, seen.address) == ("138****8000", "w***@example.com", "浙江省杭州市****")
    assert seen.masked
    assert customers.get_customer(runtime, key, actor=AGENT).phone == "13800138000"


def test_a_customer_sees_the_own_file_only(runtime: Runtime) -> None:
    key = customers.create_customer(runtime, WANG, actor=AGENT)
    assert not customers.get_customer(runtime, key, actor=person("wang", "customer", customer_key=key)).masked
    with pytest.raises(Forbidden):
        customers.get_customer(runtime, key, actor=person("eve", "customer", customer_key=key + 1))


def test_two_people_changing_one_file_do_not_overwrite_each_other(runtime: Runtime) -> None:
    key = customers.create_customer(runtime, WANG, actor=AGENT)
    revision = customers.get_customer(runtime, key, actor=AGENT).revision
    customers.change_customer(runtime, key, revision, {"notes": "喜欢电话"}, actor=AGENT)
    with pytest.raises(Conflict):
        customers.change_customer(runtime, key, revision, {"notes": "喜欢短信"}, actor=AGENT)
    assert customers.get_customer(runtime, key, actor=AGENT).notes == "喜欢电话"


def test_an_impossible_change_is_refused_whole(sqlite_runtime: Runtime) -> None:
    key = customers.create_customer(sqlite_runtime, WANG, actor=AGENT)
    with pytest.raises(InvalidInput) as refused:
        customers.change_customer(sqlite_runtime, key, 1, {"notes": "x", "tier": "Z"}, actor=AGENT)
    assert set(refused.value.fields) == {"tier"}
    assert customers.get_customer(sqlite_runtime, key, actor=AGENT).notes == ""
    with pytest.raises(InvalidInput, match="tenant_id"):
        customers.change_customer(sqlite_runtime, key, 1, {"tenant_id": "x"}, actor=AGENT)


def test_customers_are_searched_by_name_phone_tag_and_in_pages(runtime: Runtime) -> None:
    for number in range(3):
        values = {"name": f"客户{number}", "phone": f"1390000000{number}", "tags": ["企业"] if number else []}
        customers.create_customer(runtime, values, actor=AGENT)
    names = [found.name for found in customers.search_customers(runtime, "客户", actor=AGENT, limit=2)]
    assert names == ["客户2", "客户1"]
    page = customers.search_customers(runtime, "客户", actor=AGENT, limit=2)
    rest = customers.search_customers(runtime, "客户", actor=AGENT, limit=2, after=page[-1].key)
    assert [found.name for found in rest] == ["客户0"]
    assert [f.name for f in customers.search_customers(runtime, "139-0000-0001", actor=AGENT)] == ["客户1"]
    assert len(customers.search_customers(runtime, actor=AGENT, tag="企业")) == 2


def test_a_buyer_is_found_by_the_number_of_the_order(runtime: Runtime) -> None:
    key = customers.create_customer(runtime, WANG, actor=AGENT)
    with runtime.unit_of_work() as uow:
        store_order(runtime, uow, SIGNED)
    for number in (SIGNED.number, SIGNED.number.lower(), f" {SIGNED.number} "):
        assert [found.key for found in customers.search_customers(runtime, number, actor=AGENT)] == [key], number
    assert customers.search_customers(runtime, SIGNED.number, actor=AGENT, tier="A") == []
    assert customers.search_customers(runtime, "D99999", actor=AGENT) == []


def test_a_tag_is_found_by_all_of_its_signs(runtime: Runtime) -> None:
    for number, tag in enumerate(("vip_1", "vipx1", '5" 屏', "a\\b")):
        values = {"name": "客户", "phone": f"1390000000{number}", "tags": [tag]}
        customers.create_customer(runtime, values, actor=AGENT)
    for tag, count in (("vip_1", 1), ("vip%", 0), ('5" 屏', 1), ("a\\b", 1)):
        assert len(customers.search_customers(runtime, actor=AGENT, tag=tag)) == count, tag


def test_a_tier_follows_purchases_until_a_person_sets_it(runtime: Runtime) -> None:
    key = customers.create_customer(runtime, WANG, actor=AGENT)
    with runtime.unit_of_work() as uow:
        for record in (SIGNED, UNSHIPPED):
            store_order(runtime, uow, record)
    assert customers.retier(runtime, actor=MANAGER) == 0, "1612 is less than tier B"
    assert [customers.tier_for(Decimal(s), Decimal(9), Decimal(5)) for s in ("9", "5", "4.99")] == ["A", "B", "C"]
    customers.change_customer(runtime, key, 1, {"tier": "A"}, actor=AGENT)
    customers.retier(runtime, actor=MANAGER)
    assert customers.get_customer(runtime, key, actor=AGENT).tier == "A"


def test_a_good_customer_who_fell_silent_is_a_risk(runtime: Runtime, clock: MovableClock) -> None:
    customers.create_customer(runtime, WANG | {"tier": "A"}, actor=AGENT)
    with runtime.unit_of_work() as uow:
        store_order(runtime, uow, SIGNED)
    assert customers.churn_risks(runtime, actor=MANAGER) == []
    clock.advance(timedelta(days=200))
    assert [(risk.name, risk.reason) for risk in customers.churn_risks(runtime, actor=MANAGER)] == [
        ("王小明", "silent")
    ]


def test_files_that_nobody_looked_at_are_stale_until_they_are_reviewed(runtime: Runtime, clock: MovableClock) -> None:
    key = customers.create_customer(runtime, WANG, actor=AGENT)
    clock.advance(timedelta(days=181))
    stale = customers.stale_customers(runtime, timedelta(days=180), actor=AGENT)
    assert [found.key for found in stale] == [key]
    customers.mark_reviewed(runtime, key, actor=AGENT)
    assert customers.stale_customers(runtime, timedelta(days=180), actor=AGENT) == []


def test_the_single_view_shows_orders_and_what_is_unknown_is_not_found(runtime: Runtime) -> None:
    key = customers.create_customer(runtime, WANG, actor=AGENT)
    with runtime.unit_of_work() as uow:
        store_order(runtime, uow, SIGNED)
    seen = customers.history(runtime, key, actor=AGENT)
    assert seen.orders is not None
    assert [order.number for order in seen.orders] == [SIGNED.number]
    assert seen.customer.phone == PHONE
    with pytest.raises(NotFound):
        customers.history(runtime, key + 1, actor=AGENT)
