import json
from datetime import timedelta

from lxml import html

from engine.services import deployments, instances
from tests.web.desk import DONE, parsed, text_of
from tests.web.supervisor.test_incidents import BROKEN


def _heat(desk, query=""):
    page = desk.client("sue").get(f"/board/heat/complaint{query}")
    assert page.status_code == 200
    (diagram,) = html.fromstring(page.text).xpath("//*[@data-heat]")
    return page.text, json.loads(diagram.get("data-heat"))


def test_a_step_shows_who_stands_there_and_leads_to_the_cases(desk):
    numbers = [desk.complain(), desk.complain()]
    _page, marks = _heat(desk)
    assert marks["verify_complaint"]["active"] == 2
    key = (
        html.fromstring(_page)
        .xpath("//*[@data-diagram-url]")[0]
        .get("data-diagram-url")
        .split("/")[-1]
        .removesuffix(".bpmn")
    )
    cases = desk.client("sue").get(f"/board/heat/complaint/{key}/verify_complaint").text
    assert all(number in cases for number in numbers)
    assert b"verify_complaint" in desk.client("sue").get(f"/board/heat/complaint/{key}.bpmn").data


def test_the_hottest_step_is_the_one_that_waits_longest(desk):
    number = desk.complain()
    desk.clock.advance(timedelta(hours=7))
    desk.does("ann", number, "verify_complaint", **DONE)
    page, marks = _heat(desk)
    assert marks["verify_complaint"] == {"active": 0, "text": "7 小时", "level": 4}
    assert "7 小时" in page


def test_late_tasks_are_counted(desk):
    desk.complain()
    desk.clock.advance(timedelta(days=3))
    desk.work()
    _page, marks = _heat(desk, "?by=late")
    assert marks["verify_complaint"]["text"] == "1/1"


def test_an_unknown_process_or_version_is_not_found(desk):
    assert desk.client("sue").get("/board/heat/nothing").status_code == 404
    assert desk.client("sue").get("/board/heat/complaint?version=99").status_code == 404


def test_the_cases_at_a_step_are_listed_with_what_they_are_about_under_the_steps_name(desk):
    number = desk.complain()
    link = parsed(desk.get("sue", "/board/heat/complaint")).xpath("//a[contains(@href,'/verify_complaint')]/@href")[0]
    page = text_of(parsed(desk.get("sue", link)))
    assert "停在“核实投诉”的工单" in page
    assert number in page
    assert desk.case(number).title in page
    assert desk.client("sue").get(link.replace("verify_complaint", "nothing")).status_code == 404


def test_a_step_where_something_stands_still_has_a_badge_that_leads_to_its_incidents(desk):
    deployments.deploy(desk.runtime, [("broken.bpmn", BROKEN)], "olga")
    for amount in (0, 0, 5):
        instances.start(desk.runtime, "broken", {"amount": amount}, who="ann")
    page = html.fromstring(desk.get("sue", "/board/heat/broken").text)
    marks = json.loads(page.xpath("//@data-heat")[0])
    href = "/board/incidents?process=broken&version=1&element=enough"
    assert marks["enough"] == {"active": 0, "text": "", "level": 0, "incidents": 2, "href": href}
    assert "incidents" not in marks["pay"]
    assert page.xpath(f"//td/a[@href='{href}']/text()") == ["2"]
    assert len(parsed(desk.get("sue", href)).xpath("//table/tbody/tr")) == 2
