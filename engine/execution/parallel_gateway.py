"""All ways out; on the way in one token from every incoming flow."""

from __future__ import annotations

from engine.execution.joining import JoiningNode
from engine.execution.token import Token


class ParallelGateway(JoiningNode):
    """Tokens beyond one per flow stay for the next round."""

    def _update_hook(self, token: Token) -> bool:
        if not self.joins or token.flow is None:
            return True
        token.workflow.await_join(token)
        assert token.scope is not None
        tokens = self.arrived(token.scope)
        if len(tokens) == len(self.element.incoming):
            self.unite(list(tokens.values()))
        return False
