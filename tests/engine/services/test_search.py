import pytest
from sqlalchemy import update

from engine.model.case import Case
from engine.model.search import SearchEntry
from engine.services import search
from engine.services.attachments import attach
from engine.services.cases import log_contact
from engine.services.cases.files import open_case
from engine.services.customers import change_customer
from engine.services.customers.files import new_customer
from tests.engine.services.desk_people import AGENT


@pytest.fixture
def register(runtime):
    def register(title="收到的水壶漏水", name="王小明", phone="13800138000", **values):
        def work(uow):
            customer = new_customer(runtime, uow, {"name": name, "phone": phone})
            case = open_case(runtime, uow, "alice", "complaint", "phone", title, customer_key=customer.key, **values)
            return case.key, customer.key

        return runtime.transact(work)

    return register


def found(runtime, words, kind=search.CASE, **more):
    with runtime.unit_of_work(read_only=True) as uow:
        return search.find(uow, kind, words, **more)


@pytest.mark.parametrize("words", ["水", "漏水", "小明", "1380013", "8000", "D000038", "王小明 水壶"])
def test_a_case_is_found_by_its_words_its_customer_and_its_order(runtime, register, words):
    key, _ = register(order_number="D000038")
    register("别的事情", "李强", "13900139111")
    assert found(runtime, words) == [key]


def test_the_newest_come_first_and_a_page_goes_on_below(runtime, register):
    keys = [register(phone=f"1380013800{number}")[0] for number in range(3)]
    assert found(runtime, "水壶", limit=2) == [keys[2], keys[1]]
    assert found(runtime, "水壶", before=keys[1]) == [keys[0]]


def test_what_is_not_among_the_newest_is_found_too(runtime, register):
    key, _ = register()
    for number in range(search.NEWEST):
        register("别的事情", "李强", f"1390013911{number}")
    assert found(runtime, "水壶", limit=1) == [key]


def test_a_customers_new_name_finds_the_cases_and_the_old_one_does_not(runtime, register):
    key, customer = register()
    change_customer(runtime, customer, 1, {"name": "欧阳震华"}, actor=AGENT)
    assert found(runtime, "欧阳") == [key]
    assert found(runtime, "小明") == []
    assert found(runtime, "震华", search.CUSTOMER) == [customer]


def test_only_open_cases_are_found_when_these_are_asked_for(runtime, register):
    key, _ = register()
    assert found(runtime, "水壶", marks=[search.OPEN]) == [key]
    runtime.transact(lambda uow: uow.get(Case, key).close("resolved", uow.now))
    assert found(runtime, "水壶", marks=[search.OPEN]) == []
    assert found(runtime, "水壶") == [key]


def test_another_tenants_cases_are_not_found(runtime, register):
    register()
    with runtime.unit_of_work(read_only=True, tenant_id="other") as uow:
        assert search.find(uow, search.CASE, "水壶") == []


def test_rows_that_were_written_past_the_mapper_are_found_after_indexing_anew(runtime, register):
    key, customer = register()
    runtime.transact(lambda uow: uow.connection.exec_driver_sql("DELETE FROM search_entry"))
    assert found(runtime, "水壶") == []
    search.fill_if_needed(runtime)
    assert found(runtime, "水壶") == [key]
    assert search.reindex(runtime) == 2
    assert found(runtime, "小明", search.CUSTOMER) == [customer]


@pytest.mark.parametrize("words", ['"', "NEAR(", "a OR", "' --", "水*", ":*", "(", "\\"])
def test_signs_of_a_query_language_are_only_signs(runtime, register, words):
    register()
    found(runtime, words)


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("水壶漏水", True),
        ("壶漏水", True),
        ("漏水壶", False),
        ("水壶水漏", False),
        ("的水壶漏", True),
        ("壶 漏水", True),
    ],
)
def test_signs_are_found_in_their_order(runtime, register, words, is_found):
    key, _ = register()
    assert found(runtime, words) == ([key] if is_found else [])


def test_a_case_is_found_by_what_was_said_and_by_its_files(runtime, register):
    key, _ = register()
    register("别的事情", "李强", "13900139111")
    number = runtime.transact(lambda uow: uow.get(Case, key).number)
    log_contact(runtime, number, "phone", "in", "快递员把盒子摔了", "answered", actor=AGENT)
    attach(runtime, number, "开箱视频截图.pdf", b"%PDF-1.4\n%%EOF", actor=AGENT)
    assert found(runtime, "快递员") == found(runtime, "开箱视频") == [key]
    assert found(runtime, "员快递") == []
    assert found(runtime, "快递员", marks=[search.OPEN], before=key) == []
    runtime.transact(lambda uow: uow.get(Case, key).close("resolved", uow.now))
    assert found(runtime, "快递员") == [key]
    assert found(runtime, "快递员", marks=[search.OPEN]) == []
    with runtime.unit_of_work(read_only=True, tenant_id="other") as uow:
        assert search.find(uow, search.CASE, "快递员") == []


def test_an_index_of_an_older_edition_is_made_anew_at_the_start(runtime, register):
    key, _ = register()
    number = runtime.transact(lambda uow: uow.get(Case, key).number)
    log_contact(runtime, number, "phone", "in", "快递员把盒子摔了", "answered", actor=AGENT)
    runtime.transact(lambda uow: uow.connection.execute(update(SearchEntry).values(terms="mold")))
    assert found(runtime, "水壶漏水") == []
    search.fill_if_needed(runtime)
    assert found(runtime, "水壶漏水") == found(runtime, "快递员") == [key]
