"""The comparison must notice each known wrong behaviour within a bounded number of seeds."""

import pytest

from tests.token_game.adapter import RealExecutor
from tests.token_game.compare import random_run
from tests.token_game.diagram import to_xml
from tests.token_game.generator import diagram
from tests.token_game.mutants import MUTANTS

SEEDS = 600
RARE = {
    "inclusive_join_forgets_links",
    "inclusive_join_forgets_boundary_events",
}  # hundreds of diagrams until one shows


def _marked(mutant):
    return pytest.param(mutant, marks=[pytest.mark.full] * (mutant.__name__ in RARE), id=mutant.__name__)


@pytest.mark.parametrize("mutant", [_marked(mutant) for mutant in MUTANTS])
def test_the_comparison_finds(mutant, monkeypatch):
    mutant(monkeypatch)
    found = next((seed for seed in range(1, SEEDS) if _differs(seed)), None)
    assert found is not None, f"{mutant.__name__} ({mutant.__doc__}) went unnoticed"


def _differs(seed: int) -> bool:
    return random_run(to_xml(diagram(seed)), f"{seed}.0", RealExecutor).difference is not None
