"""Scenario files: a process's story told in steps, run in memory with a clock that only the story moves.

The format is in `processes/scenarios/README.md`. `run_paths` is behind `kefuflow test`.
"""

from engine.services.scenarios.coverage import Coverage
from engine.services.scenarios.files import Scenario, ScenarioError, load, scenario_files
from engine.services.scenarios.report import run_paths
from engine.services.scenarios.story import Outcome
from engine.services.scenarios.suite import Suite

__all__ = ["Coverage", "Outcome", "Scenario", "ScenarioError", "Suite", "load", "run_paths", "scenario_files"]
