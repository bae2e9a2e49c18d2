"""Who takes the hand-made exam: the judge alone, or the executor beside it."""

import pytest

from tests.token_game.adapter import RealExecutor
from tests.token_game.hand import Exam


@pytest.fixture(params=["judge", "executor"])
def players(request, monkeypatch):
    monkeypatch.setattr(Exam, "beside", RealExecutor if request.param == "executor" else None)
