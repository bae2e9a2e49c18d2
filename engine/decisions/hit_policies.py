"""Which of the rules that matched decide, and what they make together: DMN 1.5, 8.2.10."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.feel import compile_expression


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched: its place in the table from 0, its outputs in order, and them as the table's value."""

    rule: int
    outputs: tuple[Any, ...]
    value: Any


class Undecided(Exception):
    """The rules that matched do not make one answer; the sentence says why."""


Rank = Callable[[Hit], tuple[int, ...]]
HitPolicy = Callable[[Sequence[Hit], Rank], tuple[Any, Sequence[Hit]]]

_SAME: Final = compile_expression("every one in outputs satisfies one = outputs[1]", ["outputs"])


def unique(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
    """At most one rule may match."""
    if len(hits) > 1:
        raise Undecided(f"only one rule may match (hit policy UNIQUE), but {_numbers(hits)} do")
    return hits[0].value, hits


def agreed(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
    """ANY: several rules may match when they say the same."""
    if len(hits) > 1 and _SAME.evaluate({"outputs": [hit.value for hit in hits]}) is not True:
        raise Undecided(f"the rules that match must agree (hit policy ANY), but {_numbers(hits)} do not")
    return hits[0].value, hits


def first(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
    return hits[0].value, hits[:1]


def priority(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
    """The rule whose outputs come first in the order of the output values; among equals the first in the table."""
    ranked = sorted(hits, key=rank)
    return ranked[0].value, ranked


def rule_order(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
    """RULE ORDER and COLLECT: a list in the order of the rules."""
    return [hit.value for hit in hits], hits


def output_order(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
    ranked = sorted(hits, key=rank)
    return [hit.value for hit in ranked], ranked


def _aggregated(function: str) -> HitPolicy:
    aggregate = compile_expression(f"{function}(outputs)", ["outputs"])

    def collected(hits: Sequence[Hit], rank: Rank) -> tuple[Any, Sequence[Hit]]:
        value = aggregate.evaluate({"outputs": [hit.value for hit in hits]})
        if value is None:
            raise Undecided(f"the outputs of {_numbers(hits)} have no {function}")
        return value, hits

    return collected


def _numbers(hits: Sequence[Hit]) -> str:
    return "rules " + ", ".join(str(hit.rule + 1) for hit in hits)


HIT_POLICIES: Final[Mapping[tuple[str, str | None], HitPolicy]] = {
    ("UNIQUE", None): unique,
    ("ANY", None): agreed,
    ("FIRST", None): first,
    ("PRIORITY", None): priority,
    ("RULE ORDER", None): rule_order,
    ("OUTPUT ORDER", None): output_order,
    ("COLLECT", None): rule_order,
    ("COLLECT", "SUM"): _aggregated("sum"),
    ("COLLECT", "MIN"): _aggregated("min"),
    ("COLLECT", "MAX"): _aggregated("max"),
    ("COLLECT", "COUNT"): _aggregated("count"),
}
