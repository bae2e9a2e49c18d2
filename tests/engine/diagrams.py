"""Small diagrams in text, for tests: only what a test is about, with flows drawn from a list of pairs."""

from __future__ import annotations

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="tests">'
)


def diagram(process_id: str, elements: str, flows: str, roots: str = "", version_tag: str = "") -> bytes:
    """`elements` hold no flows of their own; `flows` is "a>b b>c" with conditions as "a>b:=x > 1" (no spaces inside)."""
    drawn, incoming, outgoing = [], {}, {}
    for number, flow in enumerate(flows.split(), 1):
        ends, _, condition = flow.partition(":")
        source, target = ends.split(">")
        name = f"flow{number}"
        outgoing.setdefault(source, []).append(name)
        incoming.setdefault(target, []).append(name)
        inside = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
            if condition
            else ""
        )
        drawn.append(
            f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'
        )
    tag = (
        f'<bpmn:extensionElements><zeebe:versionTag value="{version_tag}"/></bpmn:extensionElements>'
        if version_tag
        else ""
    )
    body = f'<bpmn:process id="{process_id}" isExecutable="true">{tag}{elements}{"".join(drawn)}</bpmn:process>'
    return f"{HEAD}{roots}{body}</bpmn:definitions>".encode()


def start(identifier: str = "start", event: str = "") -> str:
    return f'<bpmn:startEvent id="{identifier}">{event}</bpmn:startEvent>'


def end(identifier: str = "end", event: str = "") -> str:
    return f'<bpmn:endEvent id="{identifier}">{event}</bpmn:endEvent>'


def user_task(identifier: str = "task", extensions: str = "", groups: str = "agent") -> str:
    return (
        f'<bpmn:userTask id="{identifier}" name="{identifier}"><bpmn:extensionElements><zeebe:userTask/>'
        f'<zeebe:assignmentDefinition candidateGroups="{groups}"/>{extensions}</bpmn:extensionElements></bpmn:userTask>'
    )


def service_task(identifier: str = "work", job_type: str = "work", extensions: str = "", retries: int = 3) -> str:
    return (
        f'<bpmn:serviceTask id="{identifier}"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{job_type}" retries="{retries}"/>{extensions}</bpmn:extensionElements></bpmn:serviceTask>'
    )


def boundary(identifier: str, host: str, event: str, interrupting: bool = True) -> str:
    return (
        f'<bpmn:boundaryEvent id="{identifier}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">'
        f"{event}</bpmn:boundaryEvent>"
    )


def catch(identifier: str, event: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="{identifier}">{event}</bpmn:intermediateCatchEvent>'


def call(identifier: str, process_id: str, propagate: bool = True) -> str:
    return (
        f'<bpmn:callActivity id="{identifier}"><bpmn:extensionElements><zeebe:calledElement processId="{process_id}" '
        f'propagateAllChildVariables="{str(propagate).lower()}"/></bpmn:extensionElements></bpmn:callActivity>'
    )


def timer(kind: str, text: str) -> str:
    tag = {"duration": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}[kind]
    return f"<bpmn:timerEventDefinition><bpmn:{tag}>{text}</bpmn:{tag}></bpmn:timerEventDefinition>"


def message(reference: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{reference}"/>'


def signal(reference: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="{reference}"/>'


def error(reference: str) -> str:
    return f'<bpmn:errorEventDefinition errorRef="{reference}"/>'


def message_root(reference: str, name: str, correlation_key: str = "") -> str:
    key = f'<bpmn:extensionElements><zeebe:subscription correlationKey="{correlation_key}"/></bpmn:extensionElements>'
    return f'<bpmn:message id="{reference}" name="{name}">{key if correlation_key else ""}</bpmn:message>'


def signal_root(reference: str, name: str) -> str:
    return f'<bpmn:signal id="{reference}" name="{name}"/>'


def error_root(reference: str, code: str) -> str:
    return f'<bpmn:error id="{reference}" name="{code}" errorCode="{code}"/>'


ONE_TASK = diagram("one_task", start() + user_task() + end(), "start>task task>end")
ONE_JOB = diagram("one_job", start() + service_task() + end(), "start>work work>end")
