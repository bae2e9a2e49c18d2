"""Incidents: what stands still and why; mending a variable and trying again."""

import pytest

from engine.services import deployments, instances
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


def test_an_incident_that_is_not_there_is_not_found(desk):
    assert desk.get("sue", "/board/incidents/1").status_code == 404
