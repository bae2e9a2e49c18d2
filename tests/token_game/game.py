"""The token game: what a BPMN diagram does, step by step, written from the BPMN 2.0 standard (chapter 13).

Where the standard is silent, Camunda 8's documentation decides. The rules:

* A token lies on a sequence flow until its target takes it. Each token that arrives at an activity, an event or an
  exclusive gateway activates it once. What completes puts a token on every outgoing flow; without one, the path ends
  there.
* Tasks: a user or service task waits for a stimulus, which may set process variables, a receive task for its message;
  every other task passes on at once, a script after setting its variable.
* Exclusive gateway: the first flow whose condition is true, else the default flow. Inclusive split: every flow whose
  condition is true, else the default. When neither is there, the token stays at the gateway: an incident.
* Parallel gateway: fires when every incoming flow of its scope holds a token and takes one of each; further tokens
  stay for the next round. Inclusive join: see `paths.py`; takes one token of each incoming flow that has one.
* Scopes: a process, a subprocess and an event subprocess own their tokens; one completes when it holds no token and
  nothing runs in it. A terminate end event ends everything in its own scope and nothing outside; the scope then
  completes.
* Multi-instance: the body waits for its instances, all at once or one after another, each a scope of its own when it
  is a subprocess. The completion condition is read after each completed instance; true ends the others and the body.
* Boundary events belong to the activity, with a loop to its body. An interrupting one terminates the activity with
  all that runs inside; a non-interrupting one adds a token, as often as it is triggered. A timer of a duration fires
  once, a cycle as often as it says.
* Event subprocesses listen while their scope runs. A non-interrupting one starts beside it each time; an interrupting
  one terminates everything in the scope (other event subprocesses too), and from then on the scope starts no other;
  when it ends the scope completes. The scope's boundary events listen on.
* Errors and escalations climb from the scope in which they are thrown: at each scope its event subprocesses first,
  then the activity's boundary events, a catch with the code before one without. A handler does not catch what it
  throws itself. An uncaught error is an incident at its end event; an uncaught escalation is nothing. After an
  escalation that no interrupting event caught, the thrower goes on; otherwise it is terminated with its scope, and
  has not completed. Whoever works on a service task may report an error; it climbs from that task.
* A signal reaches every subscription there is when it is delivered, each once, and is delivered some time after its
  throw.
* Event-based gateway: the first of its events wins, the gateway and that event complete.
* A link throw goes on at the catching link of its name.
* Compensation: a scope remembers what has completed in it and has a compensation event, or held what has. A throw starts
  the handlers of all that its scope remembers, inside and out, all at once and once only, and waits for them; with an
  activity's name those of that activity. From an event subprocess it undoes the scope around it, too. What a called
  process, a handler or an event subprocess did is not remembered.
* Ad-hoc subprocess: each activated element runs, with what its flows lead to, in an instance of its own. When one is
  done the completion condition is read; once it has held the rest is ended, or waited for. Without a condition it is
  complete when nothing is left.
* Call activity: the called process has a copy of the variables; they come back when it completes. Errors and escalations
  climb out of it.
* Flows with conditions that leave an activity: those that hold, and those without a condition, else the default; without
  any the activity is done, but stays with an incident, and no event reaches it any more.
* Resolving an incident lets the gateway decide, or the end event throw, once more; a service task waits again.

The standard orders no two independent steps. `settle` therefore follows every order of the automatic steps and
returns all the stable states that they lead to; an executor is right when it shows one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tests.token_game.model import WAITING, WORK, Element, Model
from tests.token_game.paths import may_fire, place_of
from tests.token_game.rules import AT, TO, Rules
from tests.token_game.state import Instance, Place, State, Trail, inner_path, path_of, variables_of

Move = tuple[str, tuple[int, ...], str]  # what, the position of its scope in the tree, a flow, gateway, event or signal
Test = Callable[[State], bool]
CROWD = 120  # running elements beyond which a state is not worth following


class TooWide(Exception):
    """More orders of automatic steps, or more elements, than are worth following; says nothing about the diagram."""


class Game(Rules):
    """Plays one diagram. States are never changed once they are handed out."""

    def __init__(self, model: Model, limit: int = 1200) -> None:
        super().__init__(model)
        self.limit = limit

    # ---- what an observer may do -------------------------------------------------------------------------------

    def start(self, variables: dict[str, int | bool]) -> State:
        """The process begun."""
        state = State(Instance(self.model.process), dict(variables))
        self._begin(state, [state.root])
        return state

    def complete(self, state: State, task: Place, variables: dict[str, int | bool]) -> list[State]:
        """Complete one user or service task there; one state for each instance that the place may mean."""
        return [self._completed(copy, trail, variables) for copy, trail in self._choices(state, task, self._waits_at)]

    def report_error(self, state: State, task: Place, code: str) -> list[State]:
        """Whoever works on the service task there reports an error; one state for each instance."""
        after = []
        for copy, trail in self._choices(state, task, self._waits_at):
            caught = self._catcher(trail, "error", code)
            if caught:
                self._fire(copy, *caught)
            else:
                trail[-1].incident = True
            after.append(copy)
        return after

    def resolve(self, state: State, place: Place, variables: dict[str, int | bool]) -> list[State]:
        """Process variables are set and an incident there is tried again; one state for each instance."""
        after = []
        for copy, trail in self._choices(state, place, self._is_stuck_at):
            copy.variables.update(variables)
            self._try_again(copy, trail)
            after.append(copy)
        return after

    def _try_again(self, state: State, trail: Trail) -> None:
        stuck, element = trail[-1], self.model.elements[trail[-1].element]
        if stuck.leaving:
            trail[-2].children.remove(stuck)
            self._leave(state, trail[:-1], element, held=tuple(stuck.undo))
        elif element.kind in WORK:
            stuck.incident = False
        else:
            trail[-2].children.remove(stuck)
            self._enter(state, trail[:-1], element)

    def trigger(self, state: State, event: Place, variables: dict[str, int | bool]) -> list[State]:
        """A message (with variables) or timer arrives at one subscription; a state for each owner that may be meant."""
        after = []
        for copy, trail in self._choices(state, event, self._listens_at):
            is_inside = self.model.elements[event[0]].kind != "boundaryEvent"
            variables_of(copy, trail if is_inside else trail[:-1]).update(variables)
            self._fire(copy, trail, self.model.elements[event[0]])
            after.append(copy)
        return after

    def broadcast(self, state: State, signal: str) -> list[State]:
        """A signal arrives from outside."""
        copy = state.clone()
        self._catch_signal(copy, signal)
        return [copy]

    def settle(
        self, states: Iterable[State], still_possible: Test = lambda state: True, enough: Test = lambda state: False
    ) -> dict[tuple, State]:
        """Every stable state that the automatic steps can lead to, by key; TooWide beyond the limit.

        Nothing is followed beyond a state that is not `still_possible`, and nothing further after one that is `enough`.
        """
        todo, seen, stable = list(states), set(), {}
        while todo:
            state = todo.pop()
            moves = self._run_on(state, still_possible)
            if moves is None or (key := state.key()) in seen:
                continue
            seen.add(key)
            if len(seen) > self.limit:
                raise TooWide
            if not moves:
                stable[key] = state
                if enough(state):
                    return {key: state}
            todo += [self._moved(state.clone(), move) for move in reversed(moves)]
        return stable

    def _run_on(self, state: State, still_possible: Test) -> list[Move] | None:
        """Take every step that has no alternative; the choice that is then, or None when that way is given up."""
        for _ in range(self.limit):
            self._tidy(state)
            if not still_possible(state):
                return None
            if sum(1 for _ in state.trails()) > CROWD:
                raise TooWide
            moves = self._moves(state)
            if len(moves) != 1:
                return moves
            self._moved(state, moves[0])
        raise TooWide

    # ---- automatic steps -----------------------------------------------------------------------------------------

    def _moves(self, state: State) -> list[Move]:
        """The automatic steps possible now; just one where their order cannot matter."""
        any_order = not self._races(state)
        moves = [("broadcast", (), signal) for signal in sorted(set(state.broadcasts))]
        for position, scope in _positions(state.root):
            moves += [("deliver", position, event) for event in sorted(set(scope.pending))]
            if self._may_return(scope):
                move = ("return", position, scope.element)
                if any_order:
                    return [move]
                moves.append(move)
            for flow in scope.tokens:
                move = self._move_of(position, scope, flow)
                if move and (any_order or self._is_quiet(move)):
                    return [move]
                moves += [move] if move and move not in moves else []
        return moves

    def _races(self, state: State) -> bool:
        """Whether the order of the steps that come now may matter."""
        return bool(state.broadcasts) or any(
            trail[-1].pending or any(self.model.order_matters(place_of(self.model, at)) for at in trail[-1].tokens)
            for trail in state.trails()
        )

    def _move_of(self, position: tuple[int, ...], scope: Instance, flow: str) -> Move | None:
        if flow.startswith((AT, TO)):
            return ("go on", position, flow)
        target = self.model.elements[self.model.flows[flow].target]
        if len(target.incoming) > 1 and target.kind == "parallelGateway":
            ready = all(scope.tokens[incoming.id] for incoming in target.incoming)
            return ("join", position, target.id) if ready else None
        if len(target.incoming) > 1 and target.kind == "inclusiveGateway":
            return ("join", position, target.id) if may_fire(self.model, scope, target) else None
        return ("arrive", position, flow)

    def _is_quiet(self, move: Move) -> bool:
        """Beginning to wait changes nothing that another step could notice, unless a signal is about."""
        if move[0] != "arrive" or self.model.has_signals:
            return False
        target = self.model.elements[self.model.flows[move[2]].target]
        return target.kind in WAITING and target.trigger != "link" and target.loop is None

    def _moved(self, state: State, move: Move) -> State:
        """The state itself, changed by one step."""
        what, position, name = move
        trail = _trail_at(state.root, position)
        if what == "broadcast":
            state.broadcasts.remove(name)
            self._catch_signal(state, name)
        elif what == "deliver":
            trail[-1].pending.remove(name)
            if name in self._listening(trail):
                self._fire(state, trail, self.model.elements[name])
        elif what == "go on":
            trail[-1].take(name)
            go_on = self._enter if name.startswith(TO) else self._leave
            go_on(state, trail, self.model.elements[name[1:]])
        elif what == "return":
            self._finished(state, trail)
        elif what == "arrive":
            trail[-1].take(name)
            self._enter(state, trail, self.model.elements[self.model.flows[name].target])
        else:
            self._join(state, trail, self.model.elements[name])
        return state

    def _join(self, state: State, trail: Trail, gateway: Element) -> None:
        for flow in gateway.incoming:
            if trail[-1].tokens[flow.id]:
                trail[-1].take(flow.id)
        self._enter(state, trail, gateway)

    def _completed(self, state: State, trail: Trail, variables: dict[str, int | bool]) -> State:
        variables_of(state, trail).update(variables)
        self._finished(state, trail)
        return state

    # ---- finding what a place means --------------------------------------------------------------------------------

    def _choices(self, state: State, place: Place, matches) -> Iterator[tuple[State, Trail]]:
        """A clone of the state for every different instance that the place may mean, with the trail to it."""
        seen = set()
        for position, trail in enumerate(list(state.trails())):
            key = tuple(instance.key() for instance in trail)
            if matches(trail, place) and key not in seen:
                seen.add(key)
                copy = state.clone()
                yield copy, list(copy.trails())[position]

    def _waits_at(self, trail: Trail, place: Place) -> bool:
        waits = self.model.elements[trail[-1].element].kind in WORK and not trail[-1].is_body
        return (
            waits
            and not trail[-1].incident
            and not trail[-1].leaving
            and (trail[-1].element, _place_path(trail)) == place
        )

    def _is_stuck_at(self, trail: Trail, place: Place) -> bool:
        return trail[-1].incident and (trail[-1].element, _place_path(trail)) == place

    def _listens_at(self, trail: Trail, place: Place) -> bool:
        return any((event, self.event_path(trail, event)) == place for event in self._listening(trail))

    def event_path(self, trail: Trail, event: str) -> tuple[str, ...]:
        """Path of a subscription: that of the scope in which the event, or its event subprocess, is drawn."""
        if self.model.elements[event].kind == "startEvent":
            return inner_path(trail)
        return _place_path(trail) if event == trail[-1].element else path_of(trail)

    def subscriptions(self, state: State) -> list[Place]:
        """Every event from outside that is waited for, with its path."""
        return [(event, self.event_path(trail, event)) for trail in state.trails() for event in self._listening(trail)]


def _place_path(trail: Trail) -> tuple[str, ...]:
    """Path of a waiting element; the n-th of a loop of tasks says its number."""
    return (*path_of(trail), trail[-1].label) if trail[-1].index else path_of(trail)


def waiting_places(game: Game, state: State) -> list[Place]:
    """Every element that waits for somebody or something."""
    kinds = {t[-1].element: game.model.elements[t[-1].element].kind for t in state.trails()}
    return [
        (trail[-1].element, _place_path(trail))
        for trail in state.trails()
        if kinds[trail[-1].element] in WAITING and not trail[-1].is_body and not trail[-1].incident
    ]


def incident_places(state: State) -> list[Place]:
    return [(trail[-1].element, _place_path(trail)) for trail in state.trails() if trail[-1].incident]


def _positions(instance: Instance, at: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Instance]]:
    yield at, instance
    for number, child in enumerate(instance.children):
        yield from _positions(child, (*at, number))


def _trail_at(root: Instance, position: tuple[int, ...]) -> Trail:
    trail = [root]
    for number in position:
        trail.append(trail[-1].children[number])
    return trail
