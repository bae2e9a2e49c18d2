"""An event in the flow that throws: an escalation, a signal, a message (a job), a compensation, or a jump to a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.deployment.model import Element
from engine.execution.compensation import trigger
from engine.execution.contract import SignalThrown
from engine.execution.event import EventNode
from engine.execution.job import JobWork
from engine.execution.throwing import throw_escalation
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.process import Exit, Process


class IntermediateThrowEvent(JobWork, EventNode):
    """none, escalation, signal, message, link and compensation, which waits for what undoes."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.bind_job()
        self.signal = self.value(self.definition.name, "Signal name") if self.definition.kind == "signal" else None

    def link(self, process: Process) -> None:
        super().link(process)
        if self.definition.kind == "link":
            self.exits = [process.link_target(self.element)]

    def enter(self, token: Token) -> bool:
        run = token.workflow
        match self.definition.kind:
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

    def take(self, way: Exit, token: Token, scope: Token) -> Token:
        if self.definition.kind == "link":  # A link is no sequence flow.
            return scope.workflow.spawn(way.target, scope)
        return super().take(way, token, scope)
