"""The state of one evaluation of a model: its clock, warnings, failures, trace and how deep its calls are."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NoReturn

from engine.decisions.trace import EvaluatedDecision, EvaluatedTable
from engine.feel.limits import spent

# A knowledge model that calls itself costs twelve Python frames a turn or more.
MAX_CALLS: Final = 50
# Calls of knowledge models, services and iterations in one evaluation, all together.
MAX_STEPS: Final = 100_000
MAX_SECONDS: Final = 1
_FRAMES_KEPT_FREE: Final = 250
_MAX_WARNINGS: Final = 100
# A loop may ask a table or service many thousand times; a person reads the first of them at most.
_MAX_RECORDS: Final = 1_000


class LimitExceeded(Exception):
    """The evaluation goes too deep or too long; its sentence becomes the outcome's failure."""


class Run:
    """Shared by all frames of one evaluation."""

    __slots__ = (
        "calls",
        "deadline",
        "exceeded",
        "failures",
        "functions",
        "now",
        "own_table",
        "steps",
        "tables",
        "trace",
        "warnings",
    )

    def __init__(self, now: datetime | None, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.now = now
        self.functions = functions
        self.warnings: list[str] = []
        self.failures: list[str] = []
        self.trace: list[EvaluatedDecision] = []
        self.tables: list[EvaluatedTable] = []
        self.own_table: EvaluatedTable | None = None
        self.calls = 0
        self.steps = 0
        self.exceeded: str | None = None
        self.deadline = spent() + MAX_SECONDS

    def warn(self, sentence: str) -> None:
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(sentence)

    def fail(self, sentence: str) -> None:
        """Note that a table could not decide; the value at this place is null."""
        if len(self.failures) < _MAX_RECORDS:
            self.failures.append(sentence)
        self.warn(sentence)

    def trace_table(self, table: EvaluatedTable) -> None:
        """Keep what a table saw, for the decision that is being made."""
        self.own_table = table
        if len(self.tables) < _MAX_RECORDS:
            self.tables.append(table)

    def trace_decision(self, decision: EvaluatedDecision) -> None:
        """Keep what was decided; the last one, which is what was asked for, always."""
        if len(self.trace) >= _MAX_RECORDS:
            self.trace.pop()
        self.trace.append(decision)

    def step(self) -> None:
        """Count one call or turn of a loop; raises LimitExceeded once the evaluation has had its share."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            self.exceed(f"The decision takes more than {MAX_STEPS} steps; make its lists or loops smaller.")
        self.check_time()

    def check_time(self) -> None:
        """Raise LimitExceeded once the evaluation has taken too long."""
        if spent() > self.deadline:
            self.exceed("The decision takes longer than a second; make its lists or loops smaller.")

    def exceed(self, sentence: str) -> NoReturn:
        """Stop; the sentence stays, should an expression on the way turn the signal into null."""
        self.exceeded = self.exceeded or sentence
        raise LimitExceeded(self.exceeded)

    def enter_call(self) -> None:
        self.step()
        if self.calls >= MAX_CALLS or _stack_is_nearly_full():
            self.exceed(f"Functions call each other more than {MAX_CALLS} deep; end the recursion earlier.")
        self.calls += 1

    def leave_call(self) -> None:
        self.calls -= 1


def _stack_is_nearly_full() -> bool:
    """Whether one more call might meet Python's own limit, which an expression on the way would turn into null."""
    try:
        sys._getframe(sys.getrecursionlimit() - _FRAMES_KEPT_FREE)
    except ValueError:
        return False
    return True
