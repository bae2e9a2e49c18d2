"""Each cell of the matrix of events: refused with its finding, or run."""

from __future__ import annotations

import pytest

from engine.deployment.checks import check_bpmn
from engine.execution import contract as c
from tests.conformance.events import DEFINITIONS, KINDS, MATRIX, NEVER, NO, ROOTS, cell, drawn
from tests.engine.execution.conftest import HEAD, Bench
from tests.engine.execution.drawing import timer

CELLS = [(position, kind) for position in MATRIX for kind in (*KINDS, *NEVER)]


def errors(position: str, kind: str) -> set[str]:
    body = drawn(position, kind)
    xml = f'{HEAD}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process>{ROOTS}</bpmn:definitions>'
    return {finding.code for finding in check_bpmn(xml.encode()) if finding.severity == "error"}


@pytest.mark.parametrize(("position", "kind"), CELLS)
def test_an_event_does_what_its_cell_says(position, kind):
    said, found = cell(position, kind), errors(position, kind)
    if said.startswith(NO):
        assert found & {"event-forbidden", "error-must-interrupt", "event-subprocess-start"}
    elif said == "refused":
        assert "unsupported-element" in found
    else:
        assert not found
        runs(position, kind)


@pytest.mark.parametrize("position", [each for each in MATRIX if "timer" in MATRIX[each]])
def test_a_cycle_is_refused_where_a_timer_fires_once(position, monkeypatch):
    monkeypatch.setitem(DEFINITIONS, "timer", timer("R3/PT1H", "timeCycle"))
    is_once = position == "intermediate catch" or position.endswith(", interrupting")
    assert errors(position, "timer") == ({"cycle-not-allowed"} if is_once else set())


def runs(position: str, kind: str) -> None:
    """Drive the diagram until the event has happened; what it must have done."""
    bench, body = Bench(), drawn(position, kind)
    if position == "start of a process":
        bench.start(body, roots=ROOTS, start_event=None if kind == "none" else "x")
        assert bench.waiting_at() == ["after"]
        return
    bench.ended_above = set()
    bench.start(body, roots=ROOTS)
    if position in ("intermediate throw", "end"):
        _throws(bench, kind, position)
        return
    _happens(bench, kind)
    assert "x" in bench.completed()
    if kind == "compensate":
        assert bench.waiting_at() == ["c", "u"]
    elif position.endswith("not interrupting"):
        assert bench.waiting_at() == sorted(["after", "a2" if kind == "escalation" else "t"])
    else:
        assert bench.waiting_at() == ["after"]


def _happens(bench: Bench, kind: str) -> None:
    if kind == "error":
        bench.instance.throw_error(bench.key("t"), "e")
        bench.settle()
    elif kind == "escalation":
        bench.complete("a")
    elif kind == "compensate":
        bench.complete("t")
    elif kind != "link":
        bench.fire("x")


def _throws(bench: Bench, kind: str, position: str) -> None:
    if kind == "error":
        bench.caught_above = {"e"}
    bench.complete("a")
    if kind == "message":
        assert bench.of(c.JobOpened)[0].type == "tell"
        bench.complete("x")
    elif kind == "compensate":
        assert bench.waiting_at() == ["undo_a", "x"]
        bench.complete("undo_a")
    told = {"signal": c.SignalThrown, "escalation": c.EscalationEscaped, "error": c.ErrorEscaped}
    if kind in told:
        assert len(bench.of(told[kind])) == 1
    if kind == "error":
        assert bench.ended
    else:
        assert "x" in bench.completed()
        assert bench.waiting_at() == ["after"]
