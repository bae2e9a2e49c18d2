"""Stimuli and what an observer sees: the words that judge and executor are compared in."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field

from tests.token_game.game import Game, TooWide, incident_places, waiting_places
from tests.token_game.model import WORK, Model
from tests.token_game.state import Place, State

QUICK_LIMIT = 300  # states that a judge looks at in one step when it need not be thorough


@dataclass(frozen=True)
class Stimulus:
    """One thing that happens to the instance from outside.

    `complete` a user or service task (with variables), report an `error` at a service task (its code is among the
    variables), `resolve` an incident (after setting the variables), `trigger` a timer or (with variables) a message
    subscription, or `broadcast` a signal, whose name is then the `element`.
    """

    what: str
    element: str
    path: tuple[str, ...] = ()
    variables: tuple[tuple[str, int | bool | str], ...] = ()

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> Stimulus:
        variables = tuple((name, value) for name, value in data["variables"])
        return cls(data["what"], data["element"], tuple(data["path"]), variables)

    @property
    def place(self) -> Place:
        return self.element, self.path


@dataclass
class View:
    """What can be seen of an instance. Counters count places or ids; `completed` holds no process and no loop body."""

    ended: bool = False
    waiting: Counter[Place] = field(default_factory=Counter)
    listening: Counter[Place] = field(default_factory=Counter)
    incidents: Counter[Place] = field(default_factory=Counter)
    completed: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    variables: dict[str, int | bool] = field(default_factory=dict)  # the process's own

    def differences(self, other: View) -> dict[str, tuple]:
        """By field: what is here and not there, and what is there and not here."""
        found = {}
        for name in ("waiting", "listening", "incidents", "completed", "taken"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if +mine != +theirs:
                found[name] = (sorted((mine - theirs).elements()), sorted((theirs - mine).elements()))
        if self.variables != other.variables:
            found["variables"] = (sorted(self.variables.items()), sorted(other.variables.items()))
        if self.ended != other.ended:
            found["ended"] = (self.ended, other.ended)
        return found

    def as_json(self) -> dict:
        """Plain lists and numbers, sorted."""
        places = {
            name: [{"element": e, "path": list(p), "count": n} for (e, p), n in sorted((+getattr(self, name)).items())]
            for name in ("waiting", "listening", "incidents")
        }
        counts = {name: dict(sorted((+getattr(self, name)).items())) for name in ("completed", "taken")}
        return {"ended": self.ended, **places, **counts, "variables": dict(sorted(self.variables.items()))}


class Judge:
    """Follows an instance: every state that the standard allows after what was seen so far.

    `shown` is what an executor shows after a step. With it the judge looks only for what leads there, which takes far
    fewer steps than to find everything that is allowed; that it does only when nothing leads there, to tell it. A judge
    that is not `thorough` follows the first state that looks right and forgets others that look alike: it may accuse
    wrongly later, never acquit wrongly.
    """

    def __init__(
        self, model: Model, variables: dict[str, int | bool], shown: View | None = None, thorough: bool = True
    ) -> None:
        self.game = Game(model) if thorough else Game(model, limit=QUICK_LIMIT)
        self.thorough = thorough
        self.states = self._settled([self.game.start(variables)], shown)

    def views(self) -> list[View]:
        """What may be seen now; nothing when that is too much to tell."""
        return [self.view(state) for state in self.states.values()]

    def view(self, state: State) -> View:
        if state.ended:
            return View(ended=True, completed=state.completed, taken=state.taken, variables=state.variables)
        return View(
            False,
            Counter(waiting_places(self.game, state)),
            Counter(self.game.subscriptions(state)),
            Counter(incident_places(state)),
            state.completed,
            state.taken,
            state.variables,
        )

    def seen(self, view: View) -> bool:
        """Keep the states that look like this; False, and nothing forgotten, when there is none."""
        alike = {key: state for key, state in self.states.items() if not self.view(state).differences(view)}
        self.states = alike or self.states
        return bool(alike)

    def apply(self, stimulus: Stimulus, shown: View | None = None) -> None:
        """Let something happen in every state. Raises TooWide."""
        after = [after for state in self.states.values() for after in self._after(state, stimulus)]
        self.states = self._settled(after, shown)

    def foresee(self, stimulus: Stimulus) -> None:
        """Try one order of the steps to come: TooWide when tokens multiply beyond what is worth an executor's time."""
        after = self._after(next(iter(self.states.values())), stimulus)
        self.game.settle(after[:1], enough=lambda state: True)

    def _settled(self, states: list[State], shown: View | None) -> dict[tuple, State]:
        if shown is None:
            return self.game.settle(states)

        def shows(state: State) -> bool:
            return not self.view(state).differences(shown)

        copies = [state.clone() for state in states]
        enough = (lambda state: False) if self.thorough else shows
        leading = self.game.settle(copies, lambda state: _may_show(state, shown), enough)
        if any(shows(state) for state in leading.values()) or not self.thorough:
            return leading
        try:
            return self.game.settle(states)
        except TooWide:
            return {}

    def _after(self, state: State, stimulus: Stimulus) -> list[State]:
        if stimulus.what == "complete":
            return self.game.complete(state, stimulus.place, dict(stimulus.variables))
        if stimulus.what == "error":
            return self.game.report_error(state, stimulus.place, dict(stimulus.variables)["code"])
        if stimulus.what == "resolve":
            return self.game.resolve(state, stimulus.place, dict(stimulus.variables))
        if stimulus.what == "trigger":
            return self.game.trigger(state, stimulus.place, dict(stimulus.variables))
        return self.game.broadcast(state, stimulus.element)

    def enabled(self) -> list[Stimulus]:
        """What may happen next, in a fixed order, judged by the first state (all look alike once `seen`)."""
        state = next(iter(self.states.values()))
        if state.ended:
            return []
        elements = self.game.model.elements
        tasks = [place for place in waiting_places(self.game, state) if elements[place[0]].kind in WORK]
        jobs = [place for place in tasks if elements[place[0]].kind == "serviceTask"]
        events = self.game.subscriptions(state)
        stimuli = {Stimulus("complete", *place) for place in tasks}
        stimuli |= {Stimulus("error", *place) for place in jobs}
        stimuli |= {Stimulus("resolve", *place) for place in incident_places(state)}
        stimuli |= {Stimulus("trigger", *place) for place in events if elements[place[0]].trigger != "signal"}
        stimuli |= {Stimulus("broadcast", elements[e].ref) for e, _ in events if elements[e].trigger == "signal"}
        return sorted(stimuli, key=lambda stimulus: (stimulus.what, stimulus.element, stimulus.path))


def _may_show(state: State, shown: View) -> bool:
    """Counts only grow: a state that counts more than is shown leads nowhere near it."""
    return state.completed <= shown.completed and state.taken <= shown.taken
