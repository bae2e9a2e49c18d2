"""Differences that were found, kept as files: the diagram, the stimuli and what must be seen after them.

`found/NAME.bpmn` and `found/NAME.json` hold one each; `test_found.py` plays them with judge and executor.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.token_game.play import Stimulus

FOLDER = Path(__file__).parent / "found"


def write(folder: Path, name: str, why: str, xml: str, stimuli: list[Stimulus], expected: dict) -> Path:
    """Keep one case; returns the path of its diagram."""
    folder.mkdir(parents=True, exist_ok=True)
    diagram = folder / f"{name}.bpmn"
    diagram.write_text(xml)
    case = {"why": why, "stimuli": [stimulus.as_json() for stimulus in stimuli], "expected": expected}
    diagram.with_suffix(".json").write_text(json.dumps(case, indent=1) + "\n")
    return diagram


def read(diagram: Path) -> tuple[str, list[Stimulus], dict]:
    """The diagram, the stimuli and the expected view of one case."""
    case = json.loads(diagram.with_suffix(".json").read_text())
    return diagram.read_text(), [Stimulus.from_json(data) for data in case["stimuli"]], case["expected"]
