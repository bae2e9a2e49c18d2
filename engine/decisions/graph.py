"""The elements of the requirement graph as things with a value: input data, decisions, knowledge models, services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.decisions import elements as dmn
from engine.decisions.frames import Frame, Link
from engine.decisions.functions import ModelFunction, Signature, converted
from engine.decisions.run import Run
from engine.decisions.tables import Compiled
from engine.decisions.trace import EvaluatedDecision, EvaluatedTable
from engine.feel.types import FeelType

_MAX_CIRCLES: Final = 20
_TYPE_NAMES: Final[Mapping[type, str]] = {
    dmn.DecisionTable: "DECISION_TABLE",
    dmn.LiteralExpression: "LITERAL_EXPRESSION",
    dmn.Context: "CONTEXT",
    dmn.Invocation: "INVOCATION",
    dmn.ListExpression: "LIST",
    dmn.Relation: "RELATION",
    dmn.FunctionDefinition: "FUNCTION_DEFINITION",
    dmn.Conditional: "CONDITIONAL",
    dmn.Filter: "FILTER",
}


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that comes from outside."""

    name: str
    kind: FeelType
    needs: tuple[Link, ...] = ()

    def value(self, frame: Frame) -> Any:
        return converted(frame.context.get(self.name), self.kind, f"The input {self.name}", frame.run)


@dataclass(frozen=True, slots=True)
class DecisionNode:
    id: str
    name: str
    namespace: str
    type: str
    kind: FeelType
    needs: tuple[Link, ...]
    links: tuple[Link, ...]
    logic: Compiled

    def value(self, frame: Frame) -> Any:
        """Decide, and leave in the run's trace how."""
        run = frame.run
        scope = frame.scope(self.links)
        failures, around, run.tables, run.own_table = len(run.failures), run.tables, [], None
        try:
            run.step()
            value = converted(self.logic(scope, run), self.kind, f"The decision {self.name}", run)
            self._record(value, run, failures)
        finally:
            run.tables = around
        return value

    def _record(self, value: Any, run: Run, failures: int) -> None:
        # A table's own record comes last: whatever its cells asked was recorded while they were evaluated.
        own = run.own_table if self.type == "DECISION_TABLE" else None
        tables = [table for table in run.tables if table is not own]
        own = own or EvaluatedTable(None, (), ())
        failed = run.failures[failures] if len(run.failures) > failures else None
        run.trace_decision(
            EvaluatedDecision(
                self.id,
                self.name,
                self.type,
                own.inputs,
                own.matched,
                value,
                self.namespace,
                tuple(tables),
                failed,
            )
        )


@dataclass(frozen=True, slots=True)
class KnowledgeNode:
    """A business knowledge model; it may call itself."""

    key: str
    signature: Signature
    links: tuple[Link, ...]
    logic: Compiled
    needs: tuple[Link, ...] = ()

    def value(self, frame: Frame) -> Any:
        return ModelFunction(self.signature, lambda arguments: self._decide(frame, arguments), frame.run)

    def _decide(self, frame: Frame, arguments: Mapping[str, Any]) -> Any:
        scope = frame.knowledge_scope(self.links)
        scope.setdefault(self.signature.name, frame.value(self.key))
        return self.logic({**scope, **arguments}, frame.run)


@dataclass(frozen=True, slots=True)
class ServiceNode:
    """A decision service: a part of the graph as a function of its input data and input decisions."""

    signature: Signature
    inputs: tuple[Link, ...]
    outputs: tuple[Link, ...]
    needs: tuple[Link, ...] = ()

    def value(self, frame: Frame) -> Any:
        return ModelFunction(self.signature, lambda arguments: self._decide(frame, arguments), frame.run)

    def _decide(self, frame: Frame, arguments: Mapping[str, Any]) -> Any:
        inner = Frame(frame.model, frame.run, {})
        for link, name in zip(self.inputs, self.signature.parameters, strict=True):
            inner.of(link).memo[link.key] = arguments[name]
        values = {link.name: inner.of(link).value(link.key) for link in self.outputs}
        return next(iter(values.values())) if len(values) == 1 else values


def type_name(expression: dmn.Expression | None) -> str:
    """What a trace calls this kind of logic."""
    if isinstance(expression, dmn.Iterator):
        return expression.kind.upper()
    return _TYPE_NAMES.get(type(expression), "UNDEFINED")


def cycles(edges: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Circles in a graph, as the ids along each, twenty at most; found without recursion."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in edges:
        if len(found) >= _MAX_CIRCLES:
            break
        path: dict[str, None] = {}
        pending = [(start, iter(edges[start]))] if start not in done else []
        while pending and len(found) < _MAX_CIRCLES:
            node, rest = pending[-1]
            path[node] = None
            following = next((one for one in rest if one not in done), None)
            if following is None:
                done.add(node)
                path.popitem()
                pending.pop()
            elif following in path:
                along = list(path)
                found.append(along[along.index(following) :])
            else:
                pending.append((following, iter(edges.get(following, ()))))
    return found
