"""Jobs that run before or after an element, one after another, while it waits for each.

The token's memo says which is running: `listener` is [event, position]. A user task's listeners run the same way when the
task changes its state; then the position is followed by what is waiting for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.deployment.model import Listener
from engine.execution.contract import JobClosed, JobOpened
from engine.execution.expressions import Value, compiled
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.node import Node

DEFAULT_RETRIES = 3
EXECUTION, TASK = "EXECUTION_LISTENER", "TASK_LISTENER"
START, END = "start", "end"


@dataclass(frozen=True, slots=True)
class BoundListener:
    """A listener with its expressions compiled."""

    event: str
    type: Value
    retries: Value | None
    headers: dict[str, str]


def bound(listeners: list[Listener], element_id: str) -> dict[str, list[BoundListener]]:
    """Listeners by event, in the order in which they are drawn."""
    found: dict[str, list[BoundListener]] = {}
    for listener in listeners:
        job_type = compiled(listener.type, f"Listener type of '{element_id}'")
        if job_type is not None:
            retries = compiled(listener.retries, f"Listener retries of '{element_id}'")
            found.setdefault(listener.event, []).append(
                BoundListener(listener.event, job_type, retries, listener.headers)
            )
    return found


def open_listener(node: Node, token: Token, listeners: list[BoundListener], position: int, kind: str) -> None:
    """Ask for the job of one of them. Raises Failed where its type or retries cannot be told."""
    run, listener = token.workflow, listeners[position]
    context = run.context(token)
    job_type = listener.type.string(context, run.now)
    retries = listener.retries.integer(context, run.now) if listener.retries is not None else DEFAULT_RETRIES
    token.memo["listener"] = [listener.event, position]
    headers = {**node.element.headers, **listener.headers}
    run.tell(JobOpened(token.id, node.element.id, job_type, retries, headers, kind, listener.event.upper()))


def is_listening(token: Token) -> bool:
    """Whether the token waits for a listener."""
    return "listener" in token.memo


def withdraw_listener(token: Token) -> None:
    """The token ends while a listener runs."""
    if token.memo.pop("listener", None) is not None:
        token.workflow.tell(JobClosed(token.id, canceled=True))
