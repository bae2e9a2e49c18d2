"""What a job handler is given and may answer: the contract between the worker and the code that reaches the outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.errors import KefuflowError

if TYPE_CHECKING:
    from engine.runtime import Runtime


@dataclass(frozen=True)
class JobContext:
    """One job, as its handler sees it. `key` is the same at every try: it is the idempotency key for the outside."""

    key: int
    type: str
    headers: Mapping[str, str]
    variables: Mapping[str, Any]
    retries: int  # tries that are left, this one included
    tenant_id: str
    process_instance_key: int | None
    root_instance_key: int | None
    process_definition_key: int | None
    process_id: str | None
    element_id: str | None
    element_instance_key: int | None
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)  # of a job that no diagram opened

    @property
    def idempotency_key(self) -> str:
        return f"kefuflow-{self.key}"


Handler = Callable[["Runtime", JobContext], Mapping[str, Any] | None]
"""Does the work outside any transaction and returns the variables that it found. It may raise `BpmnError` for an error
that the diagram models, `JobFailed` to say when to try again; anything else counts as a failure that is tried again."""


@dataclass(frozen=True)
class Registration:
    """A handler and how the worker treats it: how long a try may take, and how many run at once in a process."""

    handler: Handler
    lease: timedelta = timedelta(minutes=1)
    at_once: int = 2


class BpmnError(KefuflowError):
    """An outcome that the diagram models with an error event; not a failure."""

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(message or code)
        self.code, self.message, self.variables = code, message, dict(variables or {})


class JobFailed(KefuflowError):
    """A try failed. `retry_after` overrides the backoff; `permanent` makes an incident at once."""

    def __init__(self, message: str, retry_after: timedelta | None = None, permanent: bool = False) -> None:
        super().__init__(message)
        self.retry_after, self.permanent = retry_after, permanent
