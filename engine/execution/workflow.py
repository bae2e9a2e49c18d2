"""A running instance as SpiffWorkflow sees it: its tasks are tokens, and `go` runs them to the next rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.execution.contract import (
    ElementTerminated,
    Environment,
    Event,
    IncidentRaised,
    IncidentResolved,
    InstanceTerminated,
    SubscriptionClosed,
)
from engine.execution.expressions import FUNCTIONS
from engine.execution.failures import Failed
from engine.execution.listeners import withdraw_listener
from engine.execution.token import Incident, Subscription, Token
from engine.execution.variables import visible

if TYPE_CHECKING:
    from engine.execution.node import Node
    from engine.execution.process import Process

MAX_STEPS = 10_000  # automatic steps in one command; more is a loop that nobody can leave


class Run(Workflow):  # type: ignore[misc]
    """The token tree of one instance. Only `Instance` makes one."""

    tasks: dict[int, Token]

    def __init__(self, process: Process, key: int, environment: Environment) -> None:
        super().__init__(process.spec, deserializing=True)
        self.process = process
        self.key = key
        self.environment = environment
        self.events: list[Event] = []
        self.ready: deque[Token] = deque()
        self.owners: dict[int, Token] = {}  # subscription key -> waiting token
        self.joining: dict[tuple[int, str], dict[int, Token]] = {}  # (scope, gateway) -> tokens that wait to be joined
        self.end_elements: list[str] = []
        self.ended = False
        self.stopping = False  # an element after which nothing is to follow has ended
        self.now: datetime = environment.now()
        self.steps = 0
        self._functions: dict[str, Callable[..., Any]] | None = None

    @property
    def root(self) -> Token:
        return self.tasks[self.key]

    def tell(self, event: Event) -> None:
        self.events.append(event)

    def begin_command(self) -> None:
        self.now = self.environment.now()
        self.steps = 0
        self._functions = None

    def context(self, token: Token) -> dict[str, Any]:
        """What an expression at this token sees: extra functions under the variables."""
        if self._functions is None:
            self._functions = {**FUNCTIONS, **self.environment.functions(self.key)}
        return {**self._functions, **visible(token)}

    def spawn(self, node: Node, scope: Token, flow: str | None = None) -> Token:
        """Put a token on an element; it runs when its turn comes."""
        token = Token(self, node, self.environment.new_key(), scope)
        token.flow = flow
        node._update(token)
        return token

    def go(self) -> None:
        """Run every token that can go on by itself."""
        while True:
            while self.ready and not self.stopping:
                token = self.ready.popleft()
                if token.id in self.tasks and token._state == TaskState.READY:
                    self.steps += 1
                    token.run()
            if self.stopping:
                if not self.ended:
                    self.stop()
                return
            if not self._release_inclusive_join():
                return

    def ends_after(self, element_id: str) -> bool:
        """Whether the instance is to end, now that this element has."""
        if element_id in self.root.memo.get("stop_after", ()):
            self.stopping = True
        return self.stopping

    def stop(self) -> None:
        """End everything, without any output."""
        self.terminate(self.root)
        self.ended = True
        self.tell(InstanceTerminated(self.key))

    def _release_inclusive_join(self) -> bool:
        """Fire one inclusive join that no other token can reach any more (BPMN 2.0, 13.4.3)."""
        if not self.process.inclusive_joins:
            return False
        return any(
            node.release(scope)
            for scope in [token for token in self.tasks.values() if token._children]
            for node in self.process.inclusive_joins
            if node.element.scope == scope.task_spec.inner_scope
        )

    def _task_completed_notify(self, task: Token) -> None:
        """SpiffWorkflow would look at every waiting task here; nothing of ours needs it."""

    def await_join(self, token: Token) -> None:
        """Keep a token at its gateway until others have come."""
        assert token.scope is not None
        token._state = TaskState.WAITING
        self.joining.setdefault((token.scope.id, token.task_spec.name), {})[token.id] = token

    def leave_join(self, token: Token) -> None:
        waiting = self.joining.get((token.scope.id, token.task_spec.name)) if token.scope is not None else None
        if waiting is not None:
            waiting.pop(token.id, None)

    def drop(self, token: Token) -> None:
        """Take a token out of the tree and close what it waited for."""
        self.leave_join(token)
        self._release(token)
        self._remove_task(token.id)

    def _release(self, token: Token) -> None:
        for key in list(token.waits):
            self.close(token, key)
        if token.incident is not None:
            self.tell(IncidentResolved(token.incident.key))
            token.incident = None

    def open(self, token: Token, subscription: Subscription, event: Event) -> None:
        token.waits[subscription.key] = subscription
        self.owners[subscription.key] = token
        self.tell(event)

    def close(self, token: Token, key: int) -> None:
        del token.waits[key]
        self.owners.pop(key, None)
        self.tell(SubscriptionClosed(key))

    def terminate(self, token: Token) -> None:
        """End a token and all inside it, without any output."""
        self.terminate_inside(token)
        withdraw_listener(token)
        token.task_spec.on_terminate(token)
        if token.announced:
            self.tell(ElementTerminated(token.id, token.task_spec.element.id))
            self.ends_after(token.task_spec.element.id)
        token._state = TaskState.CANCELLED
        if token.scope is not None:
            self.drop(token)
        else:  # The instance's own token stays in the tree.
            self._release(token)

    def terminate_inside(self, scope: Token, but: Token | None = None) -> None:
        for child in list(scope.tokens):
            if child is not but:
                self.terminate(child)

    def raise_incident(self, token: Token, stage: str, failure: Failed) -> None:
        token.incident = Incident(self.environment.new_key(), stage)
        self.tell(
            IncidentRaised(
                token.incident.key, token.id, token.task_spec.element.id, failure.error_type, failure.message
            )
        )
