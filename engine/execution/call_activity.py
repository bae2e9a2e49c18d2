"""A call activity: another process runs as an instance of its own; its end completes this."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.execution.activity import Activity
from engine.execution.contract import Binding, ProcessCallCanceled, ProcessCalled
from engine.execution.token import Token
from engine.execution.variables import visible


class CallActivity(Activity):
    """All visible variables go in unless `propagateAllParentVariables` is false; all come back unless the child's is."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.called = self.value(element.called_process.id, "Called process") if element.called_process else None

    def start(self, token: Token) -> bool:
        assert self.called is not None
        assert self.element.called_process is not None
        run, reference = token.workflow, self.element.called_process
        variables = visible(token) if self.element.propagate_parent else dict(token.vars or {})
        process_id = self.called.string(run.context(token), run.now)
        binding = Binding(reference.binding, reference.version_tag)
        run.tell(ProcessCalled(token.id, self.element.id, process_id, binding, variables))
        token.memo["called"] = True
        return False

    def conclude(self, token: Token) -> None:
        if not self.element.propagate_child and not self.outputs_:
            token.pending = {}
        super().conclude(token)

    def on_done(self, token: Token) -> None:
        token.memo.pop("called", None)

    def on_terminate(self, token: Token) -> None:
        if token.memo.get("called"):
            token.workflow.tell(ProcessCallCanceled(token.id))
