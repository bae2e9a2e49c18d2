"""Running scenarios: the processes deployed once for each folder, and a fresh copy of that database for each scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.clock import MovableClock
from engine.config import Settings
from engine.deployment.bpmn import parse_bpmn
from engine.deployment.model import ProcessModel
from engine.persistence import Database, create_all
from engine.runtime import Runtime
from engine.services import deployments, settings
from engine.services.scenarios.coverage import Coverage, not_covered, of_outcomes
from engine.services.scenarios.desk import shared_answers
from engine.services.scenarios.files import DEFAULT_NOW, ScenarioError, load, processes_of
from engine.services.scenarios.story import Outcome, Story

DEPLOYABLE = (".bpmn", ".dmn", ".form")


@dataclass
class Stage:
    """A folder of processes, deployed."""

    folder: Path
    runtime: Runtime
    answers: dict[str, Any]
    models: list[ProcessModel]


class Suite:
    """Tells scenarios one after the other. Close it when done."""

    def __init__(self) -> None:
        self._stages: dict[Path, Stage] = {}
        self.outcomes: list[Outcome] = []

    def run(self, paths: Iterable[Path]) -> Iterator[Outcome]:
        """Run scenario files. Raises ScenarioError for a file that is none, DeploymentRefused for processes with errors."""
        for path in paths:
            scenario = load(path)
            stage = self._stage(processes_of(path))
            if scenario.process not in {model.id for model in stage.models}:
                raise ScenarioError(f"{path.name}: there is no process '{scenario.process}' in {stage.folder}.")
            clock = MovableClock(scenario.now)
            runtime = _copy(stage, clock)
            outcome = Story(scenario, runtime, clock, stage.answers).tell()
            runtime.close()
            if outcome.passed:
                outcome.differences = not_covered(outcome)
            self.outcomes.append(outcome)
            yield outcome

    def coverage(self) -> Coverage:
        """What all scenarios so far covered of the processes in their folders."""
        return of_outcomes(self.outcomes, [model for stage in self._stages.values() for model in stage.models])

    def close(self) -> None:
        for stage in self._stages.values():
            stage.runtime.close()

    def _stage(self, folder: Path) -> Stage:
        if folder not in self._stages:
            self._stages[folder] = _deploy(folder)
        return self._stages[folder]


def _deploy(folder: Path) -> Stage:
    files = [
        (str(path.relative_to(folder)), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.suffix in DEPLOYABLE
    ]
    runtime = _runtime(folder, MovableClock(DEFAULT_NOW))
    create_all(runtime.database)
    deployments.deploy(runtime, files, "scenarios")
    models = [
        model for name, xml in files if name.endswith(".bpmn") for model in parse_bpmn(xml, name).processes.values()
    ]
    return Stage(folder, runtime, shared_answers(folder), models)


def _runtime(folder: Path, clock: MovableClock) -> Runtime:
    database = Database("sqlite:///:memory:")
    runtime = Runtime(Settings(mode="test", processes=folder, instance_cache=64), database, clock)
    runtime.function_providers.append(settings.functions)
    return runtime


def _copy(stage: Stage, clock: MovableClock) -> Runtime:
    """A runtime on a copy of the stage's database, that shares what is compiled."""
    runtime = _runtime(stage.folder, clock)
    runtime.definitions = stage.runtime.definitions
    with stage.runtime.database.engine.connect() as source, runtime.database.engine.connect() as target:
        source.connection.driver_connection.backup(target.connection.driver_connection)  # type: ignore[union-attr]
    return runtime
