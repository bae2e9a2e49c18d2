"""Scenario files as records; a key that there is not is an error, not a step that silently checks nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from engine.errors import InvalidInput

DEFAULT_NOW = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
STEPS = ("expect", "complete", "refused", "advance", "advance_to", "message", "signal", "job", "end")
DETAILS = {
    "complete": {"by", "variables", "where", "valid"},
    "refused": {"by", "variables", "where", "because"},
}
EXPECTATIONS = {
    "tasks",
    "tasks_include",
    "groups",
    "variables",
    "jobs_done",
    "jobs_not_done",
    "waiting",
    "ended",
    "incidents",
}
_HEAD = {"process", "name", "covers", "now", "start", "jobs", "users", "steps"}


class ScenarioError(InvalidInput):
    """A scenario file is not written as its format says."""


@dataclass(frozen=True)
class Step:
    """One step: what it does, to what, and the details beside it. `number` counts from 1."""

    number: int
    does: str
    what: Any
    details: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One file."""

    path: Path
    process: str
    name: str
    now: datetime
    start: dict[str, Any]
    steps: list[Step]
    jobs: dict[str, Any] = field(default_factory=dict)
    users: dict[str, list[str]] = field(default_factory=dict)
    covers_ends: list[str] = field(default_factory=list)
    covers_timers: list[str] = field(default_factory=list)


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """The scenario files among the paths, and those in every folder `scenarios` below them, by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_file():
            found.append(path)
        else:
            found += sorted(p for p in path.rglob("*.yaml") if p.parent.name == "scenarios")
    return found


def processes_of(path: Path) -> Path:
    """The folder with the processes of a scenario file: the one that holds its folder."""
    return path.resolve().parent.parent


def load(path: Path) -> Scenario:
    """Read a file. Raises ScenarioError with a sentence."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a SafeLoader without dates)
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path.name} is not YAML: {error}") from error
    if not isinstance(data, dict) or "process" not in data or not isinstance(data.get("steps"), list):
        raise ScenarioError(f"{path.name} needs a process and steps.")
    _known(path, "scenario", data, _HEAD)
    covers = data.get("covers") or {}
    _known(path, "covers", covers, {"ends", "timers"})
    return Scenario(
        path=path,
        process=data["process"],
        name=str(data.get("name") or path.stem),
        now=moment(data["now"]) if "now" in data else DEFAULT_NOW.astimezone(UTC),
        start=data.get("start") or {},
        steps=[_step(path, number, step) for number, step in enumerate(data["steps"], 1)],
        jobs=data.get("jobs") or {},
        users=data.get("users") or {},
        covers_ends=list(covers.get("ends") or []),
        covers_timers=list(covers.get("timers") or []),
    )


def moment(text: Any) -> datetime:
    """An ISO 8601 moment with its offset, as UTC. Raises ScenarioError."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise ScenarioError(f"'{text}' is no moment.") from error
    if found.tzinfo is None:
        raise ScenarioError(f"'{text}' needs an offset, like +08:00.")
    return found.astimezone(UTC)


def _step(path: Path, number: int, step: Any) -> Step:
    does = next((name for name in STEPS if isinstance(step, dict) and name in step), None)
    if does is None:
        raise ScenarioError(f"{path.name}, step {number}: it is none of {', '.join(STEPS)}.")
    details = {name: value for name, value in step.items() if name != does}
    _known(path, f"step {number}", details, DETAILS.get(does, set()))
    if does == "expect":
        _known(path, f"step {number}", step[does], EXPECTATIONS)
    return Step(number, does, step[does], details)


def _known(path: Path, where: str, data: Any, known: set[str]) -> None:
    unknown = sorted(set(data) - known) if isinstance(data, dict) else []
    if unknown:
        raise ScenarioError(f"{path.name}, {where}: there is no '{unknown[0]}'; there is {', '.join(sorted(known))}.")


class _Loader(yaml.SafeLoader):
    """YAML would make dates of texts that look like one; a process gets what was written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
