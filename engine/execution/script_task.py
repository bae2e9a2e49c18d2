"""A script task: a FEEL expression whose value becomes a variable, or a job."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.execution.service_task import ServiceTask
from engine.execution.token import Token


class ScriptTask(ServiceTask):
    """With `zeebe:script` it is done here; with a task definition by a worker."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.script = self.value(element.script, "Script")

    def start(self, token: Token) -> bool:
        if self.script is None:
            return self.open_job(token)
        run = token.workflow
        name = self.element.result_variable
        value = self.script.json(run.context(token), run.now)
        token.pending = {name: value} if name else {}
        return True
