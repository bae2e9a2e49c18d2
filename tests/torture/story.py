"""The diagram under torture, in two versions: the second passes one more element, so that an instance shows which it is."""

from tests.engine.diagrams import (
    boundary,
    catch,
    diagram,
    end,
    message,
    message_root,
    service_task,
    start,
    timer,
    user_task,
)

PROCESS = "torture"
PAUSE_S, LATE_S = 0.3, 0.4
_GATES = '<bpmn:exclusiveGateway id="choose"/><bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
_ELEMENTS = (
    user_task("ask")
    + _GATES
    + catch("pause", timer("duration", f"PT{PAUSE_S}S"))
    + service_task("effect", "effect", retries=50)
    + catch("heard", message("m"))
    + user_task("confirm")
    + boundary("late", "confirm", timer("duration", f"PT{LATE_S}S"), interrupting=False)
    + service_task("remind", "effect", retries=50)
    + end("done")
    + end("refused")
    + end("reminded")
)
# x = 1 goes on, x = 2 ends at once, any other x leaves the token at the gateway: an incident.
_FLOWS = (
    "ask>choose choose>split:=x=1 choose>refused:=x=2 split>pause pause>join split>effect effect>join "
    "split>heard heard>join join>confirm confirm>done late>remind remind>reminded"
)


def _spaced(xml: bytes) -> bytes:
    return xml.replace(b"=x=", b"=x = ")


_ROOT = message_root("m", "nod", "=n")
FIRST = _spaced(diagram(PROCESS, start() + _ELEMENTS, f"start>ask {_FLOWS}", _ROOT))
SECOND = _spaced(
    diagram(PROCESS, start() + '<bpmn:task id="greet"/>' + _ELEMENTS, f"start>greet greet>ask {_FLOWS}", _ROOT)
)
