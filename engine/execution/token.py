"""A token: one SpiffWorkflow task, which is one element instance, with the variables of its scope.

Tokens hang on the token of the scope that holds them, never on the one they came from, so that the tree is as deep as the diagram
is nested and as large as what is active: a step costs the same in the first hour and in the tenth year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.execution.node import Node
    from engine.execution.timers import Due
    from engine.execution.workflow import Run


@dataclass(slots=True)
class Subscription:
    """Something that a token waits for; `node` names the catching node: its own, a boundary event, a start event …"""

    key: int
    kind: str  # timer, message, signal
    node: str
    due: Due | None = None


@dataclass(slots=True)
class Incident:
    key: int
    stage: str  # the Node method that failed and is tried again


class Children(dict[int, None]):
    """SpiffWorkflow keeps a task's children in a list; thousands of tokens in one scope want each found at once."""

    def append(self, key: int) -> None:
        self[key] = None

    def remove(self, key: int) -> None:
        del self[key]


class Token(Task):  # type: ignore[misc]
    """One active element instance. Its `id` is its key."""

    id: int
    task_spec: Node
    workflow: Run

    def __init__(self, run: Run, spec: Node, key: int, scope: Token | None, state: int = TaskState.FUTURE) -> None:
        super().__init__(run, spec, scope, state, key)
        self._children = Children()
        self.scope = scope
        self.vars: dict[str, Any] | None = None
        self.flow: str | None = None  # the sequence flow it came by
        self.waits: dict[int, Subscription] = {}
        self.pending: dict[str, Any] | None = None  # what completes it, kept until its outputs are through
        self.incident: Incident | None = None
        self.announced = False  # ElementActivated was told
        self.memo: dict[str, Any] = {}  # what its element must remember

    def _set_state(self, value: int) -> None:
        self._state = value  # SpiffWorkflow logs and times each change; the history here is the events.

    @property
    def tokens(self) -> list[Token]:
        return cast("list[Token]", self.children)

    def ancestors(self) -> list[Token]:
        """This token and its scopes, innermost first."""
        chain, token = [], cast("Token | None", self)
        while token is not None:
            chain.append(token)
            token = token.scope
        return chain
