"""A decision table ready to be asked: columns, rules, hit policy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions.hit_policies import Hit, HitPolicy, Undecided
from engine.decisions.run import Run
from engine.decisions.trace import EvaluatedInput, EvaluatedOutput, EvaluatedTable, MatchedRule
from engine.decisions.values import shown

Scope = dict[str, Any]
Compiled = Callable[[Scope, Run], Any]
CellTest = Callable[[Any, Scope, Run], bool]


RULES_BETWEEN_CLOCK_READS = 50  # a slow cell ends by itself


@dataclass(frozen=True, slots=True)
class InputColumn:
    id: str | None
    name: str
    value: Compiled
    allows: CellTest | None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """`rank` orders a value by the column's output values, None where it has none."""

    id: str | None
    name: str
    label: str
    allows: CellTest | None
    default: Compiled | None
    rank: Callable[[Any], int] | None


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """`tests` are the cells that ask something: the column's index and its test, in order."""

    id: str | None
    tests: tuple[tuple[int, CellTest], ...]
    outputs: tuple[Compiled, ...]
    annotations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """Callable as any other logic; leaves in `run.tables` what it saw."""

    id: str | None
    name: str
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[CompiledRule, ...]
    policy: HitPolicy
    only_first: bool
    counts: bool

    def __call__(self, scope: Scope, run: Run) -> Any:
        seen = [column.value(scope, run) for column in self.inputs]
        hits: Sequence[Hit] = []
        try:
            self._check_inputs(seen, scope, run)
            hits = self._hits(seen, scope, run)
            value, hits = self.policy(hits, self._rank) if hits else (self._default(scope, run), hits)
        except Undecided as undecided:
            run.fail(f"Decision table {self.name}: {undecided}.")
            value = None
        run.trace_table(self._record(seen, hits))
        return value

    def _check_inputs(self, seen: Sequence[Any], scope: Scope, run: Run) -> None:
        for column, value in zip(self.inputs, seen, strict=True):
            if column.allows is not None and value is not None and not column.allows(value, scope, run):
                raise Undecided(f"{shown(value)} is not among the allowed values of its input {column.name}")

    def _hits(self, seen: Sequence[Any], scope: Scope, run: Run) -> list[Hit]:
        hits = []
        for index, rule in enumerate(self.rules):
            if not index % RULES_BETWEEN_CLOCK_READS:
                run.check_time()
            for column, test in rule.tests:
                if not test(seen[column], scope, run):
                    break
            else:
                hits.append(self._hit(index, [output(scope, run) for output in rule.outputs], scope, run))
                if self.only_first:
                    break
        return hits

    def _hit(self, rule: int, outputs: Sequence[Any], scope: Scope, run: Run) -> Hit:
        for column, value in zip(self.outputs, outputs, strict=True):
            if column.allows is not None and value is not None and not column.allows(value, scope, run):
                sentence = f"{shown(value)} of rule {rule + 1} is not among the allowed values of output {column.label}"
                raise Undecided(sentence)
        return Hit(rule, tuple(outputs), self._value(outputs))

    def _value(self, outputs: Sequence[Any]) -> Any:
        if len(self.outputs) == 1:
            return outputs[0]
        return {column.name: value for column, value in zip(self.outputs, outputs, strict=True)}

    def _rank(self, hit: Hit) -> tuple[int, ...]:
        pairs = zip(self.outputs, hit.outputs, strict=True)
        return tuple(column.rank(value) for column, value in pairs if column.rank is not None)

    def _default(self, scope: Scope, run: Run) -> Any:
        """The value where no rule matches: the default outputs, else none counted, else null."""
        if any(column.default for column in self.outputs):
            return self._value([column.default(scope, run) if column.default else None for column in self.outputs])
        return 0 if self.counts else None

    def _record(self, seen: Sequence[Any], hits: Sequence[Hit]) -> EvaluatedTable:
        inputs = tuple(EvaluatedInput(c.id, c.name, value) for c, value in zip(self.inputs, seen, strict=True))
        return EvaluatedTable(self.id, inputs, tuple(self._matched(hit) for hit in hits))

    def _matched(self, hit: Hit) -> MatchedRule:
        rule = self.rules[hit.rule]
        pairs = zip(self.outputs, hit.outputs, strict=True)
        outputs = tuple(EvaluatedOutput(column.id, column.name, column.label, value) for column, value in pairs)
        return MatchedRule(rule.id, hit.rule + 1, outputs, rule.annotations)
