"""What a scenario expects, compared with what is there; each difference a line that a process owner understands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from engine.model.instance import InstanceState
from engine.services.scenarios.desk import feel
from engine.services.scenarios.world import World, is_named


def differences(expected: dict[str, Any], world: World, root: int, now: datetime) -> list[str]:
    """Every expectation that does not hold; no open incident is one of them unless it says otherwise."""
    found = []
    for name, value in {"incidents": 0, **expected}.items():
        found += _CHECKS[name](value, world, root, now)
    return found


def _tasks(wanted: list[str], world: World, root: int, now: datetime) -> list[str]:
    return _compare("open tasks", wanted, world.tasks(), exact=True)


def _tasks_include(wanted: list[str], world: World, root: int, now: datetime) -> list[str]:
    return _compare("open tasks", wanted, world.tasks(), exact=False)


def _waiting(wanted: list[str], world: World, root: int, now: datetime) -> list[str]:
    return _compare("waiting elements", wanted, world.waiting(), exact=False)


def _compare(what: str, wanted: Iterable[str], rows: list[Any], exact: bool) -> list[str]:
    """Names against rows, each row used once; `exact` leaves no row over."""
    left, missing = list(rows), []
    for name in wanted:
        match = next((row for row in left if is_named(row, name)), None)
        if match is None:
            missing.append(name)
        else:
            left.remove(match)
    there = ", ".join(f"{row.process_id}:{row.element_id}" for row in rows) or "none"
    if missing:
        return [f"{what}: missing {', '.join(missing)}; there is {there}"]
    if exact and left:
        return [f"{what}: {', '.join(row.element_id for row in left)} not expected; there is {there}"]
    return []


def _groups(wanted: dict[str, Any], world: World, root: int, now: datetime) -> list[str]:
    found = []
    for name, groups in wanted.items():
        wanted_groups = [groups] if isinstance(groups, str) else list(groups)
        offered = [list(task.candidate_groups) for task in world.tasks(name)]
        if not any(set(wanted_groups) <= set(each) for each in offered):
            found.append(f"groups of {name}: expected {', '.join(wanted_groups)}; offered to {offered or 'nobody'}")
    return found


def _variables(wanted: dict[str, Any], world: World, root: int, now: datetime) -> list[str]:
    values, found = world.variables(root), []
    for name, value in wanted.items():
        if isinstance(value, str) and value.startswith("="):
            result = feel(value, values, now)
            if result is not True:
                found.append(f"variable {name}: {value[1:]} is {result!r} ({name} is {values.get(name)!r})")
        elif name not in values or not _same(values[name], value):
            there = repr(values[name]) if name in values else "not set"
            found.append(f"variable {name}: expected {value!r}; it is {there}")
    return found


def _same(one: Any, other: Any) -> bool:
    """Equal, with true and 1 told apart."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _jobs_done(wanted: list[Any], world: World, root: int, now: datetime) -> list[str]:
    done = world.jobs_done()
    found = []
    for entry in wanted:
        times = len([job for job in done if _is_job(job, entry)])
        exactly = entry.get("times") if isinstance(entry, dict) else None
        if times != exactly if exactly is not None else times == 0:
            counted = Counter(f"{job.type} at {job.element_id}" for job in done)
            found.append(f"jobs done: expected {entry}; done {times} times ({_listed(counted)})")
    return found


def _jobs_not_done(wanted: list[Any], world: World, root: int, now: datetime) -> list[str]:
    done = world.jobs_done()
    return [f"jobs done: {entry} was not expected" for entry in wanted if any(_is_job(job, entry) for job in done)]


def _is_job(job: Any, entry: Any) -> bool:
    if isinstance(entry, str):
        return bool(job.type == entry)
    return ("type" not in entry or job.type == entry["type"]) and (
        "element" not in entry or is_named(job, entry["element"])
    )


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} × {count}" for name, count in counted.items()) or "none"


def _ended(wanted: bool, world: World, root: int, now: datetime) -> list[str]:
    instance = world.instance(root)
    if (instance.state == InstanceState.COMPLETED) == wanted:
        return []
    return [f"ended: expected {wanted}; the instance is {instance.state.lower()} ({_where(world)})"]


def end_differences(end: str, world: World, root: int) -> list[str]:
    """Whether the started instance has completed at this end event."""
    instance = world.instance(root)
    if instance.state != InstanceState.COMPLETED:
        return [f"end: expected {end}; the instance is {instance.state.lower()} ({_where(world)})"]
    return [] if instance.end_element == end else [f"end: expected {end}; it ended at {instance.end_element}"]


def _where(world: World) -> str:
    waiting = [f"{visit.process_id}:{visit.element_id}" for visit in world.waiting() if visit.type != "PROCESS"]
    return "it waits at " + (", ".join(waiting) or "nothing")


def _incidents(wanted: int, world: World, root: int, now: datetime) -> list[str]:
    there = world.incidents()
    if len(there) == wanted:
        return []
    listed = "; ".join(f"{one.element_id}: {one.message}" for one in there)
    return [f"incidents: expected {wanted}; there are {len(there)} ({listed})"]


_CHECKS: dict[str, Callable[[Any, World, int, datetime], list[str]]] = {
    "tasks": _tasks,
    "tasks_include": _tasks_include,
    "waiting": _waiting,
    "groups": _groups,
    "variables": _variables,
    "jobs_done": _jobs_done,
    "jobs_not_done": _jobs_not_done,
    "ended": _ended,
    "incidents": _incidents,
}
