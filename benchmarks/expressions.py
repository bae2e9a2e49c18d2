"""What an expression and a decision table cost."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks.stage import Stage
from engine.decisions import parse_dmn
from engine.feel import compile_expression

ROWS = 20


def measure(stage: Stage) -> dict[str, float]:
    """Microseconds of one evaluation: the median of several runs."""
    expression = compile_expression('amount > 500 and tier = "A"')
    context = {"amount": 800, "tier": "A"}
    model = parse_dmn(_table(), "bench.dmn")
    asked = {"amount": 990, "tier": "A"}
    assert model.evaluate("level", asked).value == f"r{ROWS}"
    return {
        "feel_us": _microseconds(lambda: expression.evaluate(context), stage.repetitions(20_000)),
        "decision_us": _microseconds(lambda: model.evaluate("level", asked), stage.repetitions(4_000)),
    }


def _microseconds(call: Callable[[], object], count: int) -> float:
    runs = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(count // 5):
            call()
        runs.append((time.perf_counter() - began) / (count // 5) * 1_000_000)
    return statistics.median(runs)


def _table() -> bytes:
    """A UNIQUE table of 20 rules on two inputs; the last rule matches the largest amounts."""
    rules = "".join(
        f'<rule id="r{row}"><inputEntry id="a{row}"><text>[{row * 50 - 50}..{row * 50})</text></inputEntry>'
        f'<inputEntry id="t{row}"><text>"A","B"</text></inputEntry>'
        f'<outputEntry id="o{row}"><text>"r{row}"</text></outputEntry></rule>'
        for row in range(1, ROWS + 1)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="bench" name="bench" namespace="bench">'
        '<decision id="level" name="level"><decisionTable id="table" hitPolicy="UNIQUE">'
        '<input id="i1"><inputExpression id="e1"><text>amount</text></inputExpression></input>'
        '<input id="i2"><inputExpression id="e2"><text>tier</text></inputExpression></input>'
        f'<output id="o" name="level"/>{rules}</decisionTable></decision></definitions>'
    ).encode()
