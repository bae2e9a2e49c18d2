"""Differences found once: the executor must do now what the standard says, after a restore at every step."""

import random

import pytest

from tests.token_game import save
from tests.token_game.adapter import RealExecutor
from tests.token_game.compare import BEGINNING
from tests.token_game.model import read
from tests.token_game.play import Judge

CASES = sorted(save.FOLDER.glob("*.bpmn"))


@pytest.mark.parametrize("diagram", CASES, ids=lambda path: path.stem)
def test_the_executor_does_what_was_expected_then(diagram):
    xml, stimuli, expected = save.read(diagram)
    executor = RealExecutor(xml, dict(BEGINNING))
    for stimulus in stimuli:
        executor.store_and_restore(random.Random(0))
        executor.apply(stimulus)
    assert executor.view().as_json() == expected


@pytest.mark.parametrize("diagram", CASES, ids=lambda path: path.stem)
def test_the_judge_still_expects_the_same(diagram):
    xml, stimuli, expected = save.read(diagram)
    judge = Judge(read(xml), BEGINNING)
    for stimulus in stimuli:
        judge.apply(stimulus)
    assert expected in [view.as_json() for view in judge.views()]
