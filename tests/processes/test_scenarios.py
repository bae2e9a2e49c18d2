"""The processes are told as stories, and no end and no timer is left out of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from engine.services.scenarios import Suite
from tests.processes.diagram import DIAGRAMS, NS, PROCESSES, Diagram

FILES = sorted((PROCESSES / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def suite() -> Iterator[Suite]:
    suite = Suite()
    yield suite
    suite.close()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_goes_as_it_is_told(suite: Suite, path) -> None:
    [outcome] = suite.run([path])
    assert outcome.differences == []


def test_every_end_of_a_process_and_every_timer_is_claimed_by_a_scenario() -> None:
    claimed = {name for path in FILES for name in _claims(path)}
    missing = {name for path in DIAGRAMS for name in _to_cover(Diagram(path))} - claimed
    assert missing == set()


def test_a_scenario_claims_nothing_that_there_is_not() -> None:
    known = {name for path in DIAGRAMS for name in _elements(Diagram(path))}
    assert {name for path in FILES for name in _claims(path)} - known == set()


def _claims(path) -> list[tuple[str, str]]:
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    covers = scenario["covers"]
    names = [*covers.get("ends", []), *covers.get("timers", [])]
    return [tuple(name.split(":")) if ":" in name else (scenario["process"], name) for name in names]


def _to_cover(diagram: Diagram) -> list[tuple[str, str]]:
    """Timers, and the ends of the process itself: not of a side branch that only marks or tells something, and not an error,
    since what catches it leads to the end that counts."""
    timers = [t.getparent() for t in diagram.elements("timerEventDefinition")]
    ends = [e for e in diagram.elements("endEvent") if _ends_the_process(diagram, e.get("id"))]
    ends = [e for e in ends if e.find("bpmn:errorEventDefinition", NS) is None]
    return [(diagram.path.stem, e.get("id")) for e in [*timers, *ends]]


def _ends_the_process(diagram: Diagram, end: str) -> bool:
    """Reached from a start event without a non-interrupting event on the way, or by the interrupting event subprocess."""
    side = {b.get("id") for b in diagram.elements("boundaryEvent") if b.get("cancelActivity") == "false"}
    side |= {s.get("id") for s in diagram.elements("startEvent") if s.get("isInterrupting") == "false"}
    hosts = {b.get("id"): b.get("attachedToRef") for b in diagram.elements("boundaryEvent")}
    before: dict[str, set[str]] = {}
    for edge in diagram.edges:
        before.setdefault(edge.target, set()).add(edge.source)
    seen, todo = set(), [end]
    while todo:
        node = todo.pop()
        if node in seen or node in side:
            continue
        seen.add(node)
        todo += before.get(node, set()) | ({hosts[node]} if node in hosts else set())
    return any(start.get("id") in seen for start in diagram.elements("startEvent"))


def _elements(diagram: Diagram) -> list[tuple[str, str]]:
    return [(diagram.path.stem, shape) for shape in diagram.shapes]
