"""What each element does to a state when it is entered, left, thrown or caught; `game.py` says the rules in words."""

from __future__ import annotations

from tests.token_game.conditions import evaluate
from tests.token_game.model import EXTERNAL, WAITING, Element, Flow, Model
from tests.token_game.state import Instance, State, Trail, scope_of, variables_of

AT = "@"  # marks a token that lies at an event which has happened, not on a flow
TO = ">"  # marks a token that is about to enter an element that no flow leads to
ACTIVITIES = {"task", "userTask", "serviceTask", "receiveTask", "scriptTask", "manualTask", "subProcess"}
ACTIVITIES |= {"callActivity", "adHocSubProcess"}


class Rules:
    """The steps of one diagram; every method changes the state that it is given."""

    def __init__(self, model: Model) -> None:
        self.model = model

    # ---- entering and leaving elements ---------------------------------------------------------------------------

    def _enter(self, state: State, trail: Trail, element: Element) -> None:
        """An element begins in the scope at the end of the trail."""
        scope = trail[-1]
        if element.kind in ACTIVITIES and element.loop:
            self._begin_body(state, trail, element)
        elif element.kind in {"subProcess", "callActivity", "adHocSubProcess"}:
            self._begin(state, [*trail, self._add(scope, Instance(element.id))])
        elif element.kind in WAITING and element.trigger != "link":
            self._add(scope, Instance(element.id))
        elif element.kind in {"exclusiveGateway", "inclusiveGateway"}:
            self._leave(state, trail, element)
        elif element.kind in {"endEvent", "intermediateThrowEvent"}:
            self._throw(state, trail, element)
        else:
            self._run_script(state, trail, element)
            self._leave(state, trail, element)

    def _leave(
        self, state: State, trail: Trail, element: Element, flows: list[Flow] | None = None, held: tuple = ()
    ) -> None:
        """An element completes: one token for each flow that is to be taken; it waits where there is none for it.

        `held` is what could be undone of all that it held.
        """
        ways = self._ways(state, trail, element) if flows is None else flows
        if ways is None:
            self._add(trail[-1], Instance(element.id, incident=True, leaving=True, undo=list(held)))
            return
        state.completed[element.id] += 1
        self._remember(trail[-1], element, held)
        self._take(state, trail[-1], ways)

    def _take(self, state: State, scope: Instance, flows: list[Flow]) -> None:
        for flow in flows:
            state.taken[flow.id] += 1
            scope.put(flow.id)

    def _begin(self, state: State, trail: Trail) -> None:
        """A process or a subprocess starts: at its start event, or an ad-hoc one with what it activates."""
        instance = trail[-1]
        element = self.model.elements[instance.element]
        instance.is_scope = True
        if element.ad_hoc:
            instance.kind = "ad-hoc"
            for activated in element.ad_hoc.active:
                inner = self._add(instance, Instance(instance.element, is_scope=True, kind="inner"))
                inner.put(TO + activated)
            return
        if element.calls:
            instance.variables = dict(variables_of(state, trail))
        instance.put(AT + self.model.start_of(self.model.body_of(instance.element)).id)

    def _add(self, parent: Instance, child: Instance) -> Instance:
        parent.children.append(child)
        return child

    def _run_script(self, state: State, trail: Trail, element: Element) -> None:
        if element.script:
            variable, expression = element.script
            variables = variables_of(state, trail)
            variables[variable] = evaluate(expression, variables)

    def _ways(self, state: State, trail: Trail, element: Element) -> list[Flow] | None:
        """The flows that are taken now; None where one had to be, and none may."""
        if all(flow.condition is None for flow in element.outgoing) and not (
            element.kind in {"exclusiveGateway", "inclusiveGateway"} and len(element.outgoing) > 1
        ):
            return element.outgoing
        variables = variables_of(state, trail)
        true = [flow for flow in element.outgoing if flow.id != element.default and _holds(flow, element, variables)]
        ways = true or [flow for flow in element.outgoing if flow.id == element.default]
        return (ways[:1] if element.kind == "exclusiveGateway" else ways) or None

    # ---- throwing ------------------------------------------------------------------------------------------------

    def _throw(self, state: State, trail: Trail, event: Element) -> None:
        """A throwing intermediate event or an end event is reached in the scope at the end of the trail."""
        scope = scope_of(trail)
        if event.trigger == "error":
            self._throw_error(state, trail, event)
            return
        if event.trigger == "escalation" and self._escalate(state, trail, event):
            return
        if event.trigger == "compensate":
            self._compensate(state, trail, event)
            return
        self._leave(state, trail, event)
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
            starts = self._starts(owner)
            for events in ([e for e in starts if e.scope != handler], self._boundaries(trail[:depth])):
                found = _matching(events, trigger, code)
                if found:
                    return trail[:depth], found
            handler = owner.element
        return None

    # ---- undoing -------------------------------------------------------------------------------------------------

    def _remember(self, scope: Instance, element: Element, held: tuple) -> None:
        """What has completed in a scope and can be undone; handlers and event subprocesses cannot."""
        can_be = held or self.model.handler_of(element.id)
        if can_be and scope.kind != "throw" and not element.is_event_subprocess:
            scope.undo.append((element.id, held))

    def _compensate(self, state: State, trail: Trail, event: Element) -> None:
        """The event waits for the handlers of all that its scope has completed, or of one activity."""
        throw = self._add(trail[-1], Instance(event.id, kind="throw"))
        for scope in self._undone_scopes(trail):
            chosen = [each for each in scope.undo if event.ref is None or each[0] == event.ref]
            scope.undo = [each for each in scope.undo if each not in chosen]
            for each in chosen:
                self._undo(state, [*trail, throw], each)

    def _undone_scopes(self, trail: Trail) -> Trail:
        """The scope of the event; from an event subprocess also the one around it."""
        scopes = [trail[-1]]
        for outer in reversed(trail[:-1]):
            if not self.model.elements[scopes[-1].element].is_event_subprocess:
                break
            scopes.append(outer)
        return scopes

    def _undo(self, state: State, trail: Trail, record: tuple) -> None:
        """Start the handler of one completed activity, and those of what it held."""
        activity, held = record
        event = self.model.handler_of(activity) if activity in self.model.elements else None
        if event:
            state.completed[event.id] += 1
            self._enter(state, trail, self.model.elements[event.handler])
        for each in held:
            self._undo(state, trail, each)

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
            scope_of(trail[:-1]).put(AT + event.id)
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
            self._leave(state, trail[:-1], event)
            return
        state.completed[waiting.element] += 1
        state.taken[next(flow.id for flow in event.incoming if flow.source == waiting.element)] += 1
        scope.put(AT + event.id)

    def _listening(self, trail: Trail) -> list[str]:
        """Ids of the events from outside that the instance at the end of the trail waits for."""
        owner, element = trail[-1], self.model.elements[trail[-1].element]
        if owner.leaving:
            return []
        if element.kind == "eventBasedGateway":
            return [flow.target for flow in element.outgoing]
        is_itself = element.kind in {"intermediateCatchEvent", "receiveTask"} and not owner.is_body
        events = ([element] if is_itself else []) + self._boundaries(trail)
        events = events + self._starts(owner)
        return [e.id for e in events if e.trigger in EXTERNAL and not _is_spent(owner, e)]

    def _starts(self, owner: Instance) -> list[Element]:
        """Starts of the event subprocesses that a scope may still start."""
        if owner.interrupted or not owner.is_scope or owner.kind == "inner" or self._may_return(owner):
            return []
        return self.model.event_starts.get(self.model.body_of(owner.element), [])

    def _boundaries(self, trail: Trail) -> list[Element]:
        """Boundary events of an activity instance; with a loop they are the body's, not those of one instance."""
        is_none = trail[-1].index or trail[-1].leaving or trail[-1].kind in {"inner", "throw"}
        return [] if is_none else self.model.boundaries.get(trail[-1].element, [])

    # ---- completing scopes and loops -------------------------------------------------------------------------------

    def _tidy(self, state: State) -> None:
        """Complete every scope that has nothing left; a called process returns by a step of its own."""
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
            if self._is_drained(trail[-1]) and not self._may_return(trail[-1]):
                return trail
        return None

    def _may_return(self, instance: Instance) -> bool:
        """Whether it is a call whose process has completed."""
        return bool(self.model.elements[instance.element].calls) and self._is_drained(instance)

    def _is_drained(self, instance: Instance) -> bool:
        if instance.tokens or instance.children or instance.leaving:
            return False
        if instance.kind == "ad-hoc" and not (instance.interrupted or instance.stopped):
            return self.model.elements[instance.element].ad_hoc.condition is None
        return instance.is_scope or instance.kind == "throw"

    def _finished(self, state: State, trail: Trail) -> None:
        """The instance at the end of the trail is done."""
        parent, done = trail[-2], trail[-1]
        parent.children.remove(done)
        element = self.model.elements[done.element]
        if done.variables is not None:
            variables_of(state, trail[:-1]).update(done.variables)
        held = () if element.calls else tuple(sorted(done.undo))
        if done.kind == "inner":
            self._inner_done(state, trail[:-1], held)
        elif parent.is_body:
            parent.undo += [(element.id + "#", held)] if held else []
            self._instance_done(state, trail[:-1])
        else:
            self._leave(state, trail[:-1], element, held=held)

    def _inner_done(self, state: State, trail: Trail, held: tuple) -> None:
        """One activated element of the ad-hoc subprocess at the end of the trail is done, with all that followed it."""
        ad_hoc = trail[-1]
        rule = self.model.elements[ad_hoc.element].ad_hoc
        ad_hoc.undo += [(ad_hoc.element + "#", held)] if held else []
        if rule.condition and evaluate(rule.condition, variables_of(state, trail)) is True:
            ad_hoc.stopped = True
        if ad_hoc.stopped and rule.cancels:
            ad_hoc.clear()

    def _begin_body(self, state: State, trail: Trail, element: Element) -> None:
        body = self._add(trail[-1], Instance(element.id, is_body=True))
        for _ in range(min(element.loop.size, 1) if element.loop.sequential else element.loop.size):
            self._begin_instance(state, [*trail, body], element)
        if not element.loop.size:
            self._body_done(state, [*trail, body])

    def _begin_instance(self, state: State, trail: Trail, element: Element) -> None:
        body = trail[-1]
        body.started += 1
        instance = self._add(body, Instance(element.id, index=body.started))
        if element.kind in {"subProcess", "callActivity"}:
            self._begin(state, [*trail, instance])
        elif element.kind not in WAITING:
            raise ValueError(f"{element.id}: a loop of {element.kind} is not played.")

    def _instance_done(self, state: State, trail: Trail) -> None:
        """One instance of the body at the end of the trail has completed."""
        body = trail[-1]
        element = self.model.elements[body.element]
        state.completed[element.id] += 1
        body.completed += 1
        if self._loop_is_done(state, trail, element):
            self._body_done(state, trail)
        elif element.loop.sequential and body.started < element.loop.size:
            self._begin_instance(state, trail, element)
        elif not body.children:
            self._body_done(state, trail)

    def _loop_is_done(self, state: State, trail: Trail, element: Element) -> bool:
        counts = {"numberOfInstances": element.loop.size, "numberOfCompletedInstances": trail[-1].completed}
        condition = element.loop.condition
        return condition is not None and evaluate(condition, {**variables_of(state, trail), **counts}) is True

    def _body_done(self, state: State, trail: Trail) -> None:
        scope, body = trail[-2], trail[-1]
        scope.children.remove(body)
        state.bodies[body.element] += 1
        element = self.model.elements[body.element]
        self._remember(scope, element, tuple(sorted(body.undo)))
        self._take(state, scope, element.outgoing)


def _holds(flow: Flow, element: Element, variables: dict) -> bool:
    """A flow without condition is always taken from an activity."""
    return flow.condition is None or evaluate(flow.condition, variables) is True


def _matching(events: list[Element], trigger: str, code: str | None) -> Element | None:
    same = [e for e in events if e.trigger == trigger]
    exact = [e for e in same if e.ref is not None and e.ref == code]
    return next(iter(exact + [e for e in same if e.ref is None]), None)


def _is_spent(owner: Instance, event: Element) -> bool:
    """A timer that has fired as often as it may."""
    return event.trigger == "timer" and event.repeats is not None and owner.fired[event.id] >= event.repeats
