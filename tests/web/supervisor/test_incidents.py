"""Incidents: what stands still and why; mending a variable and trying again."""

from datetime import timedelta

import pytest

from engine.services import deployments, instances, stops, suspension
from engine.worker import Worker
from tests.web.desk import parsed, text_of, value_of

BROKEN = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="d" targetNamespace="t"><process id="broken" name="\xe8\xbf\x94\xe7\x8e\xb0" isExecutable="true">
  <startEvent id="start"><outgoing>a</outgoing></startEvent>
  <exclusiveGateway id="enough" name="\xe5\xa4\x9f\xe4\xbb\x98"><extensionElements>
    <zeebe:properties><zeebe:property name="name.en" value="Is it enough" /></zeebe:properties></extensionElements>
    <incoming>a</incoming><outgoing>b</outgoing><outgoing>z</outgoing></exclusiveGateway>
  <userTask id="pay" name="\xe8\xbd\xac\xe8\xb4\xa6"><extensionElements><zeebe:userTask />
    <zeebe:assignmentDefinition candidateGroups="agent" /></extensionElements><incoming>b</incoming><outgoing>c</outgoing></userTask>
  <endEvent id="end"><incoming>c</incoming></endEvent><endEvent id="owed"><incoming>z</incoming></endEvent>
  <sequenceFlow id="a" sourceRef="start" targetRef="enough" /><sequenceFlow id="c" sourceRef="pay" targetRef="end" />
  <sequenceFlow id="b" sourceRef="enough" targetRef="pay"><conditionExpression>=amount &gt; 0</conditionExpression></sequenceFlow>
  <sequenceFlow id="z" sourceRef="enough" targetRef="owed"><conditionExpression>=amount &lt; 0</conditionExpression></sequenceFlow>
  </process></definitions>"""


@pytest.fixture
def stopped(desk):
    """The key of an instance that stands still."""
    deployments.deploy(desk.runtime, [("broken.bpmn", BROKEN)], "olga")
    return instances.start(desk.runtime, "broken", {"amount": 0, "note": "x"}, who="ann").key


def incident(desk):
    (link,) = parsed(desk.get("sue", "/board/incidents")).xpath("//table//a[contains(@href,'/incidents/')]/@href")
    return link


def test_an_incident_says_where_and_why_on_the_board_and_in_the_list(desk, stopped):
    listed = text_of(parsed(desk.get("sue", "/board/incidents")).xpath("//table")[0])
    assert "够付" in listed
    assert "返现" in listed
    assert incident(desk) in desk.get("sue", "/board/").text
    assert "Is it enough" in desk.get("sue", "/board/incidents?lang=en").text


def test_the_reason_is_in_the_language_of_who_reads(desk, stopped):
    said, link = "“enough”的条件都不成立，也没有默认流向。", incident(desk)
    instance = f"/board/instances/{stopped}"
    for path in ("/board/incidents", "/board/now", link, instance):
        assert said in desk.get("sue", path).text
        page = desk.get("sue", f"{path}?lang=en").text
        assert "No condition at" in page
        assert said not in page
        desk.get("sue", "/board/?lang=zh")


def test_mending_a_variable_and_trying_again_lets_the_process_go_on(desk, stopped):
    link = incident(desk)
    page = parsed(desk.get("sue", link))
    assert value_of(page, "v-amount") == "0"
    sent = {"v-amount": "25", "v-note": '"x"'}
    assert desk.post("sue", link, sent).status_code == 303
    assert "没有故障" in desk.get("sue", "/board/incidents").text
    assert "转账" in desk.get("ann", "/desk/").text
    resolved = text_of(parsed(desk.get("sue", "/board/incidents?resolved=1")))
    assert "苏主管" in resolved


def test_a_value_that_is_no_json_is_refused_at_its_field_and_kept(desk, stopped):
    link = incident(desk)
    answer = desk.post("sue", link, {"v-amount": "twenty", "v-note": '"x"'})
    assert answer.status_code == 422
    page = parsed(answer)
    assert value_of(page, "v-amount") == "twenty"
    assert page.xpath("//*[@id='v-amount-error']")
    assert incident(desk) == link


def test_trying_again_without_a_repair_is_a_new_incident(desk, stopped):
    link = incident(desk)
    desk.post("sue", "/board/incidents/retry", {"keys": link.rsplit("/", 1)[1]})
    assert incident(desk) != link


def test_one_of_several_that_is_gone_does_not_keep_the_others_from_being_tried(desk, stopped):
    key = incident(desk).rsplit("/", 1)[1]
    answer = desk.post("sue", "/board/incidents/retry", {"keys": ["7", key]}, follow_redirects=True)
    assert "已重试 1 个故障" in answer.text
    assert incident(desk).rsplit("/", 1)[1] != key


@pytest.mark.parametrize("text", ["NaN", "1e999", "[" * 100_000])
def test_a_value_that_only_python_takes_for_json_is_refused(desk, stopped, text):
    assert desk.post("sue", incident(desk), {"v-amount": text, "v-note": '"x"'}).status_code == 422


def test_a_repair_that_cannot_be_tried_changes_nothing(desk, stopped):
    suspension.suspend(desk.runtime, stopped, who="max")
    answer = desk.post("sue", incident(desk), {"v-amount": "25", "v-note": '"x"'})
    assert answer.status_code == 303
    with desk.runtime.unit_of_work(read_only=True) as uow:
        assert instances.root_variables(uow, stopped)["amount"] == 0


def test_an_incident_that_was_repaired_is_not_repaired_twice(desk, stopped):
    link = incident(desk)
    desk.post("sue", link, {"v-amount": "25"})
    answer = desk.post("sue", link, {"v-amount": "30"}, follow_redirects=True)
    assert "已被处理" in answer.text
    assert not parsed(desk.get("sue", link)).xpath("//textarea[not(@readonly)]")


def test_an_incident_of_a_case_leads_to_it(desk, stopped):
    number = desk.complain()
    instances.start(desk.runtime, "broken", {"amount": 0, "case_number": number}, who="ann")
    page = parsed(desk.get("sue", "/board/incidents"))
    assert page.xpath(f"//table//a[@href='/desk/cases/{number}']")


OTHER = (
    BROKEN.replace(b'id="broken"', b'id="other"')
    .replace(b'id="enough"', b'id="plenty"')
    .replace(b'"enough"', b'"plenty"')
)


def listed(desk, query):
    """The keys of the incidents that the list shows for a query."""
    links = parsed(desk.get("sue", f"/board/incidents?{query}")).xpath("//table//td[@data-label='步骤']/a/@href")
    return [link.split("?")[0].rsplit("/", 1)[1] for link in links]


@pytest.fixture
def several(desk, stopped):
    """Three that stand still: two of one process, the first an hour before, and one of another."""
    desk.clock.advance(timedelta(hours=2))
    deployments.deploy(desk.runtime, [("other.bpmn", OTHER)], "olga")
    instances.start(desk.runtime, "broken", {"amount": 0}, who="ann")
    instances.start(desk.runtime, "other", {"amount": 0}, who="ann")
    desk.work()


def test_a_page_that_ends_with_the_last_leads_no_further(desk, several, monkeypatch):
    find = stops.find
    monkeypatch.setattr(stops, "find", lambda *given, **more: find(*given, **more, limit=3))
    assert len(listed(desk, "")) == 3
    assert "下一页" not in desk.get("sue", "/board/incidents").text
    monkeypatch.setattr(stops, "find", lambda *given, **more: find(*given, **more, limit=2))
    (further,) = parsed(desk.get("sue", "/board/incidents")).xpath("//a[text()='下一页']/@href")
    assert len(listed(desk, further.split("?")[1])) == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3), ("process=broken", 2), ("process=other", 1), ("process=-", 0), ("process=broken&version=1", 2),
        ("process=broken&version=2", 0), ("element=plenty", 1), ("error=CONDITION_ERROR", 3),
        ("error=JOB_NO_RETRIES", 0), ("age=hour", 2), ("age=day", 3), ("age=over-day", 0), ("resolved=1", 0),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_by_process_version_step_kind_of_error_and_age(desk, several, query, count):
    assert len(listed(desk, query)) == count


def test_the_list_is_narrowed_to_a_case_linked_or_named(desk, several):
    number = desk.complain()
    instances.start(desk.runtime, "broken", {"amount": 0, "case_number": number}, who="ann")
    assert len(listed(desk, f"case={number}")) == 1
    assert listed(desk, "case=TS1") == []


@pytest.mark.parametrize("query", ["version=x", "error=NOTHING", "after=nonsense"])
def test_a_filter_of_incidents_that_does_not_fit_says_so_and_keeps_the_rest(desk, several, query):
    answer = desk.get("sue", f"/board/incidents?process=broken&{query}")
    assert answer.status_code == 422
    assert parsed(answer).xpath("//option[@value='broken' and @selected]")


def test_a_long_list_is_read_page_by_page_with_its_filter(desk, stopped):
    for _ in range(60):
        instances.start(desk.runtime, "broken", {"amount": 0}, who="ann")
    first = parsed(desk.get("sue", "/board/incidents?process=broken&age=day"))
    assert "共 61 个" in text_of(first)
    (link,) = first.xpath("//a[text()='下一页']/@href")
    assert "process=broken" in link
    assert "age=day" in link
    keys = listed(desk, "process=broken&age=day") + listed(desk, link.split("?")[1])
    assert len(set(keys)) == 61
    assert keys == sorted(keys, reverse=True)


def test_those_of_one_cause_are_counted_together_and_lead_to_their_list(desk, several):
    page = parsed(desk.get("sue", "/board/incidents?by=cause"))
    counts = page.xpath("//td[@data-label='故障数']/a")
    assert [text_of(each) for each in counts] == ["2", "1"]
    assert len(listed(desk, counts[0].get("href").split("?")[1])) == 2
    assert "只看同一原因" in desk.get("sue", counts[0].get("href")).text
    (only,) = parsed(desk.get("sue", "/board/incidents?by=cause&process=other")).xpath("//td[@data-label='故障数']/a")
    assert text_of(only) == "1"


def test_a_group_is_tried_again_after_a_page_that_asks_and_others_are_left(desk, several):
    form = parsed(desk.get("sue", "/board/incidents?by=cause")).xpath("//form[contains(@action,'retry-all')]")[0]
    given = {
        field.get("name"): field.get("value") for field in form.xpath(".//input") if field.get("name") != "csrf_token"
    }
    asked = desk.post("sue", "/board/incidents/retry-all", given)
    assert "2 个故障将被重试" in asked.text
    before = set(listed(desk, ""))
    assert desk.post("sue", "/board/incidents/retry-all", given | {"confirmed": "1"}).status_code == 422
    begun = desk.post("sue", "/board/incidents/retry-all", given | {"confirmed": "1", "reason": "表已改好"})
    assert begun.status_code == 303
    Worker(desk.runtime).run_due()
    assert "已执行完" in desk.get("sue", begun.location).text
    assert len(before & set(listed(desk, ""))) == 1  # that of the other process; the two failed anew
    assert len(listed(desk, "resolved=1")) == 2


def test_after_a_repair_the_list_has_its_filter_again(desk, several):
    (link,) = parsed(desk.get("sue", "/board/incidents?process=other")).xpath("//table//td[@data-label='步骤']/a/@href")
    assert desk.post("sue", link, {"v-amount": "25"}).location == "/board/incidents?process=other"
    sent = {"keys": listed(desk, "")[0], "process": "broken"}
    assert desk.post("sue", "/board/incidents/retry", sent).location == "/board/incidents?process=broken"


def test_an_incident_that_is_not_there_is_not_found(desk):
    assert desk.get("sue", "/board/incidents/1").status_code == 404
