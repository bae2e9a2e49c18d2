"""What must be there afterwards. Each check yields sentences about what is wrong; silence is right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.element import ElementInstance, TakenFlow
from engine.model.incident import Incident
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.model.message import MessageCorrelation
from engine.model.subscription import Subscription
from engine.model.user_task import UserTask
from engine.model.variable import Variable
from engine.runtime import Runtime
from tests.token_game.model import read
from tests.token_game.play import Judge, Stimulus, View
from tests.torture.load import Promises
from tests.torture.receiver import Received
from tests.torture.story import LATE_S, PAUSE_S

WAITS = {"USER_TASK", "SERVICE_TASK", "INTERMEDIATE_CATCH_EVENT"}
NOT_COUNTED = {"PROCESS"}
TASKS = {"ask", "confirm", "effect", "remind"}
EVENTS = {"pause", "heard", "late"}


@dataclass
class Found:
    """What the database holds, by instance."""

    instances: dict[int, Any]
    elements: dict[int, list[Any]]
    flows: dict[int, Counter[str]]
    tasks: dict[int, Any]
    jobs: list[Any]
    incidents: dict[int, list[Any]]
    waits: dict[int, list[str]]
    variables: dict[tuple[int, str], Any]
    audit: set[tuple[str, int, str]]
    correlated: Counter[int]


def look(runtime: Runtime) -> Found:
    """Read everything once."""
    with runtime.unit_of_work(read_only=True) as uow:

        def rows(entity: Any) -> list[Any]:
            return list(uow.connection.execute(select(table_of(entity))))

        elements, flows, incidents, waits = (
            defaultdict(list),
            defaultdict(Counter),
            defaultdict(list),
            defaultdict(list),
        )
        for row in rows(ElementInstance):
            elements[row.process_instance_key].append(row)
        for row in rows(TakenFlow):
            flows[row.process_instance_key][row.flow_id] += 1
        for row in rows(Incident):
            incidents[row.process_instance_key].append(row)
        for row in rows(Subscription):
            waits[row.process_instance_key].append(row.element_id)
        jobs = rows(Job)
        for row in jobs:
            if row.type == TIMER and row.state == "CREATED":
                waits[row.process_instance_key].append(row.element_id)
        return Found(
            {row.key: row for row in rows(ProcessInstance)},
            elements,
            flows,
            {row.key: row for row in rows(UserTask)},
            jobs,
            incidents,
            waits,
            {(row.process_instance_key, row.name): row.value for row in rows(Variable)},
            {(row.what, row.entity_key, row.who) for row in rows(AuditEntry)},
            Counter(row.process_instance_key for row in rows(MessageCorrelation)),
        )


def problems(found: Found, promises: Promises, received: list[Received], diagrams: dict[int, bytes]) -> Iterator[str]:
    """Everything that breaks a promise. `diagrams` are the deployed versions by their definitions' keys."""
    yield from _durable(found, promises)
    yield from _one_winner(found, promises)
    yield from _timers(found)
    yield from _effects(found, received)
    yield from _incidents(found)
    yield from _versions(found, promises)
    yield from _moments(found)
    yield from _told(found, promises)
    for key in found.instances:
        yield from _allowed(found, key, diagrams)


def _durable(found: Found, promises: Promises) -> Iterator[str]:
    for key, (number, _) in promises.started.items():
        if key not in found.instances:
            yield f"1 durable: instance {key} was promised and is not there"
        elif found.variables.get((key, "n")) != number:
            yield f"1 durable: instance {key} lost its variable"
    for _, task, element, _ in promises.completed:
        row = found.tasks.get(task)
        if row is None or row.state != "COMPLETED":
            yield f"1 durable: task {task} ({element}) was promised as done and is {row and row.state}"
    by_number = {number: key for key, (number, _) in promises.started.items()}
    for number in promises.published:
        key = by_number[number]
        listened = any(element.element_id == "split" for element in found.elements.get(key, ()))
        if listened and found.correlated[key] != 1:
            yield f"1 durable: the message for instance {key} met it {found.correlated[key]} times"


def _one_winner(found: Found, promises: Promises) -> Iterator[str]:
    for task, count in Counter(task for _, task, _, _ in promises.completed).items():
        if count > 1:
            yield f"3 one winner: {count} people were told that they completed task {task}"
    for instance, _, element, variables in promises.completed:
        if element == "ask" and found.variables.get((instance, "by")) != variables["by"]:
            yield f"3 one winner: what the winner at instance {instance} typed is not what is stored"


def _timers(found: Found) -> Iterator[str]:
    fired = Counter(
        (row.process_instance_key, row.element_id)
        for row in found.jobs
        if row.type == TIMER and row.state == "COMPLETED"
    )
    for key, rows in found.elements.items():
        seen = Counter(row.element_id for row in rows)
        for element in ("pause", "late"):
            if seen[element] > 1 or fired[key, element] > 1:
                yield f"2 once: timer {element} of instance {key} fired {max(seen[element], fired[key, element])} times"


def _effects(found: Found, received: list[Received]) -> Iterator[str]:
    keys: dict[tuple[int, str], set[str]] = defaultdict(set)
    for one in received:
        keys[one.instance, one.element].add(one.key)
    for (instance, element), used in keys.items():
        if len(used) != 1 or "" in used:
            yield f"4 one key: {element} of instance {instance} came with the keys {sorted(used)}"
    for key, rows in found.elements.items():
        for row in rows:
            if (
                row.element_id in ("effect", "remind")
                and row.state == "COMPLETED"
                and (key, row.element_id) not in keys
            ):
                yield f"4 at least once: {row.element_id} of instance {key} is done and nobody was told"


def _incidents(found: Found) -> Iterator[str]:
    for key, row in found.instances.items():
        stuck = found.variables.get((key, "x")) == 3
        open_ones = [one for one in found.incidents[key] if one.state == "ACTIVE"]
        if stuck and (row.state != "ACTIVE" or [one.element_id for one in open_ones] != ["choose"]):
            yield f"5 incident: instance {key} cannot go on and has {len(open_ones)} incidents in state {row.state}"
        if not stuck and open_ones:
            yield f"5 incident: instance {key} has an incident at {open_ones[0].element_id}: {open_ones[0].message}"


def _versions(found: Found, promises: Promises) -> Iterator[str]:
    for key, (_, definition) in promises.started.items():
        row = found.instances.get(key)
        if row is not None and row.process_definition_key != definition:
            yield f"6 version: instance {key} began with definition {definition} and has {row.process_definition_key}"


def _moments(found: Found) -> Iterator[str]:
    begun = {
        (row.process_instance_key, row.element_id): row.started_at for rows in found.elements.values() for row in rows
    }
    for row in found.jobs:
        if row.type == TIMER and row.element_id in ("pause", "late"):
            host, wait = ("pause", PAUSE_S) if row.element_id == "pause" else ("confirm", LATE_S)
            since = begun.get((row.process_instance_key, host))
            if since is None or row.due_at - since != timedelta(seconds=wait):
                yield f"7 times: timer {row.element_id} of instance {row.process_instance_key} is due at {row.due_at}"


def _told(found: Found, promises: Promises) -> Iterator[str]:
    for _, task, _, _ in promises.completed:
        if ("task.complete", task, "client") not in found.audit:
            yield f"8 told: nothing says who completed task {task}"
    for key in promises.started:
        if ("instance.start", key, "client") not in found.audit:
            yield f"8 told: nothing says who started instance {key}"


def _allowed(found: Found, key: int, diagrams: dict[int, bytes]) -> Iterator[str]:
    """What the token game says of one instance: its path must lead to what it shows."""
    row, rows = found.instances[key], found.elements[key]
    broken = {one.element_instance_key for one in found.incidents[key] if one.state == "ACTIVE"}
    done = [one for one in rows if one.state == "COMPLETED" and one.element_id in TASKS | EVENTS]
    done.sort(key=lambda one: (one.ended_at, one.key))
    stimuli = tuple(
        (one.element_id, found.variables.get((key, "x")) if one.element_id == "ask" else None) for one in done
    )
    ended = row.state == "COMPLETED"
    shown = (
        ended,
        _counted(e.element_id for e in rows if e.state == "ACTIVE" and e.type in WAITS and e.key not in broken),
        _counted(found.waits[key]),
        _counted(e.element_id for e in rows if e.key in broken),
        _counted(e.element_id for e in rows if e.state == "COMPLETED" and e.type not in NOT_COUNTED),
        tuple(sorted(found.flows[key].items())),
    )
    wrong = _verdict(diagrams[row.process_definition_key], stimuli, shown)
    if wrong:
        yield f"2 whole: instance {key} is where its diagram does not lead: {wrong}"


def _counted(names: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items()))


@lru_cache(maxsize=100_000)
def _verdict(xml: bytes, stimuli: tuple[tuple[str, Any], ...], shown: tuple[Any, ...]) -> str:
    judge = Judge(read(xml), {})
    for element, route in stimuli:
        if not judge.states:
            return f"nothing allows {stimuli}"
        what = "complete" if element in TASKS else "trigger"
        judge.apply(Stimulus(what, element, (), (("x", route),) if route is not None else ()))
    ended, waiting, listening, incidents, completed, taken = shown
    places = [Counter({(name, ()): count for name, count in part}) for part in (waiting, listening, incidents)]
    for allowed in judge.views():
        view = View(ended, *places, Counter(dict(completed)), Counter(dict(taken)), allowed.variables)
        if not (differences := allowed.differences(view)):
            return ""
    return f"after {stimuli}: {differences}" if judge.states else f"nothing allows {stimuli}"
