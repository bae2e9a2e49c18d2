"""What the clients deploy beside `processes/`: a job, then a task; a message that is awaited; nothing to wait for."""

from __future__ import annotations

from pathlib import Path

from tests.engine.diagrams import catch, diagram, end, message, message_root, service_task, start, user_task

WORK = diagram(
    "client_work",
    start() + service_task("work", "client-work") + user_task() + end(),
    "start>work work>task task>end",
)
AWAITS = diagram(
    "client_awaits",
    start() + catch("paid", message("m")) + end(),
    "start>paid paid>end",
    message_root("m", "client-paid", "=order"),
)
KIND_TAGS = {
    "service": "serviceTask", "send": "sendTask", "script": "scriptTask", "rule": "businessRuleTask",
    "throw": "intermediateThrowEvent", "end": "endEvent",
}  # fmt: skip
JOB_TYPES = [f"client-{kind}" for kind in KIND_TAGS]


def _job(kind: str, tag: str) -> str:
    """An element of this kind that is a job of its own type; the events throw a message."""
    definition = f'<zeebe:taskDefinition type="client-{kind}"/>'
    event = '<bpmn:messageEventDefinition messageRef="m"/>' if tag.endswith("Event") else ""
    inside = f"<bpmn:extensionElements>{definition}</bpmn:extensionElements>{event}"
    return f'<bpmn:{tag} id="{kind}">{inside}</bpmn:{tag}>'


KINDS = diagram(
    "client_kinds",
    start() + "".join(_job(kind, tag) for kind, tag in KIND_TAGS.items()),
    "start>service service>send send>script script>rule rule>throw throw>end",
    message_root("m", "client-told", "=1"),
)
STRAIGHT = diagram("client_straight", start() + end(), "start>end")


def write(folder: Path) -> list[Path]:
    """Write them as files, which is what the clients take."""
    paths = []
    for name, content in {"work": WORK, "awaits": AWAITS, "straight": STRAIGHT}.items():
        path = folder / f"client_{name}.bpmn"
        path.write_bytes(content)
        paths.append(path)
    return paths


def shipped() -> list[Path]:
    """All of `processes/` that can be deployed."""
    root = Path(__file__).parents[2] / "processes"
    return sorted(path for path in root.rglob("*") if path.suffix in (".bpmn", ".dmn", ".form"))
