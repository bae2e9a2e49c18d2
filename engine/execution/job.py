"""Work that a worker does: opened as a job, closed when it is done or no longer wanted."""

from __future__ import annotations

from engine.execution.contract import JobClosed, JobOpened
from engine.execution.expressions import Value
from engine.execution.node import Node
from engine.execution.token import Token

DEFAULT_RETRIES = 3


class JobWork(Node):
    """For tasks and events that are done by a job type."""

    job_kind = "BPMN_ELEMENT"
    job_type: Value | None = None
    retries: Value | None = None

    def bind_job(self) -> None:
        self.job_type = self.value(self.element.job_type, "Job type")
        self.retries = self.value(self.element.retries, "Job retries")

    def open_job(self, token: Token) -> bool:
        """Ask for the work; False: it is waited for."""
        assert self.job_type is not None
        run = token.workflow
        context = run.context(token)
        retries = self.retries.integer(context, run.now) if self.retries is not None else DEFAULT_RETRIES
        kind = self.job_type.string(context, run.now)
        token.memo["job"] = True
        run.tell(JobOpened(token.id, self.element.id, kind, retries, dict(self.element.headers), self.job_kind))
        return False

    def on_done(self, token: Token) -> None:
        if token.memo.pop("job", False):
            token.workflow.tell(JobClosed(token.id, canceled=False))

    def on_terminate(self, token: Token) -> None:
        if token.memo.get("job"):
            token.workflow.tell(JobClosed(token.id, canceled=True))
