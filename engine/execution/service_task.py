"""Service and send tasks: a job of the given type."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.execution.activity import Activity
from engine.execution.job import JobWork
from engine.execution.token import Token


class ServiceTask(JobWork, Activity):
    """Done by whoever works jobs of its type."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.bind_job()

    def start(self, token: Token) -> bool:
        return self.open_job(token)
