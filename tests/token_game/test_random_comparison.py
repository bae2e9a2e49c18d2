"""The real executor against the judge on random diagrams: a short fixed stretch of seeds, always the same.

The long run is `python -m tests.token_game`.
"""

import pytest

from tests.token_game.adapter import RealExecutor
from tests.token_game.campaign import Campaign

DIAGRAMS = 200
MUST_OCCUR = {
    *("userTask", "userTask loop", "subProcess", "subProcess loop", "subProcess by event", "scriptTask"),
    *("parallelGateway join", "inclusiveGateway join", "exclusiveGateway", "eventBasedGateway"),
    *("boundaryEvent message", "boundaryEvent message non-interrupting", "boundaryEvent timer", "boundaryEvent error"),
    *("startEvent message", "startEvent message non-interrupting", "startEvent error", "startEvent escalation"),
    *("endEvent terminate", "intermediateThrowEvent escalation", "intermediateThrowEvent signal"),
    *("intermediateThrowEvent compensate", "endEvent compensate", "boundaryEvent compensate"),
    *("adHocSubProcess", "callActivity", "callActivity loop", "userTask conditional"),
    *("intermediateThrowEvent link", "intermediateCatchEvent message", "intermediateCatchEvent signal"),
}


@pytest.fixture(scope="module")
def figures():
    told = []
    campaign = Campaign(RealExecutor, first=1, say=told.append)
    return campaign.run(seconds=600, most=DIAGRAMS), told


def test_executor_and_judge_agree_after_every_step(figures):
    counted, told = figures
    assert not counted.differences, "\n\n".join(f"seed {record['seed']}\n{record['explained']}" for record in told)


def test_the_diagrams_exercise_every_kind_of_element(figures):
    counted, _ = figures
    assert counted.diagrams == DIAGRAMS
    assert counted.stimuli > 5 * DIAGRAMS
    assert not MUST_OCCUR - set(counted.exercised)
