"""Waits for several events; the first that comes decides the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.execution.event import CatchingNode
from engine.execution.node import Node
from engine.execution.subscriptions import open_all, plan
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.process import Exit


class EventBasedGateway(Node):
    """The event's own element is reached with the event already there."""

    def enter(self, token: Token) -> bool:
        targets = [way.target for way in self.exits]
        plans = [plan(target, token) for target in targets if isinstance(target, CatchingNode)]
        open_all(token, [found for found in plans if found is not None])
        return False

    def chosen(self, token: Token, event_id: str, variables: dict[str, Any]) -> None:
        token.memo["ways"] = [way for way in self.exits if way.target.element.id == event_id]
        token.memo["event"] = variables
        token.complete()

    def take(self, way: Exit, token: Token, scope: Token) -> Token:
        reached = super().take(way, token, scope)
        reached.memo["triggered"] = True
        reached.pending = token.memo["event"]
        return reached
