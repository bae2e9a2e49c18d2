"""What every random diagram must be: accepted by deployment, reachable throughout, and never running for ever by itself."""

import pytest

from engine.deployment.checks import check_bpmn
from tests.token_game.diagram import Scope, to_xml
from tests.token_game.generator import diagram
from tests.token_game.model import WAITING, Model, read

SEEDS = range(1, 250)


@pytest.fixture(scope="module")
def diagrams() -> list[str]:
    return [to_xml(diagram(seed)) for seed in SEEDS]


def test_a_seed_gives_the_same_diagram_each_time():
    assert to_xml(diagram(7)) == to_xml(diagram(7)) != to_xml(diagram(8))


def test_deployment_accepts_every_diagram_and_finds_nothing_unreachable(diagrams):
    for seed, xml in zip(SEEDS, diagrams, strict=True):
        findings = [f for f in check_bpmn(xml.encode()) if f.severity == "error" or f.code == "unreachable"]
        assert not findings, f"seed {seed}: {findings[0]}"


def test_every_cycle_passes_an_element_that_waits(diagrams):
    for seed, xml in zip(SEEDS, diagrams, strict=True):
        model = read(xml)
        assert not any(_returns(model, element) for element in model.elements), f"seed {seed}"


def _returns(model: Model, element: str) -> bool:
    """Whether a token can come back to an element without anybody's doing."""
    seen, todo = set(), _automatic(model, element)
    while todo:
        place = todo.pop()
        if place == element:
            return True
        if place not in seen:
            seen.add(place)
            todo += _automatic(model, place)
    return False


def _automatic(model: Model, id: str) -> list[str]:
    element = model.elements[id]
    waits = element.kind in WAITING and element.trigger != "link"
    ways = [] if waits else [flow.target for flow in element.outgoing]
    thrown = [b.id for b in model.boundaries.get(id, []) if b.trigger in {"error", "escalation"} and not waits]
    if element.kind == "intermediateThrowEvent" and element.trigger == "link":
        ways.append(model.link_target(element).id)
    return ways + thrown


def test_the_xml_says_what_was_drawn():
    process = Scope("p")
    process.add("startEvent", "start")
    process.add("userTask", "task", loop=(2, True, "=x > 1"))
    process.add("boundaryEvent", "clock", trigger="timer", ref="R2/PT1H", attached_to="task", interrupting=False)
    process.line("start", "task")
    model = read(to_xml(process))
    assert model.elements["task"].loop.size == 2
    assert model.elements["task"].loop.condition == "=x > 1"
    assert (model.elements["clock"].repeats, model.elements["clock"].interrupting) == (2, False)
    assert [flow.id for flow in model.elements["task"].incoming] == ["start_to_task"]
