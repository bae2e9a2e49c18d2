"""A subprocess that an event starts while its scope runs; an interrupting one ends everything else in that scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.deployment.model import Element
from engine.execution.scope import Scope
from engine.execution.start_event import StartEvent
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.process import Process


class EventSubProcess(Scope):
    """`begin` is its one start event, armed by the scope that holds it."""

    begin: StartEvent

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.type = "EVENT_SUB_PROCESS"

    def link(self, process: Process) -> None:
        starts = [node for node in process.beginnings(self.element.id) if isinstance(node, StartEvent)]
        self.begin = starts[0]
        self.begin.starts = self
        super().link(process)

    @property
    def keeps_compensation(self) -> bool:
        return False  # It handles something; it is no step of the process that could be undone.

    def fire(self, scope: Token, variables: dict[str, Any]) -> None:
        run = scope.workflow
        if self.begin.element.interrupting:
            run.terminate_inside(scope)
            if scope is run.root:
                run.end_elements.clear()  # What a side branch reached before is not how the instance ends.
            scope.memo["interrupted"] = True
            scope.task_spec.on_interrupt(scope)
            for key, subscription in list(scope.waits.items()):
                if isinstance(run.process.nodes[subscription.node], StartEvent):
                    run.close(scope, key)
        run.spawn(self, scope).memo["event"] = variables

    def start(self, token: Token) -> bool:
        if token.memo.pop("modified", False):
            return False
        token.workflow.spawn(self.begin, token).pending = token.memo.pop("event", {})
        return False
