"""One running instance: the commands that the rest of Kefuflow gives, each run to its next rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, InvalidInput, NotFound
from engine.execution import state
from engine.execution.ad_hoc_sub_process import AdHocSubProcess, Wish
from engine.execution.call_activity import CallActivity
from engine.execution.contract import Environment, Event, IncidentResolved, JobClosed
from engine.execution.event import CatchingNode
from engine.execution.event_based_gateway import EventBasedGateway
from engine.execution.failures import Failed
from engine.execution.listeners import is_listening
from engine.execution.migration import Migrated, Migration, MigrationRefused, PlanRefused, check_plan
from engine.execution.modification import activate, move, terminate, terminate_at
from engine.execution.process import Process
from engine.execution.subscriptions import plan, rearm
from engine.execution.throwing import escalation_ends, find_handler, throw_error, throw_escalation
from engine.execution.timers import Due, last_missed
from engine.execution.token import Subscription, Token
from engine.execution.user_task import UserTask
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
        stop_after: Sequence[str] = (),
    ) -> Instance:
        """Start at the none start event, at the message, timer or signal start event that is named, or at the elements
        `start_at` instead. It is terminated as soon as one of the elements `stop_after` has completed or been terminated.

        Raises InvalidInput for elements where it cannot start and unknown ones, Conflict for a process without a plain start event.
        """
        unknown = next((each for each in stop_after if each not in process.model.elements), None)
        if unknown is not None:
            raise InvalidInput(f"Process '{process.id}' has no element '{unknown}'.")
        if start_event is None and not start_at and not process.root.beginnings:
            raise Conflict(f"Process '{process.id}' has no plain start event; start it by its message or signal.")
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
        root.memo.update({"stop_after": list(stop_after)} if stop_after else {})
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

    def complete_listener(self, element_key: int, variables: dict[str, Any]) -> None:
        """The job of an execution listener is done. Raises NotFound, or Conflict where none runs."""
        token = self._listening(element_key)
        token.task_spec.listened(token, _plain(variables))
        self.run.go()

    def change_task(self, element_key: int, event: str) -> bool:
        """A user task is about to change (`assigning`, `updating`, `completing`): whether its listeners are asked first.

        Raises NotFound, or Conflict where they are being asked already or an incident must be resolved first.
        """
        token = self._waiting(element_key)
        return isinstance(token.task_spec, UserTask) and token.task_spec.changes(token, event)

    def complete_task_listener(self, element_key: int, denied: bool = False) -> str | None:
        """The job of a task listener is done. The event when it was the last, or denied what was to happen; else None.

        Raises NotFound, Conflict.
        """
        token = self._listening(element_key)
        assert isinstance(token.task_spec, UserTask)
        return token.task_spec.task_listened(token, denied)

    def activate_ad_hoc(self, element_key: int, wishes: Sequence[Wish], cancel_remaining: bool = False) -> None:
        """Start elements of an ad-hoc subprocess, after ending those that run if so wished.

        Raises NotFound where the key is no active ad-hoc subprocess's, InvalidInput for elements that it does not have.
        """
        token, node = self._ad_hoc(element_key)
        node.activate(token, [Wish(wish.element_id, _plain(wish.variables)) for wish in wishes], cancel_remaining)
        self.run.go()

    def direct_ad_hoc(
        self,
        element_key: int,
        variables: dict[str, Any],
        wishes: Sequence[Wish] = (),
        complete: bool = False,
        cancel_remaining: bool = False,
    ) -> None:
        """The job of an ad-hoc subprocess is done: start these elements, or let it be complete, now or when what runs is done.

        Raises NotFound, InvalidInput, Conflict.
        """
        token, node = self._ad_hoc(element_key)
        self._waiting(element_key)
        asked = [Wish(wish.element_id, _plain(wish.variables)) for wish in wishes]
        node.told(token, _plain(variables), asked, complete, cancel_remaining)
        self.run.go()

    def _listening(self, element_key: int) -> Token:
        """The token whose listener is done."""
        self.run.begin_command()
        token = self._token(element_key)
        if not is_listening(token):
            raise Conflict(f"Element '{token.task_spec.element.id}' waits for no listener.")
        if token.incident is not None and token.incident.stage != "wait":
            raise Conflict(f"Element '{token.task_spec.element.id}' has an incident; resolve that first.")
        self.run.tell(JobClosed(token.id, canceled=False))
        return token

    def _ad_hoc(self, element_key: int) -> tuple[Token, AdHocSubProcess]:
        self.run.begin_command()
        token = self._token(element_key)
        if not isinstance(token.task_spec, AdHocSubProcess):
            raise NotFound(f"Element instance {element_key} is no ad-hoc subprocess.")
        return token, token.task_spec

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

    def escalation_ends(self, element_key: int, code: str) -> bool:
        """Would an escalation thrown at this element end it?"""
        return escalation_ends(self._token(element_key), code)

    def is_active(self, element_key: int) -> bool:
        return element_key in self.run.tasks

    def throw_escalation(self, element_key: int, code: str, variables: dict[str, Any] | None = None) -> None:
        """An escalation escaped from a called instance; nobody has to catch it."""
        throw_escalation(self._waiting(element_key), code, _plain(variables or {}))
        self.run.go()

    def fail(self, element_key: int, message: str, error_type: str = "JOB_NO_RETRIES") -> None:
        """An incident on an element that waits, for a reason outside the diagram. Resolving it just clears it, but a
        process that could not be called (CALLED_ELEMENT_ERROR) is called again."""
        token = self._waiting(element_key, listening=True)
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

    def cycles_behind(self) -> bool:
        """Whether a cycle has been due more than once."""
        return any(True for _ in self._missed_cycles(self.run.environment.now()))

    def skip_missed_cycles(self) -> None:
        """Of the moments that a cycle was due and did not fire, only the last counts."""
        self.run.begin_command()
        for owner, subscription, event, due in list(self._missed_cycles(self.run.now)):
            rearm(owner, subscription, event, due)

    def _missed_cycles(self, now: datetime) -> Iterator[tuple[Token, Subscription, CatchingNode, Due]]:
        for key, owner in self.run.owners.items():
            subscription = owner.waits[key]
            event = self.run.process.nodes[subscription.node]
            latest = last_missed(subscription.due, now) if subscription.due is not None else None
            if latest is not None and isinstance(event, CatchingNode):
                yield owner, subscription, event, latest

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

    def modify(
        self,
        activations: Sequence[Activation],
        terminations: Sequence[int | str] = (),
        moves: Sequence[tuple[int | str, str]] = (),
    ) -> None:
        """Put tokens on elements, then end element instances; an instance with nothing left in it is cancelled.

        A termination names an element instance's key, or an element for all its active instances; a move ends what is
        active there and puts a token on the second element for each. Raises InvalidInput; then throw this
        object away.
        """
        self.run.begin_command()
        for source, element_id in moves:
            move(self.run, source, element_id)
        for each in activations:
            scoped = {scope: _plain(values) for scope, values in each.variables.items()}
            activate(self.run, each.element_id, each.ancestor_key, scoped)
        for place in terminations:
            if isinstance(place, str):
                terminate_at(self.run, place)
            else:
                terminate(self.run, place)
        if self.run.root._children:
            self.run.go()
        else:
            self.cancel()

    def migrate(self, target: Process, mapping: Mapping[str, str], recompute_timers: bool = False) -> Migrated:
        """Go on in another process, each active element at the one that it is mapped to. Timers that are mapped keep their
        moment, or with `recompute_timers` are armed again from now by the target's definition.

        Raises PlanRefused for a mapping that is wrong, MigrationRefused where this instance cannot follow it; then throw
        this object away.
        """
        self.run.begin_command()
        wrong = check_plan(self.run.process, target, mapping.items())
        if wrong:
            raise PlanRefused(wrong)
        migration = Migration(self.run, target, dict(mapping), recompute_timers)
        obstacles = migration.obstacles()
        if obstacles:
            raise MigrationRefused(obstacles)
        done = migration.apply()
        self.run.go()
        return done

    def cancel(self) -> None:
        """End everything, without any output."""
        self.run.begin_command()
        self.run.stop()

    # Finding tokens.

    def active(self) -> list[Token]:
        """The tokens of every announced element instance, the instance itself first."""
        return [token for token in self.run.tasks.values() if token.announced]

    def _token(self, key: int) -> Token:
        token = self.run.tasks.get(key)
        if token is None:
            raise NotFound(f"Element instance {key} is not active.")
        return token

    def _waiting(self, key: int, listening: bool = False) -> Token:
        self.run.begin_command()
        token = self._token(key)
        if is_listening(token) and not listening:
            raise Conflict(f"Element '{token.task_spec.element.id}' waits for its listeners first.")
        if token.incident is not None and token.incident.stage != "wait":
            raise Conflict(f"Element '{token.task_spec.element.id}' has an incident; resolve that first.")
        if token._state != TaskState.STARTED:
            raise Conflict(f"Element '{token.task_spec.element.id}' does not wait for anybody.")
        return token


def _plain(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in variables.items()}
