from datetime import timedelta
from typing import Any

import pytest

from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.model.permissions import Actor
from engine.services import cases, notifications, people, portal, reports, work
from engine.services.cases.links import LinkRefused
from engine.services.customers import get_customer
from tests.engine.connectors.sample_orders import PHONE, SIGNED
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT, WAREHOUSE, person

FORM = {"customer_name": "王小明", "contact": PHONE, "matter": "耳机左耳没有声音", "cause": "quality", "consent": True}
FORM |= {"wanted_remedy": "refund", "order_number": SIGNED.number}
RETURN = {
    "customer_name": "王小明",
    "contact": PHONE,
    "order_number": SIGNED.number,
    "sku": "KZ-501",
    "reason": "quality",
}
RETURN |= {"requested": "return_refund", "intact": True, "description": "左耳没有声音了"}
VISITOR = people.visitor_actor()


def file(desk: Desk, **changes: Any) -> tuple[portal.Filed, Actor]:
    filed = portal.file_complaint(desk.runtime, FORM | changes, actor=VISITOR)
    desk.run()
    return filed, by_link(desk, filed)


def by_link(desk: Desk, filed: portal.Filed) -> Actor:
    number, actor = cases.case_of_link(desk.runtime, filed.link.rpartition("/")[2])
    assert number == filed.number
    return actor


def test_a_filed_complaint_is_a_case_with_a_process_at_once(desk: Desk) -> None:
    filed, actor = file(desk)
    assert filed.number == "TS20260302-0001"
    assert list(desk.tasks()) == ["verify_complaint"]
    page = portal.case_page(desk.runtime, filed.number, actor=actor)
    assert (page.status_zh, page.order_known, page.title) == ("处理中", True, FORM["matter"])
    assert [step.zh for step in page.steps] == ["已受理", "我们的回复"]
    assert page.answer_by == desk.clock() + timedelta(hours=72)
    assert page.actions == {"withdraw", "escalate"}
    assert desk.incidents() == []
    assert len(cases.list_cases(desk.runtime, actor=AGENT)) == 1, (
        "the process takes the case over, it opens no second one"
    )


def test_a_form_that_is_wrong_registers_nothing(desk: Desk) -> None:
    with pytest.raises(work.FormRefused) as refused:
        portal.file_complaint(desk.runtime, FORM | {"matter": "", "cause": "x"}, actor=VISITOR)
    assert set(refused.value.fields) == {"matter", "cause"}
    assert cases.list_cases(desk.runtime, actor=AGENT) == []


def test_an_unknown_order_is_kept_as_it_was_given(desk: Desk) -> None:
    filed, actor = file(desk, order_number="好像是 123")
    page = portal.case_page(desk.runtime, filed.number, actor=actor)
    assert (page.order_number, page.order_known) == ("好像是 123", False)


def test_a_link_opens_one_case_and_nothing_else_of_that_customer(desk: Desk) -> None:
    mine, _ = file(desk)
    other, stranger = file(desk)  # somebody files under my phone number
    with pytest.raises(NotFound):
        portal.case_page(desk.runtime, mine.number, actor=stranger)
    assert [line.number for line in portal.my_cases(desk.runtime, actor=stranger)] == [other.number]
    with pytest.raises(Forbidden):
        get_customer(desk.runtime, mine.customer_key, actor=stranger)
    signed_in = person("wang", "customer", customer_key=mine.customer_key)
    assert len(portal.my_cases(desk.runtime, actor=signed_in)) == 2


def test_a_stranger_gives_no_consent_in_a_known_customers_name(desk: Desk) -> None:
    filed, _ = file(desk, consent=False)
    file(desk, consent=True)
    assert get_customer(desk.runtime, filed.customer_key, actor=AGENT).consent == {}


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-2], lambda t: "x" + t, lambda t: t.split(".")[0] + ".AAAA", lambda t: ""]
)
def test_a_link_that_was_changed_is_refused(desk: Desk, spoil: Any) -> None:
    filed, _ = file(desk)
    with pytest.raises(LinkRefused, match="not valid"):
        cases.case_of_link(desk.runtime, spoil(filed.link.rpartition("/")[2]))


def test_a_link_expires_and_serves_one_purpose(desk: Desk) -> None:
    filed, _ = file(desk)
    token = filed.link.rpartition("/")[2]
    with pytest.raises(LinkRefused):
        cases.survey_of_link(desk.runtime, token)
    desk.clock.advance(timedelta(days=30))
    with pytest.raises(LinkRefused, match="expired"):
        cases.case_of_link(desk.runtime, token)


def test_a_visitor_follows_nothing(desk: Desk) -> None:
    filed, _ = file(desk)
    with pytest.raises((NotFound, Forbidden)):
        portal.case_page(desk.runtime, filed.number, actor=VISITOR)
    assert portal.my_cases(desk.runtime, actor=VISITOR) == []


def test_withdrawing_ends_the_case_and_cannot_be_done_twice(desk: Desk) -> None:
    filed, actor = file(desk)
    portal.withdraw(desk.runtime, filed.number, "找到原因了", actor=actor)
    desk.run()
    page = portal.case_page(desk.runtime, filed.number, actor=actor)
    assert (page.status_zh, page.outcome, page.actions) == ("已结案", "withdrawn", frozenset())
    with pytest.raises(Conflict):
        portal.withdraw(desk.runtime, filed.number, actor=actor)
    assert desk.incidents() == []


def test_the_customers_button_brings_a_supervisor_and_a_second_press_a_note(desk: Desk) -> None:
    filed, actor = file(desk)
    portal.escalate(desk.runtime, filed.number, "没有人理我", actor=actor)
    desk.run()
    assert "supervisor_contact" in desk.tasks()
    assert desk.case(filed.number).status == "escalated"
    before = desk.case(filed.number).priority
    portal.escalate(desk.runtime, filed.number, "还是没有人", actor=actor)
    desk.run()
    assert desk.case(filed.number).priority > before
    assert list(desk.tasks()).count("supervisor_contact") == 1
    assert desk.incidents() == []


def test_what_a_customer_writes_waits_unread_until_somebody_reads_it(desk: Desk) -> None:
    filed, actor = file(desk)
    cases.mark_read(desk.runtime, filed.number, actor=AGENT)
    assert desk.case(filed.number).unread_at is None
    portal.write_message(desk.runtime, filed.number, "请快一点", actor=actor)
    assert desk.case(filed.number).unread_at == desk.clock()
    with pytest.raises(InvalidInput):
        portal.write_message(desk.runtime, filed.number, "  ", actor=actor)


def test_internal_notes_are_not_the_customers_to_read(desk: Desk) -> None:
    filed, actor = file(desk)
    cases.add_note(desk.runtime, filed.number, "疑似职业索赔", actor=AGENT)
    assert "职业" not in str(portal.case_page(desk.runtime, filed.number, actor=actor))
    assert "职业" not in str(cases.timeline(desk.runtime, filed.number, actor=actor))
    assert "职业" in str(cases.timeline(desk.runtime, filed.number, actor=AGENT))


def test_a_return_goes_by_its_number_until_the_goods_are_in(desk: Desk) -> None:
    filed = portal.request_return(desk.runtime, RETURN, actor=VISITOR)
    actor = by_link(desk, filed)
    desk.run()
    assert filed.number.startswith("TH")
    task = next(iter(desk.tasks().values()))
    assert task.process_id == "return_review"
    assert portal.case_page(desk.runtime, filed.number, actor=actor).aftersale_number == filed.number
    with pytest.raises(Conflict):
        reports.goods_received(desk.runtime, filed.number, actor=WAREHOUSE)
    with pytest.raises(InvalidInput) as refused:
        portal.submit_tracking(desk.runtime, filed.number, " ", "", actor=actor)
    assert set(refused.value.fields) == {"carrier", "tracking_number"}
    for wrong in ("1", "abcdefgh", "中文单号一二三", "<script>1</script>", "SF" + "9" * 31):
        with pytest.raises(InvalidInput) as refused:
            portal.submit_tracking(desk.runtime, filed.number, "顺丰速运", wrong, actor=actor)
        assert set(refused.value.fields) == {"tracking_number"}
    assert desk.incidents() == []


def survey(desk: Desk) -> tuple[int, Actor, str]:
    filed, actor = file(desk)
    desk.handle(
        desk.job("customer.survey", {"case_number": filed.number, "expires": "P7D"}, template="satisfaction_survey")
    )
    messages = notifications.messages_for_customer(desk.runtime, filed.number, actor=actor)
    lines = [line for message in messages for line in message.body.splitlines()]
    token = next(line for line in lines if "/portal/s/" in line).rpartition("/")[2]
    key, customer = cases.survey_of_link(desk.runtime, token)
    return key, customer, filed.number


def test_a_survey_is_answered_once_by_its_link(desk: Desk) -> None:
    key, customer, number = survey(desk)
    assert portal.open_survey(desk.runtime, key, actor=customer).case_number == number
    with pytest.raises(InvalidInput):
        portal.answer_survey(desk.runtime, key, True, 6, actor=customer)
    portal.answer_survey(desk.runtime, key, True, 5, "很好", actor=customer)
    with pytest.raises(Conflict):
        portal.answer_survey(desk.runtime, key, False, 1, actor=customer)
    assert "5/5 很好" in [entry.text for entry in cases.timeline(desk.runtime, number, actor=AGENT)]


def test_a_survey_is_not_another_customers_to_answer(desk: Desk) -> None:
    key, _, _ = survey(desk)
    with pytest.raises(NotFound):
        portal.answer_survey(desk.runtime, key, True, 5, actor=person("eve", "customer", customer_key=1))
