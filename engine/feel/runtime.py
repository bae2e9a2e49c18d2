"""The state of one evaluation: variables in scope, warnings, the clock, and the budget it may use."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.feel.errors import FeelLimitExceeded
from engine.feel.limits import (
    CHARACTERS_A_UNIT,
    MAX_CALL_DEPTH,
    MAX_LIST_ITEMS,
    MAX_SECONDS,
    MAX_STRING_LENGTH,
    MAX_UNITS,
    UNITS_BETWEEN_CLOCK_READS,
    spent,
)
from engine.feel.python_values import from_python

MISSING = object()


class Runtime:
    """What all scopes of one evaluation share: the clock, the warnings and the budget."""

    # Most evaluations never come near their limits, so what counts towards them starts as the class's own.
    units = 0
    units_at_check = UNITS_BETWEEN_CLOCK_READS
    deadline = 0.0
    depth = 0

    def __init__(self, now: datetime | None, warnings: list[str] | None, until: float | None = None) -> None:
        self.now = now
        self.warnings = warnings
        self.until = until  # by `limits.spent`: when whoever asked for this wants it to end

    def warn(self, sentence: str) -> None:
        """Note why a value is null; without a warnings list nothing is kept."""
        if self.warnings is not None and len(self.warnings) < 100:
            self.warnings.append(sentence[:500])

    def clock(self) -> datetime:
        """The moment that now() and today() mean: one and the same through an evaluation."""
        if self.now is None:
            self.now = datetime.now(UTC)
        return self.now

    def spend(self, units: int) -> None:
        """Count work done; raises FeelLimitExceeded when the evaluation has had its share."""
        if self.deadline == 0.0:
            own = spent() + MAX_SECONDS
            self.deadline = own if self.until is None else min(own, self.until)
        self.units += units
        if self.units >= self.units_at_check:
            self._check()

    def _check(self) -> None:
        if self.units > MAX_UNITS:
            raise FeelLimitExceeded("The evaluation handles too much data; make its lists or loops smaller.")
        if spent() > self.deadline:
            raise FeelLimitExceeded("The evaluation takes longer than a second; make its lists or loops smaller.")
        self.units_at_check = self.units + UNITS_BETWEEN_CLOCK_READS

    def check_clock(self) -> None:
        """Look at the clock now, after a piece of work that may have been slow."""
        self.units_at_check = 0
        self.spend(1)

    def list_of(self, items: list[Any]) -> list[Any]:
        """Pass on a new list after checking that it is not too long."""
        if len(items) > MAX_LIST_ITEMS:
            raise FeelLimitExceeded(f"A list may have at most {MAX_LIST_ITEMS} items.")
        self.spend(len(items))
        return items

    def string_of(self, text: str) -> str:
        """Pass on a new string after checking that it is not too long."""
        if len(text) > MAX_STRING_LENGTH:
            raise FeelLimitExceeded(f"A text may have at most {MAX_STRING_LENGTH} characters.")
        self.spend(len(text) // CHARACTERS_A_UNIT)
        return text

    def enter_call(self) -> None:
        """Go one function call deeper; pair with `leave_call`."""
        self.spend(1)
        self.depth += 1
        if self.depth > MAX_CALL_DEPTH:
            raise FeelLimitExceeded(f"Functions may call each other at most {MAX_CALL_DEPTH} deep.")

    def leave_call(self) -> None:
        self.depth -= 1

    def convert(self, value: Any) -> Any:
        """The FEEL value of what a context holds, the work of looking through a long list counted."""
        if type(value) is list:
            self.spend(len(value) >> 5)
        return from_python(value)


_current = threading.local()


def running() -> Runtime | None:
    """The evaluation that this thread is in the middle of."""
    runtime: Runtime | None = getattr(_current, "runtime", None)
    return runtime


def run(runtime: Runtime, work: Callable[["Env"], Any], env: "Env") -> Any:
    """Do the work as this runtime's evaluation; evaluations may stand inside each other."""
    outer = running()
    _current.runtime = runtime
    try:
        return work(env)
    finally:
        _current.runtime = outer


def spend(units: int) -> None:
    """Count work on nested values, whoever does it; outside of an evaluation nothing is counted."""
    runtime = running()
    if runtime is not None:
        runtime.spend(units)


class Frame:
    """Names of one inner scope and the scope around it; `raw` ones may hold Python values still to be converted."""

    __slots__ = ("names", "parent", "raw")

    def __init__(self, names: Mapping[str, Any], parent: "Frame | None", raw: bool = False) -> None:
        self.names = names
        self.parent = parent
        self.raw = raw


class Env:
    """Where a compiled expression looks up names: inner scopes first, then the caller's context."""

    __slots__ = ("context", "frame", "rt")

    def __init__(self, context: Mapping[str, Any], frame: Frame | None, rt: Runtime) -> None:
        self.context = context
        self.frame = frame
        self.rt = rt

    def inner(self, names: Mapping[str, Any], raw: bool = False) -> "Env":
        """The same evaluation with more names in scope."""
        return Env(self.context, Frame(names, self.frame, raw), self.rt)

    def find(self, name: str) -> Any:
        """The FEEL value of a name, innermost scope first, or MISSING."""
        frame = self.frame
        while frame is not None:
            value = frame.names.get(name, MISSING)
            if value is not MISSING:
                return self.rt.convert(value) if frame.raw else value
            frame = frame.parent
        value = self.context.get(name, MISSING)
        return value if value is MISSING else self.rt.convert(value)


Code = Callable[[Env], Any]
