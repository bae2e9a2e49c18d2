"""Pieces of diagrams in short, with their flows, for the executor's bench."""

from __future__ import annotations

import itertools

START, END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
COMPENSATE = "<bpmn:compensateEventDefinition/>"


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def chain(*ids: str) -> str:
    return "".join(flow(a, b) for a, b in itertools.pairwise(ids))


def user(name: str, inner: str = "", more: str = "", attributes: str = "") -> str:
    return (
        f'<bpmn:userTask id="{name}" {attributes}><bpmn:extensionElements>{inner}</bpmn:extensionElements>{more}'
        "</bpmn:userTask>"
    )


def work(name: str, inner: str = "", more: str = "", attributes: str = "") -> str:
    """A service task whose job type is its id."""
    definition = f'<zeebe:taskDefinition type="{name}"/>'
    return (
        f'<bpmn:serviceTask id="{name}" {attributes}><bpmn:extensionElements>{definition}{inner}</bpmn:extensionElements>'
        f"{more}</bpmn:serviceTask>"
    )


def sub(name: str, body: str, more: str = "", attributes: str = "") -> str:
    return f'<bpmn:subProcess id="{name}" {attributes}>{more}{body}</bpmn:subProcess>'


def throw(name: str, event: str, inner: str = "") -> str:
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return f'<bpmn:intermediateThrowEvent id="{name}">{extensions}{event}</bpmn:intermediateThrowEvent>'


def end(name: str, event: str = "", inner: str = "") -> str:
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return f'<bpmn:endEvent id="{name}">{extensions}{event}</bpmn:endEvent>'


def boundary(name: str, host: str, event: str, attributes: str = "", inner: str = "") -> str:
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" {attributes}>{extensions}{event}</bpmn:boundaryEvent>'
    )


def undone(host: str, handler: str = "", kind: str = "user") -> str:
    """A compensation event on a host, and its handler, `undo_HOST` unless another is given."""
    name = f"undo_{host}"
    return (
        boundary(f"on_{host}", host, COMPENSATE)
        + (handler or (user if kind == "user" else work)(name, attributes='isForCompensation="true"'))
        + f'<bpmn:association id="a_{host}" sourceRef="on_{host}" targetRef="{name}"/>'
    )


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def listeners(*each: str, kind: str = "execution") -> str:
    """`event:type` or `event:type:retries` each."""
    drawn = ""
    for event, job_type, *retries in (text.split(":") for text in each):
        more = f' retries="{retries[0]}"' if retries else ""
        drawn += f'<zeebe:{kind}Listener eventType="{event}" type="{job_type}"{more}/>'
    return f"<zeebe:{kind}Listeners>{drawn}</zeebe:{kind}Listeners>"


def mapping(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    lines = [f'<zeebe:input source="{s}" target="{t}"/>' for t, s in (inputs or {}).items()]
    lines += [f'<zeebe:output source="{s}" target="{t}"/>' for t, s in (outputs or {}).items()]
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>"


def loop(attributes: str, sequential: bool = False, until: str = "") -> str:
    condition = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><bpmn:extensionElements>'
        f"<zeebe:loopCharacteristics {attributes}/></bpmn:extensionElements>{condition}"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def node(kind: str, name: str, inner: str = "", more: str = "", attributes: str = "") -> str:
    """Any other element, with extension elements."""
    return f'<bpmn:{kind} id="{name}" {attributes}><bpmn:extensionElements>{inner}</bpmn:extensionElements>{more}</bpmn:{kind}>'
