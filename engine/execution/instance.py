"""One running instance: the commands that the rest of Kefuflow gives, each run to its next rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, InvalidInput, NotFound
from engine.execution import state
from engine.execution.call_activity import CallActivity
from engine.execution.contract import Environment, Event, IncidentResolved, InstanceTerminated
from engine.execution.event import CatchingNode
from engine.execution.event_based_gateway import EventBasedGateway
from engine.execution.failures import Failed
from engine.execution.modification import activate, terminate
from engine.execution.process import Process
from engine.execution.subscriptions import plan, rearm
from engine.execution.throwing import find_handler, throw_error, throw_escalation
from engine.execution.token import Token
from engine.execution.variables import propagate, set_local, visible
from engine.execution.workflow import Run
from engine.feel import to_json


@dataclass(frozen=True, slots=True)
class Activation:
    """A token to be put on an element; `variables` by the id of a scope ("" for the process)."""

    element_id: str
    ancestor_key: int | None = None
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)


class Instance:
    """Wraps one Run. After each command take the events and dump; after an error throw the object away and restore."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def start(
        cls,
        process: Process,
        key: int,
        variables: dict[str, Any],
        environment: Environment,
        start_event: str | None = None,
        event_variables: dict[str, Any] | None = None,
        start_at: Sequence[str] = (),
    ) -> Instance:
        """Start at the none start event, at the message, timer or signal start event that is named, or at the elements
        `start_at` instead.

        Raises InvalidInput when the process cannot be started so, NotFound for an unknown element.
        """
        if start_event is None and not start_at and not process.root.beginnings:
            raise InvalidInput(f"Process '{process.id}' has no plain start event; start it by its message or signal.")
        run = Run(process, key, environment)
        root = Token(run, process.root, key, None)
        run.task_tree = root
        root.announced = False
        if start_event is not None:
            root.memo |= {"start_event": start_event, "start_variables": event_variables or {}}
        instance = cls(run)
        process.root._announce(root)
        for name, value in variables.items():
            set_local(root, name, to_json(value))
        root.memo.update({"modified": True} if start_at else {})
        process.root._update(root)
        for element_id in start_at:
            activate(run, element_id)
        run.go()
        return instance

    @classmethod
    def restore(cls, process: Process, data: bytes, environment: Environment) -> Instance:
        return cls(state.restore(process, data, environment))

    def dump(self) -> bytes:
        return state.dump(self.run)

    def take_events(self) -> list[Event]:
        events, self.run.events = self.run.events, []
        return events

    @property
    def ended(self) -> bool:
        return self.run.ended

    @property
    def process(self) -> Process:
        return self.run.process

    # Commands.

    def complete(self, element_key: int, variables: dict[str, Any]) -> None:
        """A user task, job or called process is done. Raises NotFound, or Conflict where an incident must be resolved first."""
        token = self._waiting(element_key)
        token.task_spec.finish(token, _plain(variables))
        self.run.go()

    def trigger(self, subscription_key: int, variables: dict[str, Any]) -> None:
        """A timer, message or signal has come. Raises NotFound when nothing waits for it any more."""
        self.run.begin_command()
        owner = self.run.owners.get(subscription_key)
        if owner is None:
            raise NotFound(f"Nothing waits for subscription {subscription_key} any more.")
        subscription = owner.waits[subscription_key]
        event = self.run.process.nodes[subscription.node]
        if isinstance(owner.task_spec, EventBasedGateway):
            owner.task_spec.chosen(owner, event.element.id, _plain(variables))
        else:
            assert isinstance(event, CatchingNode)
            event.caught(owner, subscription_key, _plain(variables))
        self.run.go()

    def throw_error(
        self, element_key: int, code: str, message: str = "", variables: dict[str, Any] | None = None
    ) -> None:
        """A worker reports a modelled error, or one escaped from a called instance. Uncaught, it is an incident here."""
        token = self._waiting(element_key)
        try:
            throw_error(token, code, message, _plain(variables or {}))
        except Failed as failure:
            self.run.raise_incident(token, "wait", failure)
        self.run.go()

    def catches_error(self, element_key: int, code: str) -> bool:
        token = self._token(element_key)
        found = find_handler("error", token, code) is not None
        return found or self.run.environment.error_is_caught_above(self.run.key, code)

    def throw_escalation(self, element_key: int, code: str, variables: dict[str, Any] | None = None) -> None:
        """An escalation escaped from a called instance; nobody has to catch it."""
        throw_escalation(self._waiting(element_key), code, _plain(variables or {}))
        self.run.go()

    def fail(self, element_key: int, message: str, error_type: str = "JOB_NO_RETRIES") -> None:
        """An incident on an element that waits, for a reason outside the diagram. Resolving it just clears it, but a
        process that could not be called (CALLED_ELEMENT_ERROR) is called again."""
        token = self._waiting(element_key)
        stage = "call" if error_type == "CALLED_ELEMENT_ERROR" else "wait"
        self.run.raise_incident(token, stage, Failed(error_type, message))

    def resolve_incident(self, incident_key: int) -> None:
        """Try again what failed. Raises NotFound."""
        self.run.begin_command()
        token = next((t for t in self.run.tasks.values() if t.incident and t.incident.key == incident_key), None)
        if token is None or token.incident is None:
            raise NotFound(f"Incident {incident_key} is not open.")
        stage, token.incident = token.incident.stage, None
        self.run.tell(IncidentResolved(incident_key))
        if stage == "call":
            self._call_again(token)
        elif stage != "wait":
            token.task_spec.resume(token, stage)
            self.run.go()

    def _call_again(self, token: Token) -> None:
        assert isinstance(token.task_spec, CallActivity)
        try:
            token.task_spec.start(token)
        except Failed as failure:
            self.run.raise_incident(token, "call", failure)

    def set_variables(self, scope_key: int, variables: dict[str, Any], local: bool = False) -> None:
        """Set in the scope itself, or each in the nearest scope that has the name."""
        self.run.begin_command()
        token = self._token(scope_key)
        if local:
            for name, value in _plain(variables).items():
                set_local(token, name, value)
        else:
            propagate(token, _plain(variables))

    def variables(self, scope_key: int | None = None) -> dict[str, Any]:
        return visible(self._token(scope_key if scope_key is not None else self.run.key))

    def local_variables(self, scope_key: int) -> dict[str, Any]:
        return dict(self._token(scope_key).vars or {})

    def rearm_timers(self, function: str) -> None:
        """Ask again for the moment of every waiting timer whose expression calls this extra function."""
        self.run.begin_command()
        for key, owner in list(self.run.owners.items()):
            subscription = owner.waits[key]
            event = self.run.process.nodes[subscription.node]
            if not isinstance(event, CatchingNode) or event.timer is None or function not in event.timer.functions:
                continue
            found = plan(event, owner)
            if found is not None and found.due is not None and found.due != subscription.due:
                rearm(owner, subscription, event, found.due)

    def move_timer(self, subscription_key: int, at: Any) -> None:
        """Give a waiting timer another moment (aware datetime)."""
        self.run.begin_command()
        owner = self.run.owners.get(subscription_key)
        if owner is None or owner.waits[subscription_key].due is None:
            raise NotFound(f"No timer waits under {subscription_key}.")
        subscription = owner.waits[subscription_key]
        event = self.run.process.nodes[subscription.node]
        assert isinstance(event, CatchingNode)
        assert subscription.due is not None
        due = type(subscription.due)(at, subscription.due.left, subscription.due.every)
        rearm(owner, subscription, event, due)

    def modify(self, activations: Sequence[Activation], terminations: Sequence[int] = ()) -> None:
        """Put tokens on elements, then end element instances; an instance with nothing left in it is cancelled.

        Raises NotFound, InvalidInput; then throw this object away.
        """
        self.run.begin_command()
        for each in activations:
            scoped = {scope: _plain(values) for scope, values in each.variables.items()}
            activate(self.run, each.element_id, each.ancestor_key, scoped)
        for key in terminations:
            terminate(self.run, key)
        if self.run.root._children:
            self.run.go()
        else:
            self.cancel()

    def cancel(self) -> None:
        """End everything, without any output."""
        self.run.begin_command()
        self.run.terminate(self.run.root)
        for key in list(self.run.root.waits):
            self.run.close(self.run.root, key)
        self.run.ended = True
        self.run.tell(InstanceTerminated(self.run.key))

    # Finding tokens.

    def active(self) -> list[Token]:
        """The tokens of every announced element instance, the instance itself first."""
        return [token for token in self.run.tasks.values() if token.announced]

    def _token(self, key: int) -> Token:
        token = self.run.tasks.get(key)
        if token is None:
            raise NotFound(f"Element instance {key} is not active.")
        return token

    def _waiting(self, key: int) -> Token:
        self.run.begin_command()
        token = self._token(key)
        if token.incident is not None and token.incident.stage != "wait":
            raise Conflict(f"Element '{token.task_spec.element.id}' has an incident; resolve that first.")
        if token._state != TaskState.STARTED:
            raise Conflict(f"Element '{token.task_spec.element.id}' does not wait for anybody.")
        return token


def _plain(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in variables.items()}
