"""The process itself: the outermost scope, whose token is the instance."""

from __future__ import annotations

from engine.execution.contract import ElementCompleted, InstanceCompleted
from engine.execution.node import Node
from engine.execution.scope import Scope
from engine.execution.token import Token
from engine.execution.variables import set_local


class ProcessNode(Scope):
    """Its token's key is the instance's."""

    def prepare(self, token: Token) -> None:
        """What came with the event that starts it is there before its event subprocesses ask for it, unless the event maps it."""
        super().prepare(token)
        chosen = token.memo.get("start_event")
        if chosen and not token.workflow.process.nodes[chosen].outputs_:
            for name, value in token.memo.pop("start_variables").items():
                set_local(token, name, value)

    def start(self, token: Token) -> bool:
        run = token.workflow
        if token.memo.pop("modified", False):
            return False
        chosen = token.memo.get("start_event")
        beginnings: list[Node] = [run.process.nodes[chosen]] if chosen else self.beginnings
        for node in beginnings:
            run.spawn(node, token).pending = token.memo.pop("start_variables", None)
        return not beginnings

    def _on_complete_hook(self, token: Token) -> None:
        run = token.workflow
        token.memo.pop("done", None)
        for key in list(token.waits):
            run.close(token, key)
        run.tell(ElementCompleted(token.id, self.element.id))
        run.ended = True
        run.tell(InstanceCompleted(token.id, list(run.end_elements), dict(token.vars or {})))
