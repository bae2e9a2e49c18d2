"""A business rule task: a deployed DMN decision, or a job."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.errors import InvalidInput, NotFound
from engine.execution.contract import Binding, DecisionEvaluated
from engine.execution.failures import Failed
from engine.execution.service_task import ServiceTask
from engine.execution.token import Token
from engine.feel import to_json


class BusinessRuleTask(ServiceTask):
    """Its result variable gets the decision's value."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.decision = self.value(element.decision.id, "Decision id") if element.decision else None

    def start(self, token: Token) -> bool:
        if self.decision is None or self.element.decision is None:
            return self.open_job(token)
        run = token.workflow
        context = run.context(token)
        decision_id = self.decision.string(context, run.now)
        binding = Binding(self.element.decision.binding, self.element.decision.version_tag)
        try:
            outcome = run.environment.decide(decision_id, context, binding)
        except (NotFound, InvalidInput) as error:  # not deployed, or not usable as things stand
            raise Failed("CALLED_DECISION_ERROR", str(error)) from error
        run.tell(DecisionEvaluated(token.id, self.element.id, decision_id, outcome))
        if outcome.failed is not None:
            raise Failed("DECISION_EVALUATION_ERROR", outcome.failed)
        name = self.element.result_variable
        token.pending = {name: to_json(outcome.value)} if name else {}
        return True
