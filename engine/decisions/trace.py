"""What an evaluation leaves behind: the value, and for each decision the inputs and rules that led to it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EvaluatedInput:
    """One input column's value; `name` is its label, else its expression."""

    id: str | None
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class EvaluatedOutput:
    """One output of a matched rule; `name` is the column's name, `label` what people read."""

    id: str | None
    name: str
    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule that matched; `index` counts from 1 in the table's order."""

    id: str | None
    index: int
    outputs: tuple[EvaluatedOutput, ...]
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluatedTable:
    """One evaluation of one table: in `matched` the order of the hit policy, the rule that decided first."""

    id: str | None
    inputs: tuple[EvaluatedInput, ...]
    matched: tuple[MatchedRule, ...]


@dataclass(frozen=True, slots=True)
class EvaluatedDecision:
    """One decision of the graph, in the order in which they were evaluated.

    `type` is DECISION_TABLE, LITERAL_EXPRESSION, CONTEXT, INVOCATION, LIST, RELATION, FUNCTION_DEFINITION, CONDITIONAL,
    FILTER, FOR, SOME, EVERY or UNDEFINED. `tables` holds the other tables that were asked on the way, such as those of
    knowledge models. `failed` is the sentence that says why there is no value.
    """

    id: str
    name: str
    type: str
    inputs: tuple[EvaluatedInput, ...]
    matched_rules: tuple[MatchedRule, ...]
    output: Any
    namespace: str = ""
    tables: tuple[EvaluatedTable, ...] = ()
    failed: str | None = None


@dataclass(slots=True)
class DecisionOutcome:
    """The answer of one evaluation.

    `value` is a FEEL value, null where DMN says so. `failed` is set when a table could not decide (two rules of a
    UNIQUE table, a value that is not allowed) or a limit was met: the sentence says which and why; a process treats it
    as an incident, whatever `value` is.
    """

    value: Any
    warnings: list[str] = field(default_factory=list)
    trace: list[EvaluatedDecision] = field(default_factory=list)
    failed: str | None = None
    failed_decision_id: str | None = None
