"""Many random diagrams one after another, counted; and what to do with a difference."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.token_game import save
from tests.token_game.compare import Run, Start, random_run
from tests.token_game.diagram import to_xml
from tests.token_game.generator import diagram
from tests.token_game.shrink import shrink

RUNS_PER_DIAGRAM = 2


@dataclass
class Figures:
    """What a campaign did; plain numbers, so that those of several workers add up."""

    diagrams: int = 0
    stimuli: int = 0
    restores: int = 0
    ended: int = 0
    too_wide: int = 0  # runs left because too many orders of steps were possible
    differences: int = 0
    exercised: Counter[str] = field(default_factory=Counter)

    def count(self, run: Run) -> None:
        self.stimuli += len(run.stimuli)
        self.restores += run.restores
        self.ended += run.ended
        self.too_wide += run.too_wide
        self.differences += run.difference is not None
        self.exercised += run.exercised

    def add(self, other: Figures) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def as_json(self) -> dict:
        return {**vars(self), "exercised": dict(self.exercised.most_common())}


@dataclass
class Campaign:
    """Seeds `first`, `first + step`, … until the time is over or `most` diagrams are done."""

    start: Start
    first: int
    step: int = 1
    say: Callable[[dict], None] = lambda record: None
    folder: Path | None = None  # where the diagrams that differ go

    def run(self, seconds: float, most: int | None = None) -> Figures:
        """Play until then; differences are shrunk, said and written, and the campaign goes on."""
        figures, seed, until = Figures(), self.first, time.monotonic() + seconds
        while time.monotonic() < until and (most is None or figures.diagrams < most):
            self.play(seed, figures)
            seed += self.step
        return figures

    def play(self, seed: int, figures: Figures) -> None:
        """One diagram, several runs; the first difference is enough."""
        xml = to_xml(diagram(seed))
        figures.diagrams += 1
        for number in range(RUNS_PER_DIAGRAM):
            run = random_run(xml, f"{seed}.{number}", self.start)
            figures.count(run)
            if run.difference is not None:
                self.report(seed, run)
                return

    def report(self, seed: int, run: Run) -> None:
        """Make the difference small and tell everything needed to see it again."""
        assert run.difference is not None
        _, small = shrink(diagram(seed), run.difference, self.start)
        expected = small.expected[0].as_json() if small.expected else {}
        path = None
        if self.folder is not None:
            path = str(save.write(self.folder, f"seed_{seed}", "", small.xml, small.stimuli, expected))
        self.say(
            {
                "seed": seed,
                "diagram": path,
                "stimuli": [stimulus.as_json() for stimulus in small.stimuli],
                "expected": [view.as_json() for view in small.expected],
                "shown": small.shown.as_json() if small.shown else None,
                "error": small.error,
                "explained": small.explain(),
            }
        )


def as_line(record: dict) -> str:
    return json.dumps(record, ensure_ascii=False)
