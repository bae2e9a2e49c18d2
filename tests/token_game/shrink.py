"""A difference made small: fewer stimuli first, then fewer elements, as long as judge and executor still differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy

from tests.token_game.compare import Difference, Run, Start, random_run, replay
from tests.token_game.diagram import Edge, Scope, to_xml
from tests.token_game.play import Stimulus

Play = Callable[[str, list[Stimulus]], Run]
TRIES = 400  # diagrams tried at most


def shrink(process: Scope, difference: Difference, start: Start) -> tuple[Scope, Difference]:
    """A smaller diagram and a shorter run that differ in the same way (a crash stays a crash)."""
    difference = _shorter(difference, start)
    tries, progress = 0, True
    while progress and tries < TRIES:
        progress = False
        for smaller in _smaller(process):
            tries += 1
            found = _still_differs(smaller, difference, start)
            if found:
                process, difference, progress = smaller, _shorter(found, start), True
                break
            if tries >= TRIES:
                break
    return process, difference


def _same_kind(one: Difference, other: Difference | None) -> bool:
    return other is not None and (one.error or "").split(":")[0] == (other.error or "").split(":")[0]


def _shorter(difference: Difference, start: Start) -> Difference:
    """Leave stimuli out, one at a time, from the last to the first."""
    for place in range(len(difference.stimuli) - 1, -1, -1):
        fewer = difference.stimuli[:place] + difference.stimuli[place + 1 :]
        found = replay(difference.xml, fewer, start).difference
        if found and _same_kind(difference, found) and len(found.stimuli) < len(difference.stimuli):
            difference = found
    return difference


def _still_differs(process: Scope, difference: Difference, start: Start) -> Difference | None:
    xml = to_xml(process)
    try:
        runs = [replay(xml, difference.stimuli, start)] + [random_run(xml, seed, start) for seed in range(2)]
    except Exception:
        return None  # leaving that element out made no diagram
    return next((run.difference for run in runs if _same_kind(difference, run.difference)), None)


def _smaller(process: Scope) -> Iterator[Scope]:
    """The diagram without one of its nodes, flows or markers, largest pieces first."""
    for number, scope in enumerate(process.scopes()):
        for node in sorted(scope.nodes, key=lambda node: node.inner is None):
            if node.kind != "startEvent":
                yield from _without_node(process, number, node.id)
            if node.loop:
                yield _changed(process, number, lambda s, id=node.id: setattr(s.node(id), "loop", None))
        for edge in scope.edges:
            yield _changed(process, number, lambda s, id=edge.id: _remove_flow(s, id))


def _without_node(process: Scope, number: int, id: str) -> Iterator[Scope]:
    """The node cut out with its flows, and the node bridged."""
    yield _changed(process, number, lambda scope: _remove_node(scope, id, bridge=False))
    yield _changed(process, number, lambda scope: _remove_node(scope, id, bridge=True))


def _changed(process: Scope, number: int, change: Callable[[Scope], None]) -> Scope:
    copy = deepcopy(process)
    scope = list(copy.scopes())[number]
    change(scope)
    _mend(scope)
    return copy


def _remove_flow(scope: Scope, id: str) -> None:
    scope.edges = [edge for edge in scope.edges if edge.id != id]


def _remove_node(scope: Scope, id: str, bridge: bool) -> None:
    gone = {id} | {node.id for node in scope.nodes if node.attached_to == id}
    if bridge:
        ways_in = [edge for edge in scope.edges if edge.target == id]
        ways_out = [edge for edge in scope.edges if edge.source == id]
        for way in ways_in[1:] if len(ways_out) > 1 else ():
            scope.edges.append(Edge(f"{way.id}_on", way.source, ways_out[0].target, way.condition))
        for way in ways_in if len(ways_out) == 1 else ways_in[:1]:
            way.target = ways_out[0].target if ways_out else id
    scope.nodes = [node for node in scope.nodes if node.id not in gone]
    scope.edges = [edge for edge in scope.edges if not {edge.source, edge.target} & gone]


def _mend(scope: Scope) -> None:
    """Drop what nothing reaches any more, and conditions where one way is left."""
    while unreached := [node.id for node in scope.nodes if not _is_reached(scope, node)]:
        for id in unreached:
            _remove_node(scope, id, bridge=False)
    ids = {node.id for node in scope.nodes}
    handlers = {node.handler for node in scope.nodes}
    scope.nodes = [n for n in scope.nodes if (n.handler or n.id) in ids and not (n.undoes and n.id not in handlers)]
    for node in scope.nodes:
        leaving = [edge for edge in scope.edges if edge.source == node.id]
        if node.default not in {edge.id for edge in leaving}:
            node.default = None
        if len(leaving) == 1 or node.kind.endswith("Event"):
            node.default = None
            for edge in leaving:
                edge.condition = None


def _is_reached(scope: Scope, node) -> bool:
    by_itself = node.kind in {"startEvent", "boundaryEvent"} or (node.inner and node.inner.by_event) or node.undoes
    by_itself = by_itself or not any(n.kind == "startEvent" for n in scope.nodes)
    is_link_catch = node.kind == "intermediateCatchEvent" and node.trigger == "link"
    return bool(by_itself or is_link_catch or any(edge.target == node.id for edge in scope.edges))
