"""An event on an activity's edge: it leaves the activity alone or ends it, and goes its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.execution.event import CatchingNode
from engine.execution.node import Node, handler_left
from engine.execution.subscriptions import after_firing
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.process import Process


class BoundaryEvent(CatchingNode):
    """Its subscription hangs on the host's token; when it fires it gets a token beside the host's.

    That of a compensation waits for nothing: it says by which `handler` the completed host is undone.
    """

    handler: Node | None = None

    def link(self, process: Process) -> None:
        super().link(process)
        if self.definition.kind == "compensate" and self.element.handlers:
            self.handler = process.nodes[self.element.handlers[0]]

    def caught(self, host: Token, key: int, variables: dict[str, Any]) -> None:
        after_firing(host, key, self, keep=not self.element.interrupting)
        self.fire(host, variables)

    def fire(self, host: Token, variables: dict[str, Any]) -> None:
        run, scope = host.workflow, host.scope
        assert scope is not None
        if self.element.interrupting:
            run.terminate(host)
        run.spawn(self, scope).pending = variables
        if self.element.interrupting:
            handler_left(host)
