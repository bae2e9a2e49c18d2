"""What all activities share: boundary events, and waiting for somebody."""

from __future__ import annotations

from engine.execution.node import Node
from engine.execution.subscriptions import Plan, open_all, plan
from engine.execution.token import Token


class Activity(Node):
    """Subclasses say what `start` does; True means that the work is done at once."""

    def enter(self, token: Token) -> bool:
        waits = self.plan_waits(token)
        if self.start(token):
            return True
        open_all(token, waits)
        return False

    def plan_waits(self, token: Token) -> list[Plan]:
        """Evaluate what the boundary events wait for before anything is asked of the world."""
        return [found for event in self.boundaries if (found := plan(event, token)) is not None]

    def start(self, token: Token) -> bool:
        return True
