"""A receive task: an activity that a message completes."""

from __future__ import annotations

from typing import Any

from engine.execution.activity import Activity
from engine.execution.event import CatchingNode
from engine.execution.subscriptions import Plan, after_firing, plan
from engine.execution.token import Token


class ReceiveTask(CatchingNode, Activity):
    """Behind an event-based gateway the message has already come when it is reached."""

    def plan_waits(self, token: Token) -> list[Plan]:
        own = plan(self, token)
        return super().plan_waits(token) + ([own] if own is not None else [])

    def start(self, token: Token) -> bool:
        return bool(token.memo.get("triggered"))

    def caught(self, token: Token, key: int, variables: dict[str, Any]) -> None:
        after_firing(token, key, self, keep=False)
        self.finish(token, variables)
