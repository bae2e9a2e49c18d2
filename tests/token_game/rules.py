"""What each element does to a state when it is entered, left, thrown or caught; `game.py` says the rules in words."""

from __future__ import annotations

from tests.token_game.conditions import evaluate
from tests.token_game.model import EXTERNAL, WAITING, Element, Flow, Model
from tests.token_game.state import Instance, State, Trail

AT = "@"  # marks a token that lies at an event which has happened, not on a flow
ACTIVITIES = {"task", "userTask", "serviceTask", "receiveTask", "scriptTask", "manualTask", "subProcess"}


class Rules:
    """The steps of one diagram; every method changes the state that it is given."""

    def __init__(self, model: Model) -> None:
        self.model = model

    # ---- entering and leaving elements ---------------------------------------------------------------------------

    def _enter(self, state: State, trail: Trail, element: Element) -> None:
        """An element begins in the scope at the end of the trail."""
        scope = trail[-1]
        if element.kind in ACTIVITIES and element.loop:
            self._begin_body(state, scope, element)
        elif element.kind == "subProcess":
            self._begin(state, self._add(scope, Instance(element.id)))
        elif element.kind in WAITING and element.trigger != "link":
            self._add(scope, Instance(element.id))
        elif element.kind in {"exclusiveGateway", "inclusiveGateway"}:
            self._decide(state, scope, element)
        elif element.kind in {"endEvent", "intermediateThrowEvent"}:
            self._throw(state, trail, element)
        else:
            self._run_script(state, element)
            self._leave(state, scope, element)

    def _leave(self, state: State, scope: Instance, element: Element, flows: list[Flow] | None = None) -> None:
        """An element completes: one token for each outgoing flow, or for those given."""
        state.completed[element.id] += 1
        self._take(state, scope, element.outgoing if flows is None else flows)

    def _take(self, state: State, scope: Instance, flows: list[Flow]) -> None:
        for flow in flows:
            state.taken[flow.id] += 1
            scope.put(flow.id)

    def _begin(self, state: State, scope: Instance) -> None:
        """A process or an embedded subprocess starts at its start event."""
        scope.is_scope = True
        scope.put(AT + self.model.start_of(scope.element).id)

    def _add(self, parent: Instance, child: Instance) -> Instance:
        parent.children.append(child)
        return child

    def _run_script(self, state: State, element: Element) -> None:
        if element.script:
            variable, expression = element.script
            state.variables[variable] = evaluate(expression, state.variables)

    def _decide(self, state: State, scope: Instance, gateway: Element) -> None:
        ways = self._chosen(state, gateway)
        if ways or not gateway.outgoing:
            self._leave(state, scope, gateway, ways)
        else:
            self._add(scope, Instance(gateway.id, incident=True))

    def _chosen(self, state: State, gateway: Element) -> list[Flow]:
        if all(flow.condition is None for flow in gateway.outgoing) and len(gateway.outgoing) < 2:
            return gateway.outgoing
        conditional = [flow for flow in gateway.outgoing if flow.condition and flow.id != gateway.default]
        true = [flow for flow in conditional if evaluate(flow.condition, state.variables) is True]
        ways = true or [flow for flow in gateway.outgoing if flow.id == gateway.default]
        return ways[:1] if gateway.kind == "exclusiveGateway" else ways

    # ---- throwing ------------------------------------------------------------------------------------------------

    def _throw(self, state: State, trail: Trail, event: Element) -> None:
        """A throwing intermediate event or an end event is reached in the scope at the end of the trail."""
        scope = trail[-1]
        if event.trigger == "error":
            self._throw_error(state, trail, event)
            return
        if event.trigger == "escalation" and self._escalate(state, trail, event):
            return
        self._leave(state, scope, event)
        if event.trigger == "signal":
            state.broadcasts.append(event.ref)
        elif event.trigger == "terminate":
            scope.clear()
        elif event.trigger == "link":
            scope.put(AT + self.model.link_target(event).id)

    def _throw_error(self, state: State, trail: Trail, event: Element) -> None:
        caught = self._catcher(trail, "error", event.ref)
        if caught:
            self._fire(state, *caught)
        else:
            self._add(trail[-1], Instance(event.id, incident=True))

    def _escalate(self, state: State, trail: Trail, event: Element) -> bool:
        """Whether the thrower was terminated by what caught its escalation."""
        caught = self._catcher(trail, "escalation", event.ref)
        if caught:
            self._fire(state, *caught)
        return bool(caught) and caught[1].interrupting

    def _catcher(self, trail: Trail, trigger: str, code: str | None) -> tuple[Trail, Element] | None:
        """Who catches an error or escalation thrown at the end of the trail."""
        handler = None  # the event subprocess in which it is thrown does not catch it
        for depth in range(len(trail), 0, -1):
            owner = trail[depth - 1]
            starts = [] if owner.interrupted or not owner.is_scope else self.model.event_starts.get(owner.element, [])
            for events in ([e for e in starts if e.scope != handler], self._boundaries(trail[:depth])):
                found = _matching(events, trigger, code)
                if found:
                    return trail[:depth], found
            handler = owner.element
        return None

    def _catch_signal(self, state: State, signal: str) -> None:
        for trail in state.trails():
            events = [self.model.elements[event] for event in self._listening(trail)]
            trail[-1].pending += [e.id for e in events if e.trigger == "signal" and e.ref == signal]

    # ---- catching ------------------------------------------------------------------------------------------------

    def _fire(self, state: State, trail: Trail, event: Element) -> None:
        """An event happens to its owner, the instance at the end of the trail."""
        owner = trail[-1]
        owner.fired[event.id] += event.trigger == "timer"
        if event.kind == "boundaryEvent":
            if event.interrupting:
                trail[-2].children.remove(owner)
            trail[-2].put(AT + event.id)
        elif event.kind == "startEvent":
            if event.interrupting:
                owner.clear()
                owner.interrupted = True
            handler = self._add(owner, Instance(event.scope, is_scope=True))
            handler.put(AT + event.id)
        elif event.kind == "receiveTask":
            self._finished(state, trail)
        else:
            self._caught(state, trail, event)

    def _caught(self, state: State, trail: Trail, event: Element) -> None:
        """A catching intermediate event has come, to itself or to the event-based gateway before it."""
        scope, waiting = trail[-2], trail[-1]
        scope.children.remove(waiting)
        if waiting.element == event.id:
            self._leave(state, scope, event)
            return
        state.completed[waiting.element] += 1
        state.taken[next(flow.id for flow in event.incoming if flow.source == waiting.element)] += 1
        scope.put(AT + event.id)

    def _listening(self, trail: Trail) -> list[str]:
        """Ids of the events from outside that the instance at the end of the trail waits for."""
        owner, element = trail[-1], self.model.elements[trail[-1].element]
        if element.kind == "eventBasedGateway":
            return [flow.target for flow in element.outgoing]
        is_itself = element.kind in {"intermediateCatchEvent", "receiveTask"} and not owner.is_body
        events = ([element] if is_itself else []) + self._boundaries(trail)
        if owner.is_scope and not owner.interrupted:
            events = events + self.model.event_starts.get(owner.element, [])
        return [e.id for e in events if e.trigger in EXTERNAL and not _is_spent(owner, e)]

    def _boundaries(self, trail: Trail) -> list[Element]:
        """Boundary events of an activity instance; with a loop they are the body's, not those of one instance."""
        return [] if trail[-1].index else self.model.boundaries.get(trail[-1].element, [])

    # ---- completing scopes and loops -------------------------------------------------------------------------------

    def _tidy(self, state: State) -> None:
        """Complete every scope that has nothing left."""
        while not state.ended and (trail := self._drained(state)):
            if len(trail) == 1:
                state.ended = True
                state.root.clear()
            else:
                self._finished(state, trail)
        if state.ended:
            state.broadcasts.clear()

    def _drained(self, state: State) -> Trail | None:
        for trail in state.trails():
            if trail[-1].is_scope and not trail[-1].tokens and not trail[-1].children:
                return trail
        return None

    def _finished(self, state: State, trail: Trail) -> None:
        """The instance at the end of the trail is done."""
        parent, done = trail[-2], trail[-1]
        parent.children.remove(done)
        if parent.is_body:
            self._instance_done(state, trail[:-1])
        else:
            self._leave(state, parent, self.model.elements[done.element])

    def _begin_body(self, state: State, scope: Instance, element: Element) -> None:
        body = self._add(scope, Instance(element.id, is_body=True))
        for _ in range(min(element.loop.size, 1) if element.loop.sequential else element.loop.size):
            self._begin_instance(state, body, element)
        if not element.loop.size:
            self._body_done(state, scope, body)

    def _begin_instance(self, state: State, body: Instance, element: Element) -> None:
        body.started += 1
        instance = self._add(body, Instance(element.id, index=body.started))
        if element.kind == "subProcess":
            self._begin(state, instance)
        elif element.kind not in WAITING:
            raise ValueError(f"{element.id}: a loop of {element.kind} is not played.")

    def _instance_done(self, state: State, trail: Trail) -> None:
        """One instance of the body at the end of the trail has completed."""
        scope, body = trail[-2], trail[-1]
        element = self.model.elements[body.element]
        state.completed[element.id] += 1
        body.completed += 1
        if self._loop_is_done(state, body, element):
            self._body_done(state, scope, body)
        elif element.loop.sequential and body.started < element.loop.size:
            self._begin_instance(state, body, element)
        elif not body.children:
            self._body_done(state, scope, body)

    def _loop_is_done(self, state: State, body: Instance, element: Element) -> bool:
        counts = {"numberOfInstances": element.loop.size, "numberOfCompletedInstances": body.completed}
        condition = element.loop.condition
        return condition is not None and evaluate(condition, {**state.variables, **counts}) is True

    def _body_done(self, state: State, scope: Instance, body: Instance) -> None:
        scope.children.remove(body)
        state.bodies[body.element] += 1
        self._take(state, scope, self.model.elements[body.element].outgoing)


def _matching(events: list[Element], trigger: str, code: str | None) -> Element | None:
    same = [e for e in events if e.trigger == trigger]
    exact = [e for e in same if e.ref is not None and e.ref == code]
    return next(iter(exact + [e for e in same if e.ref is None]), None)


def _is_spent(owner: Instance, event: Element) -> bool:
    """A timer that has fired as often as it may."""
    return event.trigger == "timer" and event.repeats is not None and owner.fired[event.id] >= event.repeats
