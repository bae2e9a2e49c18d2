"""Variables live in scopes: what is visible, where a name is set, how mappings are applied."""

from __future__ import annotations

from typing import Any

from engine.execution.contract import VariableSet
from engine.execution.expressions import Value
from engine.execution.token import Token

Mappings = list[tuple[Value, list[str]]]


def visible(token: Token) -> dict[str, Any]:
    """All variables that the token sees, inner over outer."""
    seen: dict[str, Any] = {}
    for scope in reversed(token.ancestors()):
        if scope.vars:
            seen.update(scope.vars)
    return seen


def set_local(token: Token, name: str, value: Any) -> None:
    if token.vars is None:
        token.vars = {}
    if name in token.vars and token.vars[name] == value and type(token.vars[name]) is type(value):
        return
    token.vars[name] = value
    token.workflow.tell(VariableSet(token.id, name, value))


def propagate(token: Token, variables: dict[str, Any]) -> None:
    """Set each name in the nearest scope, from `token` outwards, that has it; at the top if none has."""
    chain = token.ancestors()
    for name, value in variables.items():
        target = next((scope for scope in chain if scope.vars is not None and name in scope.vars), chain[-1])
        set_local(target, name, value)


def map_inputs(token: Token, mappings: Mappings) -> None:
    """Evaluate all, each seeing those before it; then make them local to the token."""
    run, context, result = token.workflow, token.workflow.context(token), dict[str, Any]()
    for value, path in mappings:
        _put(result, path, value.mapped(context, run.now), None)
        context[path[0]] = result[path[0]]
    for name, value_ in result.items():
        set_local(token, name, value_)


def map_outputs(token: Token, mappings: Mappings, variables: dict[str, Any]) -> None:
    """`variables` are local; what the mappings make of them goes to the scopes around the token.

    One of a loop's instances is asked first itself: its input and output elements are its own variables.
    """
    for name, value in variables.items():
        set_local(token, name, value)
    run, context, result = token.workflow, token.workflow.context(token), dict[str, Any]()
    for source, path in mappings:
        _put(result, path, source.mapped(context, run.now), context.get(path[0]))
        context[path[0]] = result[path[0]]
    if token.scope is not None:
        propagate(token if "loop" in token.memo else token.scope, result)


def _put(result: dict[str, Any], path: list[str], value: Any, existing: Any) -> None:
    """Set `value` at a dotted path, beside what the target already holds."""
    if len(path) == 1:
        result[path[0]] = value
        return
    base = result.get(path[0], existing)
    inner = dict(base) if isinstance(base, dict) else {}
    result[path[0]] = inner
    for name in path[1:-1]:
        below = inner.get(name)
        inner[name] = dict(below) if isinstance(below, dict) else {}
        inner = inner[name]
    inner[path[-1]] = value
