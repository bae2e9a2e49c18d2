"""More pieces for diagrams in text: extensions, loops, scopes and the events that `tests.engine.diagrams` has not."""

from __future__ import annotations

from collections.abc import Sequence

Pairs = Sequence[tuple[str, str]]


def mapping(inputs: Pairs = (), outputs: Pairs = ()) -> str:
    """`zeebe:ioMapping` from (source, target) pairs."""
    lines = [f'<zeebe:input source="{_quoted(s)}" target="{t}"/>' for s, t in inputs]
    lines += [f'<zeebe:output source="{_quoted(s)}" target="{t}"/>' for s, t in outputs]
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>"


def extended(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def loop(attributes: str, sequential: bool = False, until: str = "") -> str:
    """Multi-instance characteristics; `attributes` are those of `zeebe:loopCharacteristics`."""
    condition = f"<bpmn:completionCondition>{_quoted(until)}</bpmn:completionCondition>" if until else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"{extended(f'<zeebe:loopCharacteristics {attributes}/>')}{condition}</bpmn:multiInstanceLoopCharacteristics>"
    )


def job(identifier: str, extensions: str = "", more: str = "", kind: str = "", retries: str = "3") -> str:
    """A service task of type `identifier`, or `kind`."""
    definition = f'<zeebe:taskDefinition type="{kind or identifier}" retries="{retries}"/>'
    return f'<bpmn:serviceTask id="{identifier}">{extended(definition + extensions)}{more}</bpmn:serviceTask>'


def script(identifier: str, expression: str, result: str, extensions: str = "") -> str:
    inside = f'<zeebe:script expression="{_quoted(expression)}" resultVariable="{result}"/>{extensions}'
    return f'<bpmn:scriptTask id="{identifier}">{extended(inside)}</bpmn:scriptTask>'


def subprocess(identifier: str, elements: str, flows: str, extensions: str = "", more: str = "", by: str = "") -> str:
    """An embedded subprocess, or with `by="event"` an event subprocess; flows are "a>b" pairs as in `diagram`."""
    drawn = "".join(
        f'<bpmn:sequenceFlow id="{identifier}_{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate((flow.split(">") for flow in flows.split()), 1)
    )
    triggered = ' triggeredByEvent="true"' if by == "event" else ""
    return (
        f'<bpmn:subProcess id="{identifier}"{triggered}>{extended(extensions) if extensions else ""}'
        f"{more}{elements}{drawn}</bpmn:subProcess>"
    )


def event_start(identifier: str, event: str, interrupting: bool = True, extensions: str = "") -> str:
    inside = extended(extensions) if extensions else ""
    return f'<bpmn:startEvent id="{identifier}" isInterrupting="{str(interrupting).lower()}">{inside}{event}</bpmn:startEvent>'


def throw(identifier: str, event: str, extensions: str = "") -> str:
    inside = extended(extensions) if extensions else ""
    return f'<bpmn:intermediateThrowEvent id="{identifier}">{inside}{event}</bpmn:intermediateThrowEvent>'


def escalation(reference: str = "") -> str:
    return f"<bpmn:escalationEventDefinition{f' escalationRef={chr(34)}{reference}{chr(34)}' if reference else ''}/>"


def escalation_root(reference: str, code: str) -> str:
    return f'<bpmn:escalation id="{reference}" name="{code}" escalationCode="{code}"/>'


def any_error() -> str:
    return "<bpmn:errorEventDefinition/>"


def link(name: str) -> str:
    return f'<bpmn:linkEventDefinition name="{name}"/>'


def called(identifier: str, process_id: str, attributes: str = "", extensions: str = "", more: str = "") -> str:
    inside = f'<zeebe:calledElement processId="{_quoted(process_id)}" {attributes}/>{extensions}'
    return f'<bpmn:callActivity id="{identifier}">{extended(inside)}{more}</bpmn:callActivity>'


def gateway(identifier: str, kind: str = "exclusive", default: str = "") -> str:
    way = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{identifier}"{way}/>'


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
