"""Where a path ends: plainly, with everything else in its scope, or by throwing something."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.execution.compensation import trigger
from engine.execution.contract import SignalThrown
from engine.execution.event import EventNode
from engine.execution.job import JobWork
from engine.execution.throwing import throw_error, throw_escalation
from engine.execution.token import Token


class EndEvent(JobWork, EventNode):
    """none, terminate, error, escalation, signal, compensation (waits for what undoes) and message (a job)."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.bind_job()
        self.signal = self.value(self.definition.name, "Signal name") if self.definition.kind == "signal" else None

    def enter(self, token: Token) -> bool:
        run, scope = token.workflow, token.scope
        assert scope is not None
        match self.definition.kind:
            case "terminate":
                run.terminate_inside(scope, but=token)
            case "error":
                code = self.code.string(run.context(token), run.now) if self.code else ""
                throw_error(token, code, "", dict(token.vars or {}))
                return False
            case "escalation":
                code = self.code.string(run.context(token), run.now) if self.code else ""
                return throw_escalation(token, code, dict(token.vars or {}))
            case "signal":
                assert self.signal is not None
                run.tell(SignalThrown(self.signal.string(run.context(token), run.now), dict(token.vars or {})))
            case "message":
                return self.open_job(token)
            case "compensate":
                return not trigger(token, self.definition.activity_ref)
        return True

    def on_done(self, token: Token) -> None:
        super().on_done(token)
        if token.scope is token.workflow.root:
            token.workflow.end_elements.append(self.element.id)
