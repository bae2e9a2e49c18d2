"""Diagrams that only benchmarks need."""

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="benchmarks">'
)


def _diagram(process_id: str, inside: str) -> tuple[str, bytes]:
    body = f'{HEAD}<bpmn:process id="{process_id}" isExecutable="true">{inside}</bpmn:process></bpmn:definitions>'
    return f"{process_id}.bpmn", body.encode()


def _flow(identifier: str, source: str, target: str, condition: str = "") -> str:
    inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'
    )


# One user task, done again and again until `done`.
LOOP = _diagram(
    "bench_loop",
    '<bpmn:startEvent id="start"/><bpmn:userTask id="again"><bpmn:extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition candidateGroups="agent"/></bpmn:extensionElements></bpmn:userTask>'
    '<bpmn:exclusiveGateway id="enough" default="f3"/><bpmn:endEvent id="end"/>'
    + _flow("f1", "start", "again")
    + _flow("f2", "again", "enough")
    + _flow("f3", "enough", "again")
    + _flow("f4", "enough", "end", "=done = true"),
)
JOB = _diagram(
    "bench_job",
    '<bpmn:startEvent id="start"/><bpmn:serviceTask id="work"><bpmn:extensionElements>'
    '<zeebe:taskDefinition type="bench.work"/></bpmn:extensionElements></bpmn:serviceTask><bpmn:endEvent id="end"/>'
    + _flow("f1", "start", "work")
    + _flow("f2", "work", "end"),
)
TIMER = _diagram(
    "bench_timer",
    '<bpmn:startEvent id="start"/><bpmn:intermediateCatchEvent id="pause"><bpmn:timerEventDefinition id="timer">'
    "<bpmn:timeDuration>=wait</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    '<bpmn:endEvent id="end"/>' + _flow("f1", "start", "pause") + _flow("f2", "pause", "end"),
)
