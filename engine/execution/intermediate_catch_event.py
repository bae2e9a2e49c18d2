"""An event in the flow that waits: for a moment, a message or a signal. A link's catch just goes on."""

from __future__ import annotations

from typing import Any

from engine.execution.event import CatchingNode
from engine.execution.subscriptions import after_firing, open_all, plan
from engine.execution.token import Token


class IntermediateCatchEvent(CatchingNode):
    """Behind an event-based gateway the event has already come when it is reached."""

    def enter(self, token: Token) -> bool:
        if self.definition.kind == "link" or token.memo.get("triggered"):
            return True
        found = plan(self, token)
        assert found is not None
        open_all(token, [found])
        return False

    def caught(self, token: Token, key: int, variables: dict[str, Any]) -> None:
        after_firing(token, key, self, keep=False)
        self.finish(token, variables)
