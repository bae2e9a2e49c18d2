"""The real executor behind the comparison's words: its events folded into a view, stimuli turned into its commands.

The comparison knows the executor only through this module. Signals are delivered as a service would: after the command that threw them,
to every subscription that is open then. A called process is an instance of its own; calls and answers travel between commands.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from engine.deployment.checks import check_bpmn
from engine.execution import Instance, Process, compile_bpmn
from engine.execution import contract as told
from tests.token_game.play import Stimulus, View
from tests.token_game.state import Place

WORK = {"USER_TASK", "SERVICE_TASK"}
WAITING = WORK | {"RECEIVE_TASK", "INTERMEDIATE_CATCH_EVENT", "EVENT_BASED_GATEWAY"}
NOT_COUNTED = {"PROCESS", "MULTI_INSTANCE_BODY", "AD_HOC_SUB_PROCESS_INNER_INSTANCE"}


class Surroundings:
    """What an instance asks of the world: keys that never repeat, and a clock that stands still."""

    def __init__(self) -> None:
        self.keys = count(1)
        self.callers: dict[int, tuple[Instance, int]] = {}  # a called instance's key: who called it, and where

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, tzinfo=UTC)

    def new_key(self) -> int:
        return next(self.keys)

    def functions(self, instance_key: int) -> Mapping[str, Callable[..., Any]]:
        return {}

    def decide(self, decision_id: str, context: Mapping[str, Any], binding: told.Binding) -> Any:
        raise AssertionError("No diagram here decides anything.")

    def error_is_caught_above(self, instance_key: int, code: str) -> bool:
        above = self.callers.get(instance_key)
        return above is not None and above[0].catches_error(above[1], code)

    def escalation_ends(self, instance_key: int, code: str) -> bool:
        above = self.callers.get(instance_key)
        return above is not None and above[0].escalation_ends(above[1], code)


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
    """One instance of the real executor and those that it calls, seen only through the events they tell."""

    def __init__(self, xml: str, variables: dict[str, Any]) -> None:
        refused = [finding for finding in check_bpmn(xml.encode()) if finding.severity == "error"]
        if refused:
            raise Refused(f"{refused[0].element_id}: {refused[0].message}")
        self.processes = {process.id: process for process in compile_bpmn(xml.encode())}
        main = next(iter(self.processes.values()))
        elements = [e for process in self.processes.values() for e in process.model.elements.values()]
        self.starts = {e.id for e in elements if e.type == "startEvent"}
        self.surroundings = Surroundings()
        self.active: dict[int, told.ElementActivated] = {}
        self.waiting: dict[int, Waiting] = {}
        self.incidents: dict[int, int] = {}
        self.homes: dict[int, int] = {}  # the instance of each active element
        self.completed: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.thrown: list[str] = []
        self.pending: deque[Callable[[], None]] = deque()
        self.result: dict[str, Any] = {}
        self.found = 0
        self.instances: dict[int, Instance] = {}
        self.root = self._start(main, variables)
        self._settle()

    # ---- commands ----------------------------------------------------------------------------------------------------

    def apply(self, stimulus: Stimulus) -> None:
        """KeyError when nothing of the executor's matches the stimulus."""
        if stimulus.what == "complete":
            key = self._find(self._tasks(), stimulus.place)
            self._home(key).complete(key, dict(stimulus.variables))
        elif stimulus.what == "error":
            key = self._find(self._tasks(), stimulus.place)
            self._home(key).throw_error(key, str(dict(stimulus.variables)["code"]))
        elif stimulus.what == "resolve":
            self.instances[self.root].set_variables(self.root, dict(stimulus.variables))
            key = self._find(self._incidents(), stimulus.place)
            self._home(self.incidents[key]).resolve_incident(key)
        elif stimulus.what == "trigger":
            self._trigger(self._find(self._subscriptions(), stimulus.place), dict(stimulus.variables))
        else:
            self.thrown.append(stimulus.element)
        self._settle()

    def store_and_restore(self, chance: random.Random) -> None:
        """Go on with what was stored, and nothing else; `chance` is not needed for it."""
        for key, instance in self.instances.items():
            stored = instance.dump()
            self.instances[key] = Instance.restore(instance.process, bytes(stored), self.surroundings)
            if self.instances[key].dump() != stored:
                raise Inconsistent(f"restored as {self.instances[key].dump()!r} what was {stored!r}")
        callers = self.surroundings.callers.items()
        self.surroundings.callers = {key: (self.instances[by.run.key], at) for key, (by, at) in callers}

    def _start(self, process: Process, variables: dict[str, Any], caller: tuple[Instance, int] | None = None) -> int:
        key = self.surroundings.new_key()
        if caller is not None:
            self.surroundings.callers[key] = caller
        self.instances[key] = Instance.start(process, key, variables, self.surroundings)
        return key

    def _home(self, element: int) -> Instance:
        return self.instances[self.homes[element]]

    def _trigger(self, subscription: int, variables: dict[str, Any]) -> None:
        self._home(self.waiting[subscription].owner).trigger(subscription, variables)

    def _find(self, places: dict[int, Place], place: Place) -> int:
        """One that is there, now an old and now a young one."""
        found = sorted(key for key, there in places.items() if there == place)
        if not found:
            raise KeyError(f"nothing waits at {place}")
        self.found += 1
        return found[self.found % len(found)]

    def _settle(self) -> None:
        """Take the events; deliver the signals that were thrown, until there are none."""
        self._fold_all()
        while self.thrown and not self.instances[self.root].ended:
            name = self.thrown.pop(0)
            for key in [key for key, waiting in self.waiting.items() if waiting.signal == name]:
                if key in self.waiting:
                    self._trigger(key, {})
                    self._fold_all()
        self._check()

    # ---- between instances ---------------------------------------------------------------------------------------------

    def _fold_all(self) -> None:
        """Take every instance's events and do what follows from them, until nothing follows any more."""
        while True:
            for key in list(self.instances):
                self._fold(key)
            if not self.pending:
                break
            self.pending.popleft()()
        for key in [key for key, instance in self.instances.items() if instance.ended and key != self.root]:
            del self.instances[key]
            del self.surroundings.callers[key]

    def _call(self, caller: int, event: told.ProcessCalled) -> None:
        if self.instances[caller].is_active(event.key):
            self._start(self.processes[event.process_id], event.variables, (self.instances[caller], event.key))

    def _cancel(self, element: int) -> None:
        called = [key for key, (_, at) in self.surroundings.callers.items() if at == element]
        for key in called:
            if key in self.instances and not self.instances[key].ended:
                self.instances[key].cancel()

    def _answer(self, called: int, command: Callable[[Instance, int], None]) -> None:
        if called in self.surroundings.callers:
            caller, element = self.surroundings.callers[called]
            self.pending.append(lambda: command(caller, element) if caller.is_active(element) else None)

    # ---- events ------------------------------------------------------------------------------------------------------

    def _fold(self, home: int) -> None:
        for event in self.instances[home].take_events():
            match event:
                case told.ElementActivated():
                    self.active[event.key] = event
                    self.homes[event.key] = home
                case told.ElementCompleted(key=key, element_id=element):
                    if self.active.pop(key).element_type not in NOT_COUNTED:
                        self.completed[element] += 1
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
                case told.SignalThrown(name=name):
                    self.thrown.append(name)
                case _:
                    self._between(home, event)

    def _between(self, home: int, event: Any) -> None:
        """What one instance wants of another."""
        match event:
            case told.InstanceCompleted(variables=variables):
                if home == self.root:
                    self.result = variables
                self._answer(home, lambda caller, element: caller.complete(element, variables))
            case told.InstanceTerminated():
                self.active.pop(home, None)
            case told.ProcessCalled():
                self.pending.append(lambda: self._call(home, event))
            case told.ProcessCallCanceled(key=key):
                self._cancel(key)
            case told.ErrorEscaped(code=code):
                self._answer(home, lambda caller, element: caller.throw_error(element, code))
            case told.EscalationEscaped(code=code):
                self._answer(home, lambda caller, element: caller.throw_escalation(element, code))

    def _check(self) -> None:
        """The events must add up to what the executor holds."""
        instances = [instance for instance in self.instances.values() if not instance.ended]
        if not instances and (self.active or self.waiting or self.incidents):
            raise Inconsistent(f"ended, but told of {self.active}, {self.waiting}, {self.incidents}")
        held = {token.id for instance in instances for token in instance.active()}
        if held != set(self.active):
            raise Inconsistent(f"holds {held}, told {set(self.active)}")
        owners = {key for instance in instances for key in instance.run.owners}
        if owners != set(self.waiting):
            raise Inconsistent(f"waits for {owners}, told {set(self.waiting)}")

    # ---- what is seen --------------------------------------------------------------------------------------------------

    def view(self) -> View:
        return View(
            self.instances[self.root].ended,
            Counter(self._place(element) for element in self.active.values() if self._waits(element)),
            Counter(self._subscriptions().values()),
            Counter(self._incidents().values()),
            self.completed.copy(),
            self.taken.copy(),
            self._variables(),
        )

    def _variables(self) -> dict[str, Any]:
        root = self.instances[self.root]
        return self.result if root.ended else root.local_variables(self.root)

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
            caller = self.surroundings.callers.get(key)
            key = caller[1] if caller is not None else element.scope_key
        return tuple(labels)
