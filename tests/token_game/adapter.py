"""The real executor behind the comparison's words: its events folded into a view, stimuli turned into its commands.

The comparison knows the executor only through this module. Signals are delivered as a service would: after the command that threw them,
to every subscription that is open then.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from engine.deployment.checks import check_bpmn
from engine.execution import Instance, compile_bpmn
from engine.execution import contract as told
from tests.token_game.play import Stimulus, View
from tests.token_game.state import Place

WORK = {"USER_TASK", "SERVICE_TASK"}
WAITING = WORK | {"RECEIVE_TASK", "INTERMEDIATE_CATCH_EVENT", "EVENT_BASED_GATEWAY"}
NOT_COUNTED = {"PROCESS", "MULTI_INSTANCE_BODY"}


class Surroundings:
    """What an instance asks of the world: keys that never repeat, and a clock that stands still."""

    def __init__(self) -> None:
        self.keys = count(1)

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, tzinfo=UTC)

    def new_key(self) -> int:
        return next(self.keys)

    def functions(self, instance_key: int) -> Mapping[str, Callable[..., Any]]:
        return {}

    def decide(self, decision_id: str, context: Mapping[str, Any], binding: told.Binding) -> Any:
        raise AssertionError("No diagram here decides anything.")

    def error_is_caught_above(self, instance_key: int, code: str) -> bool:
        return False


@dataclass(frozen=True)
class Waiting:
    """An open subscription."""

    event: str
    owner: int
    signal: str | None = None


class Refused(Exception):
    """Deployment would not take the diagram."""


class Inconsistent(AssertionError):
    """What the executor told is not what it holds."""


class RealExecutor:
    """One instance of the real executor, seen only through the events it tells."""

    def __init__(self, xml: str, variables: dict[str, Any]) -> None:
        refused = [finding for finding in check_bpmn(xml.encode()) if finding.severity == "error"]
        if refused:
            raise Refused(f"{refused[0].element_id}: {refused[0].message}")
        self.process = compile_bpmn(xml.encode())[0]
        self.starts = {e.id for e in self.process.model.elements.values() if e.type == "startEvent"}
        self.surroundings = Surroundings()
        self.active: dict[int, told.ElementActivated] = {}
        self.waiting: dict[int, Waiting] = {}
        self.incidents: dict[int, int] = {}
        self.completed: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.thrown: list[str] = []
        self.result: dict[str, Any] = {}
        self.found = 0
        self.instance = Instance.start(self.process, self.surroundings.new_key(), variables, self.surroundings)
        self._settle()

    # ---- commands ----------------------------------------------------------------------------------------------------

    def apply(self, stimulus: Stimulus) -> None:
        """KeyError when nothing of the executor's matches the stimulus."""
        if stimulus.what == "complete":
            self.instance.complete(self._find(self._tasks(), stimulus.place), dict(stimulus.variables))
        elif stimulus.what == "error":
            code = dict(stimulus.variables)["code"]
            self.instance.throw_error(self._find(self._tasks(), stimulus.place), str(code))
        elif stimulus.what == "resolve":
            self.instance.set_variables(self.instance.run.key, dict(stimulus.variables))
            self.instance.resolve_incident(self._find(self._incidents(), stimulus.place))
        elif stimulus.what == "trigger":
            self.instance.trigger(self._find(self._subscriptions(), stimulus.place), dict(stimulus.variables))
        else:
            self.thrown.append(stimulus.element)
        self._settle()

    def store_and_restore(self, chance: random.Random) -> None:
        """Go on with what was stored, and nothing else; `chance` is not needed for it."""
        stored = self.instance.dump()
        self.instance = Instance.restore(self.process, bytes(stored), self.surroundings)
        if self.instance.dump() != stored:
            raise Inconsistent(f"restored as {self.instance.dump()!r} what was {stored!r}")

    def _find(self, places: dict[int, Place], place: Place) -> int:
        """One that is there, now an old and now a young one."""
        found = sorted(key for key, there in places.items() if there == place)
        if not found:
            raise KeyError(f"nothing waits at {place}")
        self.found += 1
        return found[self.found % len(found)]

    def _settle(self) -> None:
        """Take the events; deliver the signals that were thrown, until there are none."""
        self._fold()
        while self.thrown and not self.instance.ended:
            name = self.thrown.pop(0)
            for key in [key for key, waiting in self.waiting.items() if waiting.signal == name]:
                if key in self.waiting:
                    self.instance.trigger(key, {})
                    self._fold()
        self._check()

    # ---- events ------------------------------------------------------------------------------------------------------

    def _fold(self) -> None:
        for event in self.instance.take_events():
            match event:
                case told.ElementActivated():
                    self.active[event.key] = event
                case told.ElementCompleted(key=key, element_id=element):
                    self.completed[element] += self.active.pop(key).element_type not in NOT_COUNTED
                case told.ElementTerminated(key=key):
                    del self.active[key]
                case told.FlowTaken(flow_id=flow):
                    self.taken[flow] += 1
                case told.TimerArmed() | told.MessageAwaited():
                    self.waiting[event.key] = Waiting(event.element_id, event.element_key)
                case told.SignalAwaited():
                    self.waiting[event.key] = Waiting(event.element_id, event.element_key, event.name)
                case told.SubscriptionClosed(key=key):
                    del self.waiting[key]
                case told.IncidentRaised():
                    self.incidents[event.key] = event.element_key
                case told.IncidentResolved(key=key):
                    del self.incidents[key]
                case told.InstanceCompleted(variables=variables):
                    self.result = variables
                case told.SignalThrown(name=name):
                    self.thrown.append(name)

    def _check(self) -> None:
        """The events must add up to what the executor holds."""
        if self.instance.ended:
            if self.active or self.waiting or self.incidents:
                raise Inconsistent(f"ended, but told of {self.active}, {self.waiting}, {self.incidents}")
            return
        held = {token.id for token in self.instance.active()}
        if held != set(self.active):
            raise Inconsistent(f"holds {held}, told {set(self.active)}")
        if set(self.instance.run.owners) != set(self.waiting):
            raise Inconsistent(f"waits for {set(self.instance.run.owners)}, told {set(self.waiting)}")

    # ---- what is seen --------------------------------------------------------------------------------------------------

    def view(self) -> View:
        return View(
            self.instance.ended,
            Counter(self._place(element) for element in self.active.values() if self._waits(element)),
            Counter(self._subscriptions().values()),
            Counter(self._incidents().values()),
            self.completed.copy(),
            self.taken.copy(),
            self.result if self.instance.ended else self.instance.local_variables(self.instance.run.key),
        )

    def _waits(self, element: told.ElementActivated) -> bool:
        return element.element_type in WAITING and element.key not in self.incidents.values()

    def _tasks(self) -> dict[int, Place]:
        return {key: self._place(e) for key, e in self.active.items() if e.element_type in WORK and self._waits(e)}

    def _incidents(self) -> dict[int, Place]:
        return {key: self._place(self.active[element]) for key, element in self.incidents.items()}

    def _subscriptions(self) -> dict[int, Place]:
        return {key: (waiting.event, self._event_path(waiting)) for key, waiting in self.waiting.items()}

    def _event_path(self, waiting: Waiting) -> tuple[str, ...]:
        owner = self.active[waiting.owner]
        if waiting.event == owner.element_id:
            return self._place(owner)[1]
        return self._path(owner.key if waiting.event in self.starts else owner.scope_key)

    def _place(self, element: told.ElementActivated) -> Place:
        return element.element_id, self._path(element.key if element.loop_counter else element.scope_key)

    def _path(self, key: int | None) -> tuple[str, ...]:
        labels: list[str] = []
        while key is not None:
            element = self.active[key]
            if element.element_type not in NOT_COUNTED:
                number = f"#{element.loop_counter}" if element.loop_counter else ""
                labels.insert(0, element.element_id + number)
            key = element.scope_key
        return tuple(labels)
