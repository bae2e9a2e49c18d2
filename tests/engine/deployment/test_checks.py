"""A broken diagram gives findings with element, line and hint; a sound one gives none."""

from __future__ import annotations

import pytest

from engine.deployment.checks import check_bpmn
from engine.deployment.xml import MAX_BYTES

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">\n'
)
START, END = '<bpmn:startEvent id="s"/>\n', '<bpmn:endEvent id="e"/>\n'


def flow(source: str, target: str, inner: str = "", name: str = "") -> str:
    identifier = name or f"{source}_{target}"
    return (
        f'<bpmn:sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>\n'
    )


def condition(text: str) -> str:
    return f"<bpmn:conditionExpression>{text}</bpmn:conditionExpression>"


def codes(body: str, roots: str = "") -> dict[str, str]:
    xml = f'{HEAD}<bpmn:process id="p" isExecutable="true">\n{body}</bpmn:process>{roots}</bpmn:definitions>'
    return {finding.code: finding.severity for finding in check_bpmn(xml.encode(), "x.bpmn")}


def task(inner: str = "", kind: str = "userTask", more: str = "", identifier: str = "t") -> str:
    extension = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return f'<bpmn:{kind} id="{identifier}">{extension}{more}</bpmn:{kind}>\n'


def around(element: str) -> str:
    return START + element + END + flow("s", "t") + flow("t", "e")


def test_a_sound_diagram_has_no_finding():
    assert codes(around(task())) == {}


def test_a_finding_says_file_element_line_and_hint_in_both_languages():
    xml = f'{HEAD}<bpmn:process id="p" isExecutable="true">\n{around(task(kind="serviceTask"))}</bpmn:process></bpmn:definitions>'
    (finding,) = check_bpmn(xml.encode(), "x.bpmn")
    assert (finding.file, finding.element_id, finding.line, finding.code) == ("x.bpmn", "t", 4, "missing-job-type")
    assert "没有作业类型" in finding.message_zh
    assert finding.hint
    assert finding.hint_zh


BROKEN_TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>24 hours</bpmn:timeDuration></bpmn:timerEventDefinition>"
EVENT = '<bpmn:intermediateCatchEvent id="t">{}</bpmn:intermediateCatchEvent>'
BOUNDARY = '<bpmn:boundaryEvent id="b" attachedToRef="{}">{}</bpmn:boundaryEvent>'
GATEWAY = START + '<bpmn:exclusiveGateway id="g"/>' + task(identifier="a") + task(identifier="b") + flow("s", "g")
LOOP = "<bpmn:multiInstanceLoopCharacteristics/>"
MAPPING = '<zeebe:ioMapping><zeebe:input source="{}" target="{}"/></zeebe:ioMapping>'


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("no-start-event", task()),
        ("several-start-events", '<bpmn:startEvent id="s2"/>' + around(task())),
        ("duplicate-id", around(task()) + task()),
        ("dangling-flow", around(task()) + flow("t", "nowhere")),
        ("forbidden-outgoing", around(task()) + flow("e", "t")),
        ("forbidden-incoming", around(task()) + flow("t", "s")),
        ("unreachable", around(task()) + task(identifier="island")),
        ("flow-without-condition", GATEWAY + flow("g", "a") + flow("g", "b", condition("=x"))),
        ("gateway-without-default", GATEWAY + flow("g", "a", condition("=y")) + flow("g", "b", condition("=x"))),
        ("condition-not-feel", GATEWAY + flow("g", "a", condition("x &gt; 3"))),
        ("feel-syntax", GATEWAY + flow("g", "a", condition("=x &gt;"))),
        ("event-gateway-too-few", START + '<bpmn:eventBasedGateway id="g"/>' + flow("s", "g")),
        ("unknown-attached-to", around(task()) + BOUNDARY.format("ghost", BROKEN_TIMER)),
        ("timer-syntax", around(EVENT.format(BROKEN_TIMER))),
        ("missing-timer", around(EVENT.format("<bpmn:timerEventDefinition/>"))),
        ("missing-name", around(EVENT.format("<bpmn:messageEventDefinition/>"))),
        ("event-forbidden", around(EVENT.format(""))),
        ("unsupported-element", around(EVENT.format("<bpmn:conditionalEventDefinition/>"))),
        ("unsupported-element", around('<bpmn:transaction id="t"/>')),
        ("unsupported-element", around(task()) + '<bpmn:choreographyTask id="c"/>'),
        ("missing-called-element", around(task(kind="callActivity"))),
        ("missing-called-element", around(task(kind="businessRuleTask"))),
        ("missing-input-collection", around(task(more=LOOP))),
        ("mapping-target", around(task(MAPPING.format("=1", "not a name")))),
        ("feel-syntax", around(task(MAPPING.format("=1 +", "x")))),
        ("event-subprocess-start", around(task()) + '<bpmn:subProcess id="es" triggeredByEvent="true"/>'),
    ],
)
def test_each_mistake_has_its_finding(code: str, body: str):
    assert code in codes(body)


def test_a_message_catch_without_correlation_key_is_refused():
    found = codes(
        around(EVENT.format('<bpmn:messageEventDefinition messageRef="m"/>')), '<bpmn:message id="m" name="n"/>'
    )
    assert found == {"missing-correlation-key": "error"}


def test_a_link_without_its_catch_is_refused():
    throw = '<bpmn:intermediateThrowEvent id="t"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>'
    assert "link-without-target" in codes(START + throw + flow("s", "t"))


BOMB = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no xml", "xml-syntax"),
        (b"", "xml-syntax"),
        (b"x" * (MAX_BYTES + 1), "xml-too-large"),
        (BOMB.encode(), "xml-dtd"),
        (b"<a>" * 250 + b"</a>" * 250, "xml-depth"),
        (b"<definitions/>", "no-executable-process"),
    ],
)
def test_bytes_that_are_no_diagram_are_one_finding(data: bytes, code: str):
    assert [finding.code for finding in check_bpmn(data, "x.bpmn")] == [code]
