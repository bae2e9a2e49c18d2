"""A broken diagram gives findings with element, line and hint; a sound one gives none."""

from __future__ import annotations

import re

import pytest

from engine.deployment.bpmn import parse_bpmn
from engine.deployment.checks import check_bpmn
from engine.deployment.xml import MAX_BYTES

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'id="d" targetNamespace="t">\n'
)
START, END = '<bpmn:startEvent id="s"/>\n', '<bpmn:endEvent id="e"/>\n'


def flow(source: str, target: str, inner: str = "", name: str = "") -> str:
    identifier = name or f"{source}_{target}"
    return (
        f'<bpmn:sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>\n'
    )


def condition(text: str) -> str:
    return f"<bpmn:conditionExpression>{text}</bpmn:conditionExpression>"


def document(body: str, roots: str = "") -> bytes:
    return f'{HEAD}<bpmn:process id="p" isExecutable="true">\n{body}</bpmn:process>{roots}</bpmn:definitions>'.encode()


def codes(body: str, roots: str = "") -> dict[str, str]:
    return {finding.code: finding.severity for finding in check_bpmn(document(body, roots), "x.bpmn")}


def without_quotes(text: str) -> str:
    """What is left of a Chinese sentence without what it quotes from the diagram."""
    return re.sub(r"“[^”]*”", "", text)


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
LISTENER = '<zeebe:executionListeners><zeebe:executionListener eventType="{}" type="{}"/></zeebe:executionListeners>'
TASK_LISTENER = '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="x"/></zeebe:taskListeners>'
COMPENSATE = '<bpmn:compensateEventDefinition activityRef="nothing"/>'
UNDONE = (
    BOUNDARY.format("t", "<bpmn:compensateEventDefinition/>")
    + '<bpmn:userTask id="u"/><bpmn:association id="as" sourceRef="b" targetRef="u"/>'
)
BINDING = '<zeebe:calledElement processId="x" {}/>'
TWO_FORMS = '<zeebe:formDefinition formId="f" externalReference="elsewhere"/>'
ESCALATED = BOUNDARY.format("t", "<bpmn:escalationEventDefinition/>")
UNKNOWN_ERROR = BOUNDARY.format("t", '<bpmn:errorEventDefinition errorRef="nowhere"/>')
TWO_TIMERS = (
    "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    "<bpmn:timeDate>2026-03-02T09:00:00Z</bpmn:timeDate></bpmn:timerEventDefinition>"
)
SIGNAL = '<bpmn:signalEventDefinition signalRef="g"/>'
SIGNAL_STARTS = "".join(f'<bpmn:startEvent id="{i}">{SIGNAL}</bpmn:startEvent>' for i in ("s", "s2"))
RIVALS = (
    START
    + '<bpmn:eventBasedGateway id="g1"/>'
    + flow("s", "g1")
    + "".join(
        f'<bpmn:intermediateCatchEvent id="{i}">{SIGNAL}</bpmn:intermediateCatchEvent>' + flow("g1", i) for i in "ab"
    )
)
FORK = (
    START + '<bpmn:parallelGateway id="g"/>' + task(identifier="a") + flow("s", "g") + flow("g", "a", condition("=x"))
)
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
        ("unsupported-element", around('<bpmn:complexGateway id="t"/>')),
        ("unsupported-element", around(task(more="<bpmn:standardLoopCharacteristics/>"))),
        ("unsupported-element", around('<bpmn:receiveTask id="t" instantiate="true"/>')),
        ("unsupported-element", around(EVENT.format("<bpmn:timerEventDefinition/>" + BROKEN_TIMER))),
        ("ad-hoc-empty", around('<bpmn:adHocSubProcess id="t"/>')),
        ("ad-hoc-event", around(f'<bpmn:adHocSubProcess id="t">{START}</bpmn:adHocSubProcess>')),
        ("compensation-handler", around(task()) + BOUNDARY.format("t", "<bpmn:compensateEventDefinition/>")),
        ("compensation-marker", around(task()) + UNDONE),
        (
            "compensation-activity",
            around('<bpmn:intermediateThrowEvent id="t">' + COMPENSATE + "</bpmn:intermediateThrowEvent>"),
        ),
        ("listener-event", around(task(LISTENER.format("before", "x")))),
        ("listener-retries", around(task(LISTENER.format("start", 'x" retries="many')))),
        ("listener-duplicate", around(task(LISTENER.format("start", "x") + LISTENER.format("start", "x")))),
        ("missing-job-type", around(task(LISTENER.format("start", "")))),
        ("listener-not-allowed", around(task(TASK_LISTENER, kind="manualTask"))),
        ("unsupported-element", around(task()) + '<bpmn:choreographyTask id="c"/>'),
        ("missing-called-element", around(task(kind="callActivity"))),
        ("missing-called-element", around(task(kind="businessRuleTask"))),
        ("missing-input-collection", around(task(more=LOOP))),
        ("mapping-target", around(task(MAPPING.format("=1", "not a name")))),
        ("feel-syntax", around(task(MAPPING.format("=1 +", "x")))),
        ("missing-job-type", around(task('<zeebe:taskDefinition type=" "/>', kind="serviceTask"))),
        (
            "expression-not-feel",
            around(task('<zeebe:script expression="1 + 1" resultVariable="r"/>', kind="scriptTask")),
        ),
        (
            "expression-not-feel",
            around(task('<zeebe:ioMapping><zeebe:output source="x" target="y"/></zeebe:ioMapping>')),
        ),
        (
            "unsupported-element",
            around(task()) + f'<bpmn:subProcess id="es" triggeredByEvent="true">{LOOP}</bpmn:subProcess>',
        ),
        ("missing-name", around(EVENT.format('<bpmn:linkEventDefinition name=" "/>'))),
        ("retries-not-a-number", around(task('<zeebe:taskDefinition type="x" retries="many"/>', kind="serviceTask"))),
        ("priority-out-of-range", around(task('<zeebe:priorityDefinition priority="300"/>'))),
        ("date-syntax", around(task('<zeebe:taskSchedule dueDate="tomorrow"/>'))),
        ("unknown-binding", around(task(BINDING.format('bindingType="newest"'), kind="callActivity"))),
        ("missing-version-tag", around(task(BINDING.format('bindingType="versionTag"'), kind="callActivity"))),
        ("several-forms", around(task(TWO_FORMS))),
        ("escalation-host", around(task()) + ESCALATED),
        ("unknown-definition", around(task()) + UNKNOWN_ERROR),
        ("several-timers", around(EVENT.format(TWO_TIMERS))),
        ("condition-not-asked", FORK),
        ("event-subprocess-start", around(task()) + '<bpmn:subProcess id="es" triggeredByEvent="true"/>'),
    ],
)
@pytest.mark.proves(
    "transaction, complex gateway, standard loop",
    "an event with several definitions, a receive task that starts a process",
)
def test_each_mistake_has_its_finding(code: str, body: str):
    findings = check_bpmn(document(body), "x.bpmn")
    assert code in [finding.code for finding in findings]
    for finding in findings:
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", without_quotes(finding.message_zh)), finding.message_zh


@pytest.mark.parametrize("body", [SIGNAL_STARTS + END + flow("s", "e") + flow("s2", "e"), RIVALS])
def test_two_starts_and_two_events_behind_a_gateway_must_wait_for_different_things(body: str):
    assert "duplicate-catch" in codes(body, '<bpmn:signal id="g" name="recall"/>')


@pytest.mark.parametrize(
    "attribute",
    ['camunda:assignee="demo"', 'camunda:formKey="embedded:x"', 'camunda:candidateGroups="agent"'],
)
def test_what_was_set_for_camunda_7_is_refused_and_named(attribute: str):
    (finding,) = check_bpmn(document(around(f'<bpmn:userTask id="t" {attribute}/>')), "x.bpmn")
    assert (finding.code, finding.severity, finding.element_id) == ("camunda-7", "error", "t")
    assert attribute.partition("=")[0] in finding.message
    assert attribute.partition("=")[0] in finding.message_zh


def test_camunda_7_is_seen_in_loops_events_and_extensions_and_not_in_the_neighbour():
    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${all}"/>'
    listener = "<bpmn:extensionElements><camunda:executionListener/></bpmn:extensionElements>"
    inside = f'<bpmn:subProcess id="t">{START}<bpmn:userTask id="u">{listener}{loop}</bpmn:userTask>{flow("s", "u")}</bpmn:subProcess>'
    around_it = '<bpmn:startEvent id="s0"/>' + inside + END + flow("s0", "t") + flow("t", "e")
    old = [finding for finding in check_bpmn(document(around_it), "x.bpmn") if finding.code == "camunda-7"]
    assert [(finding.element_id, finding.message.count("camunda:")) for finding in old] == [("u", 2)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", "P" + "9" * 400 + "D"),
        ("timeDuration", "PT999999999999999H"),
        ("timeCycle", "R3/P9999Y"),
        ("timeCycle", "R3/2026-99-01T00:00:00Z/PT1H"),
        ("timeCycle", "R0/PT1H"),
        ("timeDate", "tomorrow"),
    ],
)
def test_a_timer_that_no_calendar_has_is_a_finding(kind: str, text: str):
    timer = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    start = f'<bpmn:startEvent id="s">{timer}</bpmn:startEvent>'
    (finding,) = check_bpmn(document(start + END + flow("s", "e")), "x.bpmn")
    assert finding.code == "timer-syntax"
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", without_quotes(finding.message_zh)), finding.message_zh


def test_a_truth_value_may_be_a_digit():
    xml = document(around(task()) + BOUNDARY.format("t", BROKEN_TIMER)).replace(
        b'isExecutable="true"', b'isExecutable="1"'
    )
    (model,) = parse_bpmn(
        xml.replace(b"<bpmn:boundaryEvent", b'<bpmn:boundaryEvent cancelActivity="0"')
    ).processes.values()
    assert (model.executable, model.elements["b"].interrupting) == (True, False)


def test_a_process_without_an_id_is_a_finding():
    xml = document(around(task())).replace(b'<bpmn:process id="p"', b"<bpmn:process")
    assert [finding.code for finding in check_bpmn(xml, "x.bpmn")] == ["missing-id"]


def test_an_id_that_is_a_word_too_is_not_translated():
    (finding,) = check_bpmn(document(around(task()) + task(identifier="start")), "x.bpmn")
    assert finding.code == "unreachable"
    assert "start" in finding.message_zh


def test_a_message_catch_without_correlation_key_is_refused():
    found = codes(
        around(EVENT.format('<bpmn:messageEventDefinition messageRef="m"/>')), '<bpmn:message id="m" name="n"/>'
    )
    assert found == {"missing-correlation-key": "error"}


def test_a_correlation_key_that_is_no_expression_is_refused():
    key = '<bpmn:extensionElements><zeebe:subscription correlationKey="orderId"/></bpmn:extensionElements>'
    catch = around(EVENT.format('<bpmn:messageEventDefinition messageRef="m"/>'))
    assert codes(catch, f'<bpmn:message id="m" name="n">{key}</bpmn:message>') == {"expression-not-feel": "error"}


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
