from datetime import timedelta

import pytest

from engine.runtime import JobFailed
from engine.services import cases, people
from tests.engine.services.desk_fixtures import COMPLAINT, Desk
from tests.engine.services.desk_people import ADMIN, AGENT

OPEN = {
    "clocks": [{"name": "resolution", "limit": "PT72H", "calendar": "always", "warn_ratio": 0.8}],
    "level": "normal",
}


def open_one(desk: Desk, **changes: object) -> str:
    return str(desk.handle(desk.job("case.open", COMPLAINT | OPEN | changes, kind="complaint"))["case_number"])


def test_a_case_is_opened_with_its_customer_order_and_clock(desk: Desk) -> None:
    number = open_one(desk)
    view = cases.get_case(desk.runtime, number, actor=AGENT)
    assert (view.number, view.kind, view.level, view.order_known) == ("TS20260302-0001", "complaint", "normal", True)
    assert view.customer is not None
    assert (view.customer.name, view.customer.consent) == ("王小明", {"sms": True})
    assert [(clock.name, clock.state) for clock in view.clocks] == [("resolution", "running")]


def test_the_same_job_opens_one_case(desk: Desk) -> None:
    job = desk.job("case.open", COMPLAINT | OPEN, kind="complaint")
    assert desk.handle(job) == desk.handle(job)
    assert len(cases.list_cases(desk.runtime, actor=AGENT)) == 1


def test_an_unknown_order_keeps_the_number_as_it_was_given(desk: Desk) -> None:
    case = desk.case(open_one(desk, order_number="不知道 123"))
    assert (case.order_number, case.order_known) == ("不知道 123", False)


def test_a_contact_that_reaches_nobody_still_makes_a_case(desk: Desk) -> None:
    assert desk.case(open_one(desk, contact="")).customer_key is None


def test_a_returning_customer_goes_to_the_agent_who_has_them(desk: Desk) -> None:
    from engine.services.customers import change_customer, search_customers

    open_one(desk)
    (customer,) = search_customers(desk.runtime, "王小明", actor=AGENT)
    change_customer(desk.runtime, customer.key, customer.revision, {"owner": "bob"}, actor=AGENT)
    assert desk.case(open_one(desk)).owner == "bob"
    people.change_user(desk.runtime, "bob", {"active": False}, actor=ADMIN)
    assert desk.case(open_one(desk)).owner is None


def test_a_case_that_was_closed_is_opened_again_under_its_number(desk: Desk) -> None:
    number = open_one(desk)
    desk.handle(desk.job("case.close", {"case_number": number, "result": "resolved"}))
    assert open_one(desk, case_number=number) == number
    case = desk.case(number)
    assert (case.status, case.outcome, case.reopened) == ("open", None, 1)


def test_closing_meets_the_clocks_and_withdrawing_cancels_them(desk: Desk) -> None:
    for result, state in (("resolved", "met"), ("withdrawn", "cancelled")):
        number = open_one(desk)
        desk.handle(desk.job("case.close", {"case_number": number, "result": result}))
        view = cases.get_case(desk.runtime, number, actor=AGENT)
        assert (view.status, view.outcome, view.clocks[0].state) == ("closed", result, state)


@pytest.mark.parametrize(
    ("stages", "status", "escalated"),
    [
        (("escalated",), "escalated", True),
        (("escalated", "mediated"), "open", False),
        (("escalated", "waiting_customer"), "escalated", True),
        (("waiting_customer",), "waiting_customer", False),
    ],
)
def test_a_stage_shows_in_the_status(desk: Desk, stages: tuple[str, ...], status: str, escalated: bool) -> None:
    number = open_one(desk)
    for stage in stages:
        desk.handle(desk.job("case.update", {"case_number": number, "note": "说明"}, stage=stage))
    case = desk.case(number)
    assert (case.status, case.escalated_at is not None) == (status, escalated)


def test_what_the_process_learned_is_written_with_its_old_value(desk: Desk) -> None:
    number = open_one(desk)
    desk.handle(desk.job("case.update", {"case_number": number, "cause": "logistics", "matter": None}))
    changed = cases.timeline(desk.runtime, number, actor=AGENT, kinds=("change",))[0]
    assert changed.changes == [{"field": "cause", "from": "quality", "to": "logistics"}]
    assert desk.case(number).matter == COMPLAINT["matter"]


def test_repeats_are_counted_by_article_cause_and_window(desk: Desk) -> None:
    numbers = [open_one(desk, cause_code="left_ear_dead") for _ in range(2)]
    open_one(desk, cause_code="other")
    asked = {"case_number": numbers[0], "sku": "KZ-501", "cause_code": "left_ear_dead", "window": "P30D"}
    assert desk.handle(desk.job("complaint.repeats", asked)) == {"repeats": 2}
    desk.clock.advance(timedelta(days=31))
    third = open_one(desk, cause_code="left_ear_dead")
    assert desk.handle(desk.job("complaint.repeats", asked | {"case_number": third})) == {"repeats": 1}


def test_a_job_about_a_case_that_is_not_there_is_an_incident_at_once(desk: Desk) -> None:
    with pytest.raises(JobFailed, match="TS1") as failed:
        desk.handle(desk.job("case.update", {"case_number": "TS1"}))
    assert failed.value.permanent
    with pytest.raises(JobFailed, match="case_number"):
        desk.handle(desk.job("case.close", {}))


def test_clocks_are_paused_with_the_case_and_resumed(desk: Desk) -> None:
    number = open_one(desk)
    desk.handle(desk.job("sla.pause", {"case_number": number}, clock="resolution"))
    assert desk.case(number).status == "waiting_customer"
    desk.handle(desk.job("sla.resume", {"case_number": number}, clock="resolution"))
    view = cases.get_case(desk.runtime, number, actor=AGENT)
    assert (view.status, view.clocks[0].state) == ("open", "running")


def test_a_promise_starts_its_clock_and_meets_the_first_response(desk: Desk) -> None:
    number = open_one(desk, clocks=[{"name": "first_response", "limit": "PT30M", "calendar": "desk"}])
    promised = (desk.clock() + timedelta(hours=20)).isoformat()
    job = desk.job("sla.start", {"case_number": number, "breach_at": promised, "warn_ratio": 0.5},
                   clock="promised", meets="first_response")  # fmt: skip
    desk.handle(job)
    clocks = {clock.name: clock for clock in cases.get_case(desk.runtime, number, actor=AGENT).clocks}
    assert (clocks["first_response"].state, clocks["promised"].state) == ("met", "running")
    assert clocks["promised"].breach_at == desk.clock() + timedelta(hours=20)
    assert clocks["promised"].warn_at == desk.clock() + timedelta(hours=10)
    assert desk.case(number).promised_at == desk.clock() + timedelta(hours=20)


def test_a_new_severity_moves_every_clock(desk: Desk) -> None:
    number = open_one(desk)
    moved = [{"name": "resolution", "limit": "PT24H", "calendar": "always"}, {"name": "refund", "limit": "P7D"}]
    desk.handle(desk.job("sla.move", {"case_number": number, "clocks": moved, "level": "critical"}))
    clocks = {clock.name: clock for clock in cases.get_case(desk.runtime, number, actor=AGENT).clocks}
    assert (clocks["resolution"].target, clocks["refund"].target) == (timedelta(hours=24), timedelta(days=7))
    assert desk.case(number).level == "critical"


@pytest.mark.parametrize(
    "clocks", ["resolution", [{"limit": "PT1H"}], [{"name": "x"}], [{"name": "x", "limit": "soon"}]]
)
def test_a_list_of_clocks_that_is_none_is_an_incident_at_once(desk: Desk, clocks: object) -> None:
    with pytest.raises(JobFailed) as failed:
        desk.handle(desk.job("case.open", COMPLAINT | {"clocks": clocks}))
    assert failed.value.permanent
    assert cases.list_cases(desk.runtime, actor=AGENT) == [], "nothing was done by halves"


def test_numbers_are_given_once_under_concurrency(any_desk: Desk) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(lambda _: open_one(any_desk, clocks=None), range(24)))
    assert sorted(numbers) == [f"TS20260302-{place:04d}" for place in range(1, 25)]


def test_a_number_says_the_day_at_the_desk(desk: Desk) -> None:
    desk.clock.advance(timedelta(hours=7))  # 16:00 UTC is midnight in Shanghai
    assert open_one(desk).startswith("TS20260303-")
