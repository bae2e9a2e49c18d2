"""Moving tokens by hand: new ones at chosen elements, and the end of chosen ones."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element, ProcessModel
from engine.errors import InvalidInput
from engine.execution.ad_hoc_sub_process import AdHocSubProcess
from engine.execution.node import Node, handler_left
from engine.execution.scope import Scope
from engine.execution.token import Token
from engine.execution.variables import set_local
from engine.execution.workflow import Run

NOT_ACTIVATABLE = frozenset({"startEvent", "boundaryEvent"})


def activate(
    run: Run, element_id: str, ancestor_key: int | None = None, variables: dict[str, dict[str, Any]] | None = None
) -> None:
    """Put a token on an element, in the scope that holds it; scopes that are not active are made, without their starts.

    `variables` by scope: the id of the element or of a scope around it, or "" for the process. Raises InvalidInput for an
    unknown element or ancestor, for an element that only its event may enter, and where several scopes could be meant and
    `ancestor_key` does not say which.
    """
    element = run.process.model.elements.get(element_id)
    if element is None:
        raise InvalidInput(f"Process '{run.process.id}' has no element '{element_id}'.")
    if not can_activate(run.process.model, element):
        raise _refused(
            f"'{element_id}' is entered by its event; activate the element behind it.",
            f"“{element.name or element_id}”由事件进入，请选它后面的步骤。",
        )
    scope = _scope_of(run, element, ancestor_key)
    if isinstance(scope.task_spec, AdHocSubProcess) and not element.triggered_by_event:
        scope = run.spawn(scope.task_spec.inner, scope)
    token = run.spawn(run.process.nodes[element_id], scope)
    for name, values in (variables or {}).items():
        _set(run, token, name, values)


def can_activate(model: ProcessModel, element: Element) -> bool:
    """Whether a token can be put on an element by hand: not where its event, or the gateway that waits for it, has it."""
    sources = (model.flows[flow_id].source for flow_id in element.incoming)
    return element.type not in NOT_ACTIVATABLE and all(
        model.elements[source].type != "eventBasedGateway" for source in sources
    )


def _refused(english: str, chinese: str) -> InvalidInput:
    """With a sentence for people in both languages."""
    return InvalidInput(english, {"": [f"{chinese} / {english}"]})


def terminate(run: Run, element_key: int) -> None:
    """End an element instance. Raises InvalidInput when it is not active."""
    token = _active(run, element_key)
    scope = token.scope
    assert scope is not None
    run.terminate(token)
    handler_left(token)
    _end_empty(run, scope)


def terminate_at(run: Run, element_id: str) -> None:
    """End every active instance of an element. Raises InvalidInput when there is none."""
    for token in active_at(run, element_id):
        if token.id in run.tasks:
            terminate(run, token.id)


def move(run: Run, source: int | str, element_id: str) -> None:
    """End what is active at an element (or the one element instance) and put a token on another in the same scope for each.

    Raises InvalidInput when nothing is active there.
    """
    found = [_active(run, source)] if isinstance(source, int) else active_at(run, source)
    for token in found:
        assert token.scope is not None
        scope = token.scope
        activate(run, element_id, scope.id if scope.scope is not None else None)
        run.terminate(token)
        handler_left(token)
        _end_empty(run, scope)


def active_at(run: Run, element_id: str) -> list[Token]:
    """The active instances of an element; of a multi-instance its bodies. Raises InvalidInput when there is none."""
    found = [t for t in run.tasks.values() if t.task_spec.name == element_id and t.announced and t.scope is not None]
    if not found:
        raise InvalidInput(f"Nothing is active at '{element_id}'.")
    return found


def _active(run: Run, element_key: int) -> Token:
    token = run.tasks.get(element_key)
    if token is None or token.scope is None:
        raise _not_active(element_key)
    return token


def _not_active(element_key: int) -> InvalidInput:
    return _refused(
        f"Element instance {element_key} is not active.", "选中的步骤已经不在进行了；流程刚刚动过，请重新看一遍。"
    )


def _end_empty(run: Run, scope: Token) -> None:
    """A scope with nothing left inside ends too, as one that was taken away."""
    while not scope._children and scope.scope is not None:
        outer = scope.scope
        run.terminate(scope)
        scope = outer


def _scope_of(run: Run, element: Element, ancestor_key: int | None) -> Token:
    chosen = run.tasks.get(ancestor_key) if ancestor_key is not None else None
    if ancestor_key is not None and chosen is None:
        raise _not_active(ancestor_key)
    current = run.root
    for scope_id in _path(run, element):
        current = _inside(run, current, scope_id, chosen)
    return current


def _path(run: Run, element: Element) -> list[str]:
    """The ids of the scopes around an element, from the process inwards, the process left out."""
    path: list[str] = []
    scope_id = element.scope
    while scope_id in run.process.model.elements:
        path.insert(0, scope_id)
        scope_id = run.process.model.elements[scope_id].scope
    return path


def _inside(run: Run, outer: Token, scope_id: str, chosen: Token | None) -> Token:
    found = [
        token
        for token in run.tasks.values()
        if token.task_spec.element.id == scope_id
        and isinstance(token.task_spec, Scope)
        and outer in token.ancestors()
        and (chosen is None or chosen in token.ancestors() or token in chosen.ancestors())
    ]
    if len(found) == 1:
        return found[0]
    name = run.process.model.elements[scope_id].name or scope_id
    if found:
        raise _refused(
            f"'{scope_id}' is active {len(found)} times; say in which by its element instance's key.",
            f"“{name}”有 {len(found)} 个在进行，请选在哪一个里。",
        )
    node: Node = run.process.nodes[scope_id]
    if not isinstance(node, Scope):
        raise _refused(
            f"'{scope_id}' is a multi-instance that is not active; activate the activity as a whole.",
            f"多实例“{name}”没有在进行，请选它本身。",
        )
    token = run.spawn(node, outer)
    token.memo["modified"] = True
    return token


def _set(run: Run, token: Token, scope_id: str, values: dict[str, Any]) -> None:
    wanted = scope_id or run.process.id
    owner = next((each for each in token.ancestors() if each.task_spec.element.id == wanted), None)
    if owner is None:
        raise InvalidInput(f"'{scope_id}' is no scope of '{token.task_spec.element.id}'.")
    for name, value in values.items():
        set_local(owner, name, value)
