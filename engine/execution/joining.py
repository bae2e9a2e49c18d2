"""Gateways that wait for several tokens: one from each incoming flow, counted per flow, also in loops.

A token that has come and must wait stays at the gateway, not yet announced as an element instance.
"""

from __future__ import annotations

from engine.execution.node import Node
from engine.execution.token import Token


class JoiningNode(Node):
    """Subclasses say when the tokens that have come are enough."""

    @property
    def joins(self) -> bool:
        return len(self.element.incoming) > 1

    def arrived(self, scope: Token) -> dict[str, Token]:
        """The oldest waiting token of each incoming flow."""
        oldest: dict[str, Token] = {}
        for token in scope.workflow.joining.get((scope.id, self.name), {}).values():
            if token.flow is not None:
                oldest.setdefault(token.flow, token)
        return oldest

    def unite(self, tokens: list[Token]) -> None:
        """Consume all but the last, which goes on."""
        for token in tokens[:-1]:
            token.workflow.drop(token)
        tokens[-1].workflow.leave_join(tokens[-1])
        tokens[-1]._ready()
