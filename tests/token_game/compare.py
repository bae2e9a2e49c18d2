"""One diagram played by judge and executor together, compared after every step.

The executor is anything with the methods of `Executor`; it is stored and restored between the steps. What it shows
must be what one of the judge's states shows; from then on only those states count.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.token_game.game import TooWide
from tests.token_game.model import Model, read
from tests.token_game.play import Judge, Stimulus, View

BEGINNING = {"x": 0, "y": 1, "b": False, "key": "k"}
STEPS, CROWD = 25, 20  # a run ends after so many stimuli, or when so many elements wait


class Executor(Protocol):
    """What plays a diagram besides the judge."""

    def apply(self, stimulus: Stimulus) -> None: ...

    def store_and_restore(self, chance: random.Random) -> None: ...

    def view(self) -> View: ...


Start = Callable[[str, dict], Executor]


@dataclass
class Difference:
    """Where executor and judge part: `expected` is what the judge allows, `shown` None when the executor raised."""

    xml: str
    stimuli: list[Stimulus]
    expected: list[View]
    shown: View | None
    error: str | None = None

    def explain(self) -> str:
        """Both states, and what differs from the nearest that the judge allows."""
        lines = ["Stimuli:", *(f"  {stimulus}" for stimulus in self.stimuli)]
        if self.error:
            lines.append(f"The executor raised {self.error}")
        lines += ["The judge allows:", *(f"  {view.as_json()}" for view in self.expected[:4])]
        if self.shown is not None and self.expected:
            nearest = min((view.differences(self.shown) for view in self.expected), key=_size)
            lines += ["The executor shows:", f"  {self.shown.as_json()}", "Nearest (judge only, executor only):"]
            lines += [f"  {name}: {parts[0]} | {parts[1]}" for name, parts in nearest.items()]
        return "\n".join(lines)


@dataclass
class Run:
    """What one comparison did."""

    stimuli: list[Stimulus] = field(default_factory=list)
    difference: Difference | None = None
    too_wide: bool = False
    ended: bool = False
    exercised: Counter[str] = field(default_factory=Counter)  # completed elements by kind and trigger
    restores: int = 0


def _size(differences: dict) -> int:
    return sum(1 if name == "ended" else len(mine) + len(theirs) for name, (mine, theirs) in differences.items())


def random_run(xml: str, seed: int | str, start: Start, steps: int = STEPS) -> Run:
    """Play the diagram with stimuli of this seed: quickly first, and thoroughly again when that finds a difference."""
    for thorough in (False, True):
        rng = random.Random(f"stimuli {seed}")
        run = _Comparison(xml, start, rng, thorough).run(_random_stimuli(rng, steps))
        if run.difference is None:
            break
    return run


def replay(xml: str, stimuli: list[Stimulus], start: Start) -> Run:
    """Play the diagram with these stimuli; those not possible are left out."""
    return _Comparison(xml, start, random.Random("replay"), thorough=True).run(_given_stimuli(stimuli))


class _Comparison:
    def __init__(self, xml: str, start: Start, rng: random.Random, thorough: bool) -> None:
        self.thorough = thorough
        self.xml, self.start, self.rng = xml, start, rng
        self.model: Model = read(xml)
        self.result = Run()
        self.error: str | None = None

    def run(self, choose: Callable[[Judge], Iterable[Stimulus]]) -> Run:
        try:
            self._play(choose)
        except TooWide:
            self.result.too_wide = True
        return self.result

    def _play(self, choose: Callable[[Judge], Iterable[Stimulus]]) -> None:
        executor = self._guarded(lambda: self.start(self.xml, dict(BEGINNING)))
        shown = executor.view() if executor else None
        judge = Judge(self.model, BEGINNING, shown, self.thorough)
        if not self._agree(judge, shown):
            return
        for stimulus in choose(judge):
            judge.foresee(stimulus)
            self.result.stimuli.append(stimulus)
            shown = self._guarded(lambda: self._step(executor, stimulus))  # noqa: B023
            judge.apply(stimulus, shown)
            if not self._agree(judge, shown):
                return

    def _step(self, executor: Executor, stimulus: Stimulus) -> View:
        executor.store_and_restore(self.rng)
        self.result.restores += 1
        executor.apply(stimulus)
        return executor.view()

    def _guarded(self, action: Callable):
        """The action's result; None, and the error kept, when the executor raises whatever it may be."""
        try:
            return action()
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
            return None

    def _agree(self, judge: Judge, shown: View | None) -> bool:
        if shown is None or not judge.seen(shown):
            stimuli = list(self.result.stimuli)
            self.result.difference = Difference(self.xml, stimuli, judge.views(), shown, self.error)
            return False
        self.result.ended = shown.ended
        self._count(shown)
        return True

    def _count(self, shown: View) -> None:
        self.result.exercised = Counter()
        for element, count in shown.completed.items():
            kind = self.model.elements[element]
            self.result.exercised[describe(kind)] += count


def describe(element) -> str:
    """Kind of an element in the figures: `boundaryEvent timer non-interrupting`, `userTask loop`."""
    words = [element.kind]
    words += [element.trigger] if element.trigger != "none" else []
    words += ["non-interrupting"] if not element.interrupting else []
    words += ["loop"] if element.loop else []
    words += ["conditional"] if element.default and not element.kind.endswith("Gateway") else []
    words += ["by event"] if element.is_event_subprocess else []
    words += ["join"] if len(element.incoming) > 1 and element.kind in {"parallelGateway", "inclusiveGateway"} else []
    return " ".join(words)


def _random_stimuli(rng: random.Random, steps: int) -> Callable[[Judge], Iterator[Stimulus]]:
    def choose(judge: Judge) -> Iterator[Stimulus]:
        elements = judge.game.model.elements
        for _ in range(steps):
            view = judge.views()[0]
            enabled = judge.enabled()
            if not enabled or view.waiting.total() > CROWD:
                return
            stimulus = rng.choice(enabled)
            is_timer = stimulus.what == "trigger" and elements[stimulus.element].trigger == "timer"
            yield stimulus if is_timer else _with_variables(stimulus, rng)

    return choose


def _with_variables(stimulus: Stimulus, rng: random.Random) -> Stimulus:
    """A completed task, a repaired incident and a message mostly set variables; an error has a code."""
    if stimulus.what == "error":
        return replace(stimulus, variables=(("code", rng.choice(("E1", "E2"))),))
    if stimulus.what == "broadcast" or rng.random() < 0.2:
        return stimulus
    values = {"x": rng.randint(0, 4), "y": rng.randint(0, 4), "b": rng.random() < 0.5}
    return replace(stimulus, variables=tuple(sorted(values.items())))


def _given_stimuli(stimuli: list[Stimulus]) -> Callable[[Judge], Iterator[Stimulus]]:
    def choose(judge: Judge) -> Iterator[Stimulus]:
        for stimulus in stimuli:
            if Stimulus(stimulus.what, stimulus.element, stimulus.path) in judge.enabled():
                yield stimulus

    return choose
