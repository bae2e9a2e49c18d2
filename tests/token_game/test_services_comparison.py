"""The random comparison through services, worker and database, on SQLite and PostgreSQL: a sample of the executor's diagrams."""

import pytest

from tests.token_game.compare import random_run
from tests.token_game.diagram import to_xml
from tests.token_game.generator import diagram
from tests.token_game.services import starting


def _differences(runtime, seeds) -> tuple[list[str], int]:
    start, told, stimuli = starting(runtime), [], 0
    for seed in seeds:
        run = random_run(to_xml(diagram(seed)), f"{seed}.0", start)
        stimuli += len(run.stimuli)
        if run.difference is not None:
            told.append(f"seed {seed}\n{run.difference.explain()}")
    return told, stimuli


def test_services_and_judge_agree_after_every_step(runtime):
    told, stimuli = _differences(runtime, range(1, 6))
    assert not told, "\n\n".join(told)
    assert stimuli > 10


@pytest.mark.full
def test_services_and_judge_agree_on_many_diagrams(runtime):
    told, stimuli = _differences(runtime, range(2000, 2040))
    assert not told, "\n\n".join(told)
    assert stimuli > 200
