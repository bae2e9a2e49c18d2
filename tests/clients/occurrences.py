"""Where each job type of `processes/` occurs, and how an instance begins right there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

PROCESSES = Path(__file__).parents[2] / "processes"
NAMES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
}
# What the loop around some of them goes through.
VARIABLES = {"plans": [{"report": "overview", "period": "day", "to": ["manager"], "at": "00:00:00"}]}


def creations() -> dict[str, dict[str, Any]]:
    """By job type: the body that creates an instance which comes to such a job, with nothing before it but other jobs."""
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for path in sorted(PROCESSES.glob("*.bpmn")):
        for definition in etree.parse(path).iterfind(".//zeebe:taskDefinition", NAMES):
            depth, body = _creation(definition.getparent().getparent())
            known = found.get(definition.get("type"))
            if known is None or depth < known[0]:
                found[definition.get("type")] = (depth, body)
    return {job_type: body for job_type, (_depth, body) in sorted(found.items())}


def _creation(element: Any) -> tuple[int, dict[str, Any]]:
    """It begins at the element; within a loop at the loop, as an instance of it cannot be begun from outside."""
    around = list(element.iterancestors("{*}subProcess"))
    loops = [each for each in around if each.find("bpmn:multiInstanceLoopCharacteristics", NAMES) is not None]
    (process,) = element.iterancestors("{*}process")
    at = loops[-1] if loops else element
    return len(around), {
        "processDefinitionId": process.get("id"),
        "startInstructions": [{"elementId": at.get("id")}],
        "variables": VARIABLES if loops else {},
    }
