"""When an inclusive gateway may fire: the standard's rule about tokens upstream (BPMN 2.0, table 13.3).

It is activated when at least one incoming flow holds a token, and for every path of sequence flows that starts at a
token, ends in an incoming flow without a token and does not visit the gateway, there is also a path from that same
token to an incoming flow with a token that does not visit the gateway.

What the standard leaves open, as Camunda 8 does it: a token inside an activity counts as lying at that activity;
paths also leave an activity by its boundary events, because those may still fire, and jump from a link throw to its
catch. Paths do not cross a subprocess's border: what runs inside one is a token at the subprocess, and an event
subprocess reaches nothing.
"""

from tests.token_game.model import Element, Model
from tests.token_game.state import Instance


def may_fire(model: Model, scope: Instance, gateway: Element) -> bool:
    """Whether the gateway is activated in this scope instance."""
    incoming = {flow.id for flow in gateway.incoming}
    filled = {flow for flow in incoming if scope.tokens[flow]}
    if not filled:
        return False
    sources = {place_of(model, flow) for flow in scope.tokens if scope.tokens[flow] and flow not in incoming}
    sources |= {child.element for child in scope.children}
    return not any(_waits_for(reached(model, source, gateway), filled) for source in sources if source != gateway.id)


def place_of(model: Model, token: str) -> str:
    """Where a token lies: at the target of its flow, or at the event that it is marked with."""
    return model.flows[token].target if token in model.flows else token.lstrip("@>")


def _waits_for(reachable: set[str], filled: set[str]) -> bool:
    return bool(reachable - filled) and not reachable & filled


def reached(model: Model, source: str, gateway: Element) -> set[str]:
    """Incoming flows of the gateway that a token at `source` could come in by without passing the gateway before."""
    seen, todo, found = {source}, [source], set()
    while todo:
        for flow in _ways_out(model, model.elements[todo.pop()]):
            if flow.target == gateway.id:
                found.add(flow.id)
            elif flow.target not in seen:
                seen.add(flow.target)
                todo.append(flow.target)
    return found


def _ways_out(model: Model, element: Element) -> list:
    flows = list(element.outgoing)
    for boundary in model.boundaries.get(element.id, []):
        flows += boundary.outgoing
    if element.kind == "intermediateThrowEvent" and element.trigger == "link":
        flows += model.link_target(element).outgoing
    return flows
