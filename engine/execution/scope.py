"""Elements that hold others: they arm their event subprocesses, start what begins them, and end when nothing inside is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.execution.activity import Activity
from engine.execution.node import Node
from engine.execution.subscriptions import Plan, plan
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.event_sub_process import EventSubProcess
    from engine.execution.process import Process


class Scope(Activity):
    """A process or an embedded subprocess."""

    def link(self, process: Process) -> None:
        super().link(process)
        self.event_subprocesses: list[EventSubProcess] = process.event_subprocesses(self.element.id)
        self.beginnings: list[Node] = process.beginnings(self.element.id)

    def plan_waits(self, token: Token) -> list[Plan]:
        own = [found for sub in self.event_subprocesses if (found := plan(sub.begin, token)) is not None]
        return super().plan_waits(token) + own

    def start(self, token: Token) -> bool:
        if token.memo.pop("modified", False):  # Made by hand, for an element inside.
            return False
        for node in self.beginnings:
            token.workflow.spawn(node, token)
        return not self.beginnings

    def on_child_left(self, token: Token) -> None:
        if not token._children:
            self.finish(token, {})
