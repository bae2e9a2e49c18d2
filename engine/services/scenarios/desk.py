"""What stands in for the outside world in a scenario: answers to jobs, and the SLA clocks that jobs start and move."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from engine.calendars import Calendar, SlaClock, parse_duration
from engine.deployment.names import EXTRA_NAMES
from engine.feel import compile_expression, to_json
from engine.runtime import InstanceInfo, Runtime
from engine.services.scenarios.files import ScenarioError
from engine.services.turn.environment import shipped_calendars

DEFAULT_WARN = 0.8
_BUILT_IN = {"case.open": {"variables": {"case_number": '=if case_number = null then "CASE-1" else case_number'}}}
_OPEN = ("running", "paused")
_ANSWERS = {"variables", "error", "message", "fail", "retries", "hold"}


@dataclass(frozen=True)
class Answer:
    """What a worker says: variables, an error of the diagram, a failure; or nothing yet."""

    variables: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    message: str = ""
    fail: str | None = None
    retries: int | None = None
    hold: bool = False


class Answers:
    """The answers of a scenario by job type or element id, and the ones by job type that all scenarios share."""

    def __init__(self, own: Mapping[str, Any], shared: Mapping[str, Any]) -> None:
        self._own, self._shared = own, shared
        self._used: dict[str, int] = {}

    def to(self, job_type: str, element_id: str, variables: Mapping[str, Any], now: datetime) -> Answer:
        """The answer to one job; a list gives one each time, its last again and again."""
        for name, answers in ((element_id, self._own), (job_type, self._own), (job_type, self._shared)):
            if name in answers:
                found = answers[name]
                if isinstance(found, list):
                    used = self._used.get(name, 0)
                    self._used[name] = used + 1
                    found = found[min(used, len(found) - 1)]
                return answer(found, variables, now)
        return Answer()


def answer(written: Any, variables: Mapping[str, Any], now: datetime) -> Answer:
    """An answer as it is written, with its expressions evaluated over the job's variables."""
    if not isinstance(written, dict) or set(written) - _ANSWERS:
        raise ScenarioError(f"{written!r} is no answer to a job; it may have {', '.join(sorted(_ANSWERS))}.")
    return Answer(**{**written, "variables": evaluated(written.get("variables") or {}, variables, now)})


def evaluated(values: Mapping[str, Any], variables: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values, those that begin with "=" evaluated."""
    return {name: feel(value, variables, now) for name, value in values.items()}


def feel(value: Any, variables: Mapping[str, Any], now: datetime) -> Any:
    """A text that begins with "=" evaluated, anything else as it is."""
    if not isinstance(value, str) or not value.startswith("="):
        return value
    return to_json(compile_expression(value[1:], EXTRA_NAMES).evaluate(dict(variables), now=now))


def shared_answers(processes: Path) -> dict[str, Any]:
    """The answers in the table "Job types" of the processes' README: its column "answer in a scenario"."""
    readme = processes / "README.md"
    if not readme.is_file():
        return dict(_BUILT_IN)
    answers, column = dict(_BUILT_IN), None
    for line in readme.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if not line.startswith("|"):
            column = None
        elif any("answer in a scenario" in cell for cell in cells):
            column = next(number for number, cell in enumerate(cells) if "answer in a scenario" in cell)
        elif column is not None and len(cells) > column:
            name, written = re.match(r"`([^`]+)`", cells[0]), re.search(r"`(\{.*\})`", cells[column])
            if name and written:
                answers[name[1]] = _shared(written[1].replace("\\|", "|"))
    return answers


def _shared(text: str) -> dict[str, Any]:
    found = yaml.safe_load(text)
    return found if set(found) <= _ANSWERS else {"variables": found}


class Clocks:
    """The SLA clocks of each tree of instances, as the jobs `sla.*` and `case.*` of the diagrams ask for them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._clocks: dict[tuple[int, str], SlaClock] = {}
        runtime.function_providers.append(lambda uow, info: self._functions(info, uow.now))

    def apply(self, job_type: str, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> bool:
        """Do what a job says to the clocks of its tree; returns whether any clock may have moved."""
        apply = _JOBS.get(job_type)
        if apply is not None:
            apply(self, root, headers, variables)
        return apply is not None

    def _functions(self, info: InstanceInfo, now: datetime) -> dict[str, Callable[..., Any]]:
        def sla(name: Any) -> dict[str, Any] | None:
            clock = self._clocks.get((info.root_key, str(name)))
            if clock is None:
                return None
            shown = {"warn at": clock.warn_at, "breach at": clock.breach_at, "remaining": clock.remaining(now)}
            return {"name": clock.name, "state": clock.state(now), **shown}

        return {"sla": sla, "case owner": lambda: None}

    def _set(self, root: int, values: Mapping[str, Any]) -> None:
        """Start a clock, or move the one that runs."""
        now, name = self._runtime.now(), str(values["name"])
        before = self._clocks.get((root, name))
        calendar = self._calendar(str(values.get("calendar") or "always"))
        if before is None or before.phase not in _OPEN:
            ratio = values.get("warn_ratio")
            clock = SlaClock(name, calendar, parse_duration("PT0S"), DEFAULT_WARN if ratio is None else float(ratio))
            before = clock.start(now)
        if values.get("breach_at"):
            after = before.move(now, to=datetime.fromisoformat(str(values["breach_at"])))
        else:
            after = before.move(now, target=parse_duration(str(values["limit"])))
        self._clocks[root, name] = after

    def _calendar(self, name: str) -> Calendar:
        known = shipped_calendars(self._runtime)
        if name not in known:
            raise ScenarioError(f"There is no calendar '{name}'; there is {', '.join(sorted(known))}.")
        return known[name]

    def _change(self, root: int, name: str, change: Callable[[SlaClock, datetime], SlaClock]) -> None:
        clock = self._clocks.get((root, name))
        if clock is not None and clock.phase in _OPEN:
            self._clocks[root, name] = change(clock, self._runtime.now())

    def _all(self, root: int, change: Callable[[SlaClock, datetime], SlaClock]) -> None:
        for owner, name in list(self._clocks):
            if owner == root:
                self._change(root, name, change)

    # One method for each job type.

    def _start(self, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        for values in _wanted(headers, variables):
            self._set(root, values)
        if headers.get("meets"):
            self._change(root, headers["meets"], lambda clock, now: clock.meet(now))

    def _told(self, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        if headers.get("meets"):
            self._change(root, headers["meets"], lambda clock, now: clock.meet(now))

    def _pause(self, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        self._change(root, _name(headers, variables), lambda clock, now: clock.pause(now))

    def _resume(self, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        self._change(root, _name(headers, variables), lambda clock, now: clock.resume(now))

    def _meet(self, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        self._change(root, _name(headers, variables), lambda clock, now: clock.meet(now))

    def _close(self, root: int, headers: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        self._all(root, lambda clock, now: clock.meet(now))


def _wanted(headers: Mapping[str, str], variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    if headers.get("clock"):
        return [{"name": headers["clock"], **variables}]
    return list(variables.get("clocks") or [])


def _name(headers: Mapping[str, str], variables: Mapping[str, Any]) -> str:
    return str(headers.get("clock") or variables.get("clock") or "")


_JOBS: dict[str, Callable[[Clocks, int, Mapping[str, str], Mapping[str, Any]], None]] = {
    "case.open": Clocks._start,
    "sla.start": Clocks._start,
    "sla.move": Clocks._start,
    "sla.pause": Clocks._pause,
    "sla.resume": Clocks._resume,
    "sla.meet": Clocks._meet,
    "case.close": Clocks._close,
    "case.set_aside": Clocks._close,
    "customer.notify": Clocks._told,
}
