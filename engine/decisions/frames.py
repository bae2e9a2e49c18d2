"""The values of one model during an evaluation: each element once, imported models in frames of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.decisions.run import Run


class Element(Protocol):
    """An element of the graph that has a value; `needs` are the decisions to be made before it."""

    @property
    def needs(self) -> Sequence["Link"]: ...

    def value(self, frame: "Frame") -> Any: ...


class Elements(Protocol):
    """What a frame needs of a model: its elements by id, their variables' names, its imports by import name."""

    @property
    def elements(self) -> Mapping[str, Element]: ...

    @property
    def declared(self) -> frozenset[str]: ...

    @property
    def imported(self) -> Mapping[str, "Elements"]: ...


@dataclass(frozen=True, slots=True)
class Link:
    """A requirement: which element, of which import (None for the same file), and what expressions call it.

    `prefix` is the import's name, empty for this file's elements and for an import without a name.
    """

    key: str
    import_key: str | None
    name: str
    prefix: str = ""
    alias: str | None = None


class Frame:
    """`context` holds the inputs by name; those of an imported model lie under the import's name, as its values do.

    An expression sees of the model what it requires. What the context holds beyond the model, as Camunda's models use
    it, every expression sees.
    """

    __slots__ = ("_around", "_children", "context", "memo", "model", "run")

    def __init__(self, model: Elements, run: Run, context: Mapping[str, Any]) -> None:
        self.model = model
        self.run = run
        self.context = context
        self.memo: dict[str, Any] = {}
        undeclared = {name: value for name, value in context.items() if name not in model.declared}
        self._around: Mapping[str, Any] = {**run.functions, **undeclared}
        self._children: dict[str, Frame] = {}

    def value(self, key: str) -> Any:
        """The element's value, worked out at most once a frame."""
        if key not in self.memo:
            for frame, needed in self._order(key):
                if needed not in frame.memo:
                    frame.memo[needed] = frame.model.elements[needed].value(frame)
        return self.memo[key]

    def _order(self, key: str) -> Iterator[tuple["Frame", str]]:
        """What is to be worked out, what is needed first; a long chain of decisions must not go deep in Python."""
        pending = [(self, key, False)]
        while pending:
            frame, current, ready = pending.pop()
            needs = () if ready else frame.model.elements[current].needs
            if not needs:
                yield frame, current
                continue
            pending.append((frame, current, True))
            for link in reversed(needs):
                home = frame.of(link)
                if link.key not in home.memo:
                    pending.append((home, link.key, False))

    def of(self, link: Link) -> "Frame":
        """The frame in which the linked element lives."""
        return self if link.import_key is None else self._child(link.import_key, link.prefix)

    def scope(self, links: Sequence[Link]) -> dict[str, Any]:
        """What an expression with these requirements sees."""
        scope: dict[str, Any] = dict(self._around)
        for link in links:
            self._bind(scope, link)
        return scope

    def knowledge_scope(self, links: Sequence[Link]) -> dict[str, Any]:
        """The same for a knowledge model, which sees its requirements and the functions but not the caller's inputs."""
        scope: dict[str, Any] = dict(self.run.functions)
        for link in links:
            self._bind(scope, link)
        return scope

    def _bind(self, scope: dict[str, Any], link: Link) -> None:
        value = self.of(link).value(link.key)
        if link.prefix:
            around = scope.get(link.prefix)
            scope[link.prefix] = {**(around if isinstance(around, Mapping) else {}), link.name: value}
            return
        scope[link.name] = value
        if link.alias is not None:
            scope.setdefault(link.alias, value)

    def _child(self, import_key: str, prefix: str) -> "Frame":
        if import_key not in self._children:
            given = self.context.get(prefix) if prefix else None
            inputs = {**self.context, **given} if isinstance(given, Mapping) else self.context
            self._children[import_key] = Frame(self.model.imported[import_key], self.run, inputs)
        return self._children[import_key]
