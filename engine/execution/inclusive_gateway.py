"""Every way out whose condition holds; on the way in it waits for tokens that can still come (BPMN 2.0, 13.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.execution.joining import JoiningNode
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.process import Exit, Process


class InclusiveGateway(JoiningNode):
    """`reaches` says of each element which incoming flows a token there could still bring one to."""

    def link(self, process: Process) -> None:
        super().link(process)
        self.reaches: dict[str, frozenset[str]] = process.reaches(self.element) if self.joins else {}

    def _update_hook(self, token: Token) -> bool:
        if not self.joins or token.flow is None:
            return True
        token.workflow.await_join(token)
        return False

    def release(self, scope: Token) -> bool:
        """Go on if no other token of the scope can still bring a token to an empty flow without going through here."""
        tokens = self.arrived(scope)
        if not tokens:
            return False
        empty = set(self.element.incoming) - tokens.keys()
        if empty and any(self._holds_up(other, empty, tokens) for other in scope.tokens):
            return False
        self.unite(list(tokens.values()))
        return True

    def _holds_up(self, other: Token, empty: set[str], filled: dict[str, Token]) -> bool:
        if other.task_spec is self and other._state == TaskState.WAITING:
            return False
        reach = self.reaches.get(other.task_spec.element.id, frozenset())
        return bool(reach & empty) and not reach & filled.keys()

    def choose(self, token: Token) -> list[Exit]:
        run = token.workflow
        if not self.conditional:
            return self.exits
        context = run.context(token)
        return [way for way in self.exits if way.holds(context, run.now)] or [self.default_exit()]
