"""Who catches a thrown error or escalation: looked for from the inside out."""

from __future__ import annotations

from typing import Any

from engine.execution.boundary_event import BoundaryEvent
from engine.execution.contract import ErrorEscaped, EscalationEscaped
from engine.execution.event import CatchingNode
from engine.execution.event_sub_process import EventSubProcess
from engine.execution.failures import Failed
from engine.execution.node import Node
from engine.execution.scope import Scope
from engine.execution.token import Token

Handler = BoundaryEvent | EventSubProcess


def find_handler(kind: str, token: Token, code: str | None) -> tuple[Handler, Token] | None:
    """The innermost handler and the token that hosts it: at each scope its event subprocesses first, then its boundary.

    What a handler throws itself goes on outwards: it would start itself again for ever.
    """
    inner: Node | None = None
    for host in token.ancestors():
        node = host.task_spec
        if isinstance(node, Scope) and not host.memo.get("interrupted"):
            inside = _matching(kind, code, [(s.begin, s) for s in node.event_subprocesses if s is not inner])
            if inside is not None:
                return inside, host
        outside = _matching(kind, code, [(event, event) for event in node.boundaries])
        if outside is not None:
            return outside, host
        inner = node
    return None


def _matching(kind: str, code: str | None, handlers: list[tuple[CatchingNode, Any]]) -> Handler | None:
    """One for this very code, else one that catches any."""
    of_kind = [(event, handler) for event, handler in handlers if event.definition.kind == kind]
    exact = (handler for event, handler in of_kind if event.definition.code and event.definition.code == code)
    any_code = (handler for event, handler in of_kind if not event.definition.code)
    found: Handler | None = next(exact, None) or next(any_code, None)
    return found


def throw_error(token: Token, code: str, message: str, variables: dict[str, Any]) -> None:
    """End what the error ends and go on where it is caught. Raises Failed when nobody catches it."""
    run, found = token.workflow, find_handler("error", token, code)
    if found is not None:
        handler, host = found
        handler.fire(host, variables)
        return
    if not run.environment.error_is_caught_above(run.key, code):
        raise Failed(
            "UNHANDLED_ERROR_EVENT",
            f"An error with code '{code}' was thrown at '{token.task_spec.element.id}', but nothing catches it. {message}".strip(),
        )
    run.tell(ErrorEscaped(code, message, variables))
    run.stop()


def throw_escalation(token: Token, code: str, variables: dict[str, Any]) -> bool:
    """Offer an escalation to whoever catches it; nobody has to. Whether the thrower may go on: nothing has ended it."""
    run, found = token.workflow, find_handler("escalation", token, code)
    if found is not None:
        handler, host = found
        handler.fire(host, variables)
        return token.id in run.tasks
    run.tell(EscalationEscaped(code, variables))
    if not run.environment.escalation_ends(run.key, code):
        return True
    run.ready.clear()  # Whoever called ends this instance now.
    return False


def escalation_ends(token: Token, code: str) -> bool:
    """Whether an escalation thrown at this token is caught by something that ends it."""
    found = find_handler("escalation", token, code)
    if found is None:
        return token.workflow.environment.escalation_ends(token.workflow.key, code)
    handler = found[0]
    return (handler.begin if isinstance(handler, EventSubProcess) else handler).element.interrupting
