"""Every kind of event in every position: what the page says of it, and the smallest diagram that has it.

A cell that begins with `–` is refused because BPMN or Camunda has no such event, `refused` because it is not run here; any
other is run by the test of its cell.
"""

from __future__ import annotations

from tests.engine.execution.drawing import boundary, chain, end, flow, node, sub, throw, timer, undone, user, work

KINDS = ("none", "message", "timer", "signal", "error", "escalation", "link", "terminate", "compensate")
NEVER = ("conditional", "cancel", "multiple")  # refused in every position
NO = "–"

MATRIX: dict[str, dict[str, str]] = {
    "start of a process": {
        "none": "runs",
        "message": "runs; one active instance for a key",
        "timer": "date, duration, cycle, cron",
        "signal": "runs",
        "compensate": "refused",
    },
    "start of an event subprocess, interrupting": {
        "message": "runs",
        "timer": "date, duration; a cycle is refused",
        "signal": "runs",
        "error": "runs",
        "escalation": "runs",
        "compensate": "refused",
    },
    "start of an event subprocess, not interrupting": {
        "message": "runs, for every message",
        "timer": "runs, cycles too",
        "signal": "runs",
        "error": "– (`error-must-interrupt`)",
        "escalation": "runs",
        "compensate": "refused",
    },
    "intermediate catch": {
        "message": "runs",
        "timer": "date, duration; a cycle is refused (`cycle-not-allowed`)",
        "signal": "runs",
        "link": "runs",
    },
    "intermediate throw": {
        "none": "runs",
        "message": "job",
        "signal": "runs",
        "escalation": "runs",
        "link": "runs",
        "compensate": "runs",
    },
    "end": {
        "none": "runs",
        "message": "job",
        "signal": "runs",
        "error": "runs",
        "escalation": "runs",
        "terminate": "runs, in its scope only",
        "compensate": "runs",
    },
    "boundary, interrupting": {
        "message": "runs",
        "timer": "date, duration; a cycle is refused",
        "signal": "runs",
        "error": "runs",
        "escalation": "runs",
        "compensate": "runs",
    },
    "boundary, not interrupting": {
        "message": "runs, for every message",
        "timer": "runs, cycles too",
        "signal": "runs",
        "error": "– (`error-must-interrupt`)",
        "escalation": "runs",
        "compensate": "runs; the attribute means nothing there",
    },
}

ROOTS = (
    '<bpmn:message id="M" name="m"><bpmn:extensionElements><zeebe:subscription correlationKey="=1"/>'
    '</bpmn:extensionElements></bpmn:message><bpmn:signal id="S" name="s"/>'
    '<bpmn:error id="E" errorCode="e"/><bpmn:escalation id="L" escalationCode="l"/>'
)
DEFINITIONS = {
    "none": "",
    "message": '<bpmn:messageEventDefinition messageRef="M"/>',
    "timer": timer("PT1H"),
    "signal": '<bpmn:signalEventDefinition signalRef="S"/>',
    "error": '<bpmn:errorEventDefinition errorRef="E"/>',
    "escalation": '<bpmn:escalationEventDefinition escalationRef="L"/>',
    "link": '<bpmn:linkEventDefinition name="k"/>',
    "terminate": "<bpmn:terminateEventDefinition/>",
    "compensate": "<bpmn:compensateEventDefinition/>",
    "conditional": "<bpmn:conditionalEventDefinition><bpmn:condition>=true</bpmn:condition></bpmn:conditionalEventDefinition>",
    "cancel": "<bpmn:cancelEventDefinition/>",
    "multiple": '<bpmn:signalEventDefinition signalRef="S"/><bpmn:messageEventDefinition messageRef="M"/>',
}
JOB = '<zeebe:taskDefinition type="tell"/>'
START, START_1 = '<bpmn:startEvent id="s"/>', '<bpmn:startEvent id="s1"/>'


def cell(position: str, kind: str) -> str:
    return "refused" if kind in NEVER else MATRIX[position].get(kind, NO)


def drawn(position: str, kind: str) -> str:
    """A process with the event `x` in this position; `after` is the user task behind it, where there can be one."""
    event = DEFINITIONS[kind]
    interrupting = "false" if position.endswith("not interrupting") else "true"
    if position == "start of a process":
        return node("startEvent", "x", more=event) + user("after") + chain("x", "after")
    if position.startswith("start of an event subprocess"):
        begin = node("startEvent", "x", more=event, attributes=f'isInterrupting="{interrupting}"')
        inside = begin + user("after") + chain("x", "after")
        return START + _host(kind) + sub("h", inside, attributes='triggeredByEvent="true"') + chain("s", "t")
    if position == "intermediate catch":
        jump = throw("j", event) + flow("s", "j") if kind == "link" else flow("s", "x")
        return START + jump + node("intermediateCatchEvent", "x", more=event) + user("after") + chain("x", "after")
    if position == "intermediate throw":
        return (
            START + user("a") + undone("a") + throw("x", event, JOB) + chain("s", "a", "x") + _behind_throw(kind, event)
        )
    if position == "end":
        inside = START_1 + user("a") + undone("a") + end("x", event, JOB) + chain("s1", "a", "x")
        return START + sub("t", inside) + user("after") + chain("s", "t", "after")
    host = boundary("x", "t", event, f'cancelActivity="{interrupting}"')
    if kind == "compensate":
        handled = user("u", attributes='isForCompensation="true"')
        handled += '<bpmn:association id="as" sourceRef="x" targetRef="u"/>'
        return START + user("t") + host + handled + throw("c", event) + chain("s", "t", "c")
    return START + _host(kind) + host + user("after") + chain("s", "t") + flow("x", "after")


def _behind_throw(kind: str, event: str) -> str:
    if kind == "link":
        return node("intermediateCatchEvent", "k", more=event) + user("after") + chain("k", "after")
    return user("after") + chain("x", "after")


def _host(kind: str) -> str:
    """What is interrupted or accompanied: `t`, whose worker may fail, or which throws an escalation when `a` is done."""
    if kind != "escalation":
        return work("t")
    inside = START_1 + user("a") + throw("up", DEFINITIONS["escalation"]) + user("a2")
    return sub("t", inside + chain("s1", "a", "up", "a2"))
