"""The token game's state: a tree of element instances, the tokens on their sequence flows, and what an observer sees.

A tree is changed in place by the game, which works on clones; `key()` is equal for states that behave alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

Place = tuple[str, tuple[str, ...]]  # element id, path of the scopes around it ("id", or "id#n" for the n-th of a loop)


@dataclass(eq=False)
class Instance:
    """One running element: a scope with tokens, a multi-instance body, or something that waits."""

    element: str
    is_scope: bool = False
    is_body: bool = False
    kind: str = ""  # "throw": a compensation event with its handlers inside; "ad-hoc"; "inner" of an ad-hoc subprocess
    index: int = 0  # 1, 2, … inside a multi-instance body
    incident: bool = False
    interrupted: bool = False  # an interrupting event subprocess has taken this scope over
    leaving: bool = False  # done, but no flow can be taken: the incident
    stopped: bool = False  # the completion condition of an ad-hoc subprocess has held
    variables: dict[str, int | bool] | None = None  # of a called process
    undo: list[tuple] = field(default_factory=list)  # what was completed inside: (activity, the same of what it held)
    tokens: Counter[str] = field(default_factory=Counter)
    children: list[Instance] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)  # timers of this owner that have fired already
    pending: list[str] = field(default_factory=list)  # events caught by a broadcast, not handled yet
    started: int = 0  # of a multi-instance body: instances begun
    completed: int = 0  # and done

    def clone(self) -> Instance:
        copy = Instance(self.element, self.is_scope, self.is_body, self.kind, self.index, self.incident)
        copy.interrupted, copy.leaving, copy.stopped = self.interrupted, self.leaving, self.stopped
        copy.variables = None if self.variables is None else dict(self.variables)
        copy.undo = self.undo.copy()
        copy.tokens, copy.fired, copy.pending = copied(self.tokens), copied(self.fired), self.pending.copy()
        copy.children = [child.clone() for child in self.children]
        copy.started, copy.completed = self.started, self.completed
        return copy

    def key(self) -> tuple:
        return (
            (self.element, self.kind, self.index, self.incident, self.interrupted, self.started, self.completed),
            (self.leaving, self.stopped, tuple(sorted((self.variables or {}).items())), tuple(sorted(self.undo))),
            frozen(self.tokens),
            frozen(self.fired),
            tuple(sorted(self.pending)),
            tuple(sorted(child.key() for child in self.children)),
        )

    def put(self, flow: str) -> None:
        self.tokens[flow] += 1

    def take(self, flow: str) -> None:
        self.tokens[flow] -= 1
        if not self.tokens[flow]:
            del self.tokens[flow]

    def clear(self) -> None:
        """Terminate everything inside."""
        self.tokens.clear()
        self.children.clear()
        self.pending.clear()

    @property
    def is_seen(self) -> bool:
        """Whether it is a step of a path: bodies, and what holds handlers or one activated element, are not."""
        return not self.is_body and self.kind not in {"throw", "inner"}

    @property
    def label(self) -> str:
        return f"{self.element}#{self.index}" if self.index else self.element


def scope_of(trail: Trail) -> Instance:
    """The innermost scope of a trail: what holds handlers is none."""
    return trail[-2] if trail[-1].kind == "throw" else trail[-1]


def variables_of(state: State, trail: Trail) -> dict[str, int | bool]:
    """What an expression sees and a change reaches: the innermost called process's variables, or the process's own."""
    return next((i.variables for i in reversed(trail) if i.variables is not None), state.variables)


Trail = list[Instance]  # from the process down to the instance meant


@dataclass
class State:
    root: Instance
    variables: dict[str, int | bool]
    ended: bool = False
    broadcasts: list[str] = field(default_factory=list)  # signals thrown and not yet delivered
    completed: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    bodies: Counter[str] = field(default_factory=Counter)  # multi-instance bodies completed

    def clone(self) -> State:
        counts = (copied(self.completed), copied(self.taken), copied(self.bodies))
        return State(self.root.clone(), dict(self.variables), self.ended, self.broadcasts.copy(), *counts)

    def key(self) -> tuple:
        counts = (frozen(self.completed), frozen(self.taken), frozen(self.bodies))
        variables = tuple(sorted(self.variables.items()))
        return (self.root.key(), variables, self.ended, tuple(sorted(self.broadcasts)), *counts)

    def trails(self) -> Iterator[Trail]:
        """Every instance with its ancestors, outermost first."""
        return _trails([self.root])


def _trails(trail: Trail) -> Iterator[Trail]:
    yield trail
    for child in trail[-1].children:
        yield from _trails([*trail, child])


def copied(counter: Counter) -> Counter:
    """What `Counter.copy` does, without counting again: copying is most of the game's work."""
    copy: Counter = Counter()
    dict.update(copy, counter)
    return copy


def frozen(counter: Counter) -> tuple:
    return tuple(sorted((name, count) for name, count in counter.items() if count))


def path_of(trail: Trail) -> tuple[str, ...]:
    """Path of the scopes around the last instance of a trail, without the process."""
    return tuple(instance.label for instance in trail[1:-1] if instance.is_seen)


def inner_path(trail: Trail) -> tuple[str, ...]:
    """Path of what lies directly inside the last instance of a trail."""
    return tuple(instance.label for instance in trail[1:] if instance.is_seen)
