"""Where a process or subprocess begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.execution.event import CatchingNode
from engine.execution.subscriptions import after_firing
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.event_sub_process import EventSubProcess


class StartEvent(CatchingNode):
    """That of an event subprocess waits in the scope around it; any other has nothing to wait for once it is reached."""

    starts: EventSubProcess | None = None

    def caught(self, scope: Token, key: int, variables: dict[str, Any]) -> None:
        """Its timer, message or signal came."""
        assert self.starts is not None
        after_firing(scope, key, self, keep=not self.element.interrupting)
        self.starts.fire(scope, variables)
