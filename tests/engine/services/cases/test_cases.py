from datetime import timedelta

import pytest

from engine.clock import MovableClock
from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.runtime import Runtime
from engine.services import cases, people
from engine.services.customers.files import new_customer
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import ADMIN, AGENT, MANAGER, SUPERVISOR, WAREHOUSE, person


@pytest.fixture
def number(runtime: Runtime) -> str:
    return make(runtime)


def make(runtime: Runtime, title: str = "耳机坏了", phone: str = "13800138000", **values: object) -> str:
    with runtime.unit_of_work() as uow:
        customer = new_customer(runtime, uow, {"name": "王小明", "phone": phone})
        found = {"customer_key": customer.key} | values
        return cases.open_case(runtime, uow, "alice", "complaint", "phone", title, **found).number


def test_a_change_says_who_what_and_from_what_to_what(runtime: Runtime, number: str, clock: MovableClock) -> None:
    clock.advance(timedelta(minutes=5))
    cases.change_case(runtime, number, {"title": "左耳坏了", "priority": 50}, actor=AGENT)
    entry = cases.timeline(runtime, number, actor=AGENT)[0]
    assert (entry.actor, entry.at, entry.name) == ("alice", clock(), "case.changed")
    assert entry.changes == [{"field": "title", "from": "耳机坏了", "to": "左耳坏了"}]


def test_changing_nothing_writes_nothing(runtime: Runtime, number: str) -> None:
    before = len(cases.timeline(runtime, number, actor=AGENT))
    cases.change_case(runtime, number, {"title": "耳机坏了"}, actor=AGENT)
    assert len(cases.timeline(runtime, number, actor=AGENT)) == before


def test_two_people_changing_one_case_do_not_overwrite_each_other(runtime: Runtime, number: str) -> None:
    read = cases.get_case(runtime, number, actor=AGENT).revision
    cases.change_case(runtime, number, {"title": "一"}, actor=AGENT, revision=read)
    with pytest.raises(Conflict):
        cases.change_case(runtime, number, {"title": "二"}, actor=AGENT, revision=read)


def test_what_the_process_decides_is_not_changed_by_hand(runtime: Runtime, number: str) -> None:
    for field in ("status", "outcome", "level", "number", "order_known"):
        with pytest.raises(InvalidInput, match=field):
            cases.change_case(runtime, number, {field: "x"}, actor=AGENT)


def test_a_promise_needs_its_time_zone(runtime: Runtime, number: str) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        cases.change_case(runtime, number, {"promised_at": "2026-03-04T10:00:00"}, actor=AGENT)
    cases.change_case(runtime, number, {"promised_at": "2026-03-04T10:00:00+08:00"}, actor=AGENT)
    assert cases.get_case(runtime, number, actor=AGENT).promised_at is not None


def test_contacts_are_kept_with_time_content_and_result(runtime: Runtime, number: str) -> None:
    cases.log_contact(runtime, number, "phone", "out", "电话未接", "no_answer", actor=AGENT)
    entry = cases.timeline(runtime, number, actor=AGENT, kinds=("contact",))[0]
    assert (entry.text, entry.data["result"], entry.public) == ("电话未接", "no_answer", False)
    with pytest.raises(InvalidInput) as refused:
        cases.log_contact(runtime, number, "phone", "up", " ", "maybe", actor=AGENT)
    assert set(refused.value.fields) == {"direction", "content", "result"}


def test_who_may_not_is_refused(runtime: Runtime, number: str) -> None:
    owner = person("owner", "process_owner")
    with pytest.raises(Forbidden):
        cases.get_case(runtime, number, actor=owner)
    with pytest.raises(Forbidden):
        cases.add_note(runtime, number, "x", actor=owner)
    with pytest.raises(Forbidden):
        cases.assign_case(runtime, number, "bob", actor=AGENT)
    with pytest.raises(InvalidInput):
        cases.add_note(runtime, number, "  ", actor=AGENT)
    with pytest.raises(NotFound):
        cases.get_case(runtime, "TS0", actor=AGENT)


def test_a_department_sees_the_case_and_a_masked_customer(runtime: Runtime, number: str) -> None:
    view = cases.get_case(runtime, number, actor=WAREHOUSE)
    assert view.customer is not None
    assert (view.customer.phone, view.customer.masked) == ("138****8000", True)
    (row,) = cases.list_cases(runtime, actor=WAREHOUSE)
    assert row.customer_phone == "138****8000"


def test_an_owner_must_be_somebody(runtime: Runtime, number: str) -> None:
    with pytest.raises(NotFound):
        cases.assign_case(runtime, number, "bob", actor=SUPERVISOR)
    people.create_user(runtime, "bob", "Bob", ["agent"], actor=ADMIN)
    cases.assign_case(runtime, number, "bob", actor=SUPERVISOR)
    assert cases.get_case(runtime, number, actor=AGENT).owner == "bob"


def test_cases_are_listed_filtered_and_in_pages(runtime: Runtime) -> None:
    numbers = [make(runtime, f"第{place}件", f"1380013800{place}", order_number=f"D{place}") for place in range(3)]
    everything = cases.list_cases(runtime, actor=AGENT)
    assert [row.number for row in everything] == numbers[::-1]
    first = cases.list_cases(runtime, actor=AGENT, limit=2)
    rest = cases.list_cases(runtime, actor=AGENT, limit=2, after=first[-1].key)
    assert [row.number for row in rest] == numbers[:1]
    for words in (numbers[1].lower(), "D1", "138-0013-8001", "第1"):
        assert [row.number for row in cases.list_cases(runtime, actor=AGENT, search=words)] == [numbers[1]], words
    assert cases.list_cases(runtime, actor=AGENT, status="closed") == []
    assert len(cases.list_cases(runtime, actor=AGENT, status="any_open", kind="complaint")) == 3


def test_a_long_timeline_comes_in_pages(runtime: Runtime, number: str) -> None:
    for place in range(5):
        cases.add_note(runtime, number, f"{place}", actor=AGENT)
    first = cases.timeline(runtime, number, actor=AGENT, kinds=("note",), limit=3)
    rest = cases.timeline(runtime, number, actor=AGENT, kinds=("note",), limit=3, before=first[-1].key)
    assert [entry.text for entry in (*first, *rest)] == ["4", "3", "2", "1", "0"]


def test_the_page_of_a_case_shows_what_is_being_done(desk: Desk) -> None:
    number = desk.start_complaint()
    view = cases.get_case(desk.runtime, number, actor=MANAGER)
    assert [task.element_id for task in view.tasks] == ["verify_complaint"]
    assert [instance.process_id for instance in view.instances] == ["complaint"]
    assert (view.incidents, len(view.clocks)) == (0, 2)


def test_a_tenant_does_not_see_another_ones_case(runtime: Runtime, number: str) -> None:
    from dataclasses import replace

    with pytest.raises(NotFound):
        cases.get_case(runtime, number, actor=replace(AGENT, tenant_id="other"))
    assert cases.list_cases(runtime, actor=replace(AGENT, tenant_id="other")) == []
