"""The whole engine behind the comparison's words: services, worker and database, seen only through the rows that they write.

Where `adapter` drives the executor alone, this deploys the diagram and starts, completes, fires and broadcasts through the
services; every command is a transaction, and the instance is read back from its stored state before each.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, Table, select

from engine.model.base import table_of
from engine.model.element import ElementInstance, ElementState, TakenFlow
from engine.model.incident import Incident, IncidentState
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.job import TIMER, Job, JobState
from engine.model.subscription import Subscription
from engine.model.variable import Variable
from engine.runtime import Runtime
from engine.services import deployments, incidents, instances, jobs, signals, tasks
from engine.services.turn import Turn
from engine.worker import Worker
from tests.token_game.adapter import NOT_COUNTED, WAITING, WORK
from tests.token_game.model import read
from tests.token_game.play import Stimulus, View
from tests.token_game.state import Place

_element, _instance, _job = table_of(ElementInstance), table_of(ProcessInstance), table_of(Job)
_incident, _subscription = table_of(Incident), table_of(Subscription)
_flow, _variable = table_of(TakenFlow), table_of(Variable)


class ServiceExecutor:
    """One instance and those that it calls. `close` ends it, so that the next diagram's signals do not reach it."""

    def __init__(self, runtime: Runtime, xml: str, variables: dict[str, Any]) -> None:
        self.runtime = runtime
        model = read(xml)
        self.starts = {e.id for e in model.elements.values() if e.kind == "startEvent"}
        deployments.deploy(runtime, [("diagram.bpmn", xml.encode())], who="owner")
        self.root = instances.start(runtime, model.process, variables, who="owner").key
        self.found = 0
        self.looked: dict[str, Any] = {}  # rows that were read since the last command
        self._settle()

    def close(self) -> None:
        if not self.view().ended:
            instances.cancel(self.runtime, self.root, who="owner")

    def apply(self, stimulus: Stimulus) -> None:
        """KeyError when nothing of the instance's matches the stimulus."""
        values = dict(stimulus.variables)
        if stimulus.what == "complete":
            self._complete(self._find(self._tasks(), stimulus.place), values)
        elif stimulus.what == "error":
            job = self._job_of(self._find(self._tasks(), stimulus.place))
            jobs.throw_error(self.runtime, job, str(values["code"]))
        elif stimulus.what == "resolve":
            key = self._find(self._incidents(), stimulus.place)
            instances.set_variables(self.runtime, self.root, values, who="owner")
            incidents.resolve(self.runtime, key, who="owner")
        elif stimulus.what == "trigger":
            self._trigger(self._find(self._subscriptions(), stimulus.place), values)
        else:
            signals.broadcast(self.runtime, stimulus.element)
        self._settle()

    def store_and_restore(self, chance: random.Random) -> None:
        """What is in memory is forgotten."""
        self.runtime.instances.clear()

    def _complete(self, key: int, values: dict[str, Any]) -> None:
        if self._elements()[key].type == "USER_TASK":
            tasks.complete(self.runtime, key, values, who="owner")
            return
        jobs.complete(self.runtime, self._job_of(key), values)

    def _job_of(self, element: int) -> int:
        wanted = (_job.c.element_instance_key == element, _job.c.state == JobState.CREATED, _job.c.type != TIMER)
        return int(self._all(_job, *wanted)[0].key)

    def _trigger(self, subscription: int, values: dict[str, Any]) -> None:
        """As the worker or a publication would, for this very subscription: a stimulus means one of several that look alike."""
        owner = next(row for row in self._waits() if row.key == subscription)

        def work(uow: Any) -> None:
            turn = Turn(self.runtime, uow)
            turn.trigger(turn.load(owner.process_instance_key), subscription, values)
            turn.finish()

        self.runtime.transact(work)

    def _settle(self) -> None:
        """Let the signals arrive."""
        Worker(self.runtime).run_due()
        self.looked = {}

    def _find(self, places: dict[int, Place], place: Place) -> int:
        """One that is there, now an old and now a young one."""
        found = sorted(key for key, there in places.items() if there == place)
        if not found:
            raise KeyError(f"nothing waits at {place}")
        self.found += 1
        return found[self.found % len(found)]

    # ---- what is seen ------------------------------------------------------------------------------------------------

    def view(self) -> View:
        elements = self._elements()
        done = [row for row in elements.values() if row.state == ElementState.COMPLETED and row.type not in NOT_COUNTED]
        stuck = {row.element_instance_key for row in self._active_incidents()}
        waiting = [
            r for r in elements.values() if r.state == ElementState.ACTIVE and r.type in WAITING and r.key not in stuck
        ]
        values = self._all(_variable, _variable.c.scope_key == self.root)
        return View(
            self._called()[self.root].state != InstanceState.ACTIVE,
            Counter(self._place(row) for row in waiting),
            Counter(self._subscriptions().values()),
            Counter(self._incidents().values()),
            Counter(row.element_id for row in done),
            Counter(row.flow_id for row in self._of_tree(_flow)),
            {row.name: row.value for row in values},
        )

    def _tasks(self) -> dict[int, Place]:
        stuck = {row.element_instance_key for row in self._active_incidents()}
        rows = [row for row in self._elements().values() if row.state == ElementState.ACTIVE and row.type in WORK]
        return {row.key: self._place(row) for row in rows if row.key not in stuck}

    def _active_incidents(self) -> list[Row[Any]]:
        active = (_incident.c.root_key == self.root, _incident.c.state == IncidentState.ACTIVE)
        return self._once("incidents", lambda: self._all(_incident, *active))

    def _incidents(self) -> dict[int, Place]:
        elements = self._elements()
        return {row.key: self._place(elements[row.element_instance_key]) for row in self._active_incidents()}

    def _waits(self) -> list[Row[Any]]:
        timers = (_job.c.root_key == self.root, _job.c.type == TIMER, _job.c.state == JobState.CREATED)
        return self._all(_subscription, _subscription.c.root_key == self.root) + self._all(_job, *timers)

    def _subscriptions(self) -> dict[int, Place]:
        elements = self._elements()
        return {row.key: (row.element_id, self._event_path(row, elements)) for row in self._waits()}

    def _event_path(self, wait: Row[Any], elements: dict[int, Row[Any]]) -> tuple[str, ...]:
        owner = elements[wait.element_instance_key]
        if wait.element_id == owner.element_id:
            return self._place(owner)[1]
        return self._path(owner.key if wait.element_id in self.starts else owner.scope_key)

    def _place(self, row: Row[Any]) -> Place:
        return row.element_id, self._path(row.key if row.loop_counter else row.scope_key)

    def _path(self, key: int | None) -> tuple[str, ...]:
        labels: list[str] = []
        elements, called = self._elements(), self._called()
        while key is not None:
            row = elements[key]
            if row.type not in NOT_COUNTED:
                labels.insert(0, row.element_id + (f"#{row.loop_counter}" if row.loop_counter else ""))
            key = called[key].parent_element_key if key in called else row.scope_key
        return tuple(labels)

    # ---- rows --------------------------------------------------------------------------------------------------------

    def _elements(self) -> dict[int, Row[Any]]:
        return self._once("elements", lambda: {row.key: row for row in self._of_tree(_element)})

    def _called(self) -> dict[int, Row[Any]]:
        tree = _instance.c.root_key == self.root
        return self._once("called", lambda: {row.key: row for row in self._all(_instance, tree)})

    def _once(self, what: str, read_rows: Callable[[], Any]) -> Any:
        if what not in self.looked:
            self.looked[what] = read_rows()
        return self.looked[what]

    def _of_tree(self, table: Table) -> list[Row[Any]]:
        tree = select(_instance.c.key).where(_instance.c.root_key == self.root)
        return self._all(table, table.c.process_instance_key.in_(tree))

    def _all(self, table: Table, *conditions: Any) -> list[Row[Any]]:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return list(uow.connection.execute(select(table).where(*conditions).order_by(table.c.key)))


def starting(runtime: Runtime) -> Callable[[str, dict[str, Any]], ServiceExecutor]:
    """What the comparison starts a diagram with; the one before is ended first."""
    running: list[ServiceExecutor] = []

    def start(xml: str, variables: dict[str, Any]) -> ServiceExecutor:
        while running:
            running.pop().close()
        running.append(ServiceExecutor(runtime, xml, variables))
        return running[-1]

    return start
