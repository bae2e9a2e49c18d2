"""The type of an expression where its tree alone tells it; used for what a function returns."""

from collections.abc import Mapping

from engine.feel import nodes as n
from engine.feel.builtins import BUILTINS
from engine.feel.temporal import parse_at
from engine.feel.types import ANY, NULL, SIMPLE, FeelType, ListType
from engine.feel.values import kind_of

_BOOLEAN = (n.Comparison, n.Between, n.Membership, n.InstanceOf, n.Logic, n.Quantified)


def type_of(node: n.Node | None, known: Mapping[str, FeelType | None]) -> FeelType | None:
    """The type, or None where it depends on values; `known` are the types of names in scope."""
    if isinstance(node, n.Const):
        return NULL if node.value is None else SIMPLE[kind_of(node.value)]
    if isinstance(node, n.AtLiteral):
        return SIMPLE.get(kind_of(parse_at(node.text)))
    if isinstance(node, _BOOLEAN):
        return SIMPLE["boolean"]
    if isinstance(node, n.Name):
        return known.get(node.name)
    if isinstance(node, n.ListLiteral):
        return ListType(_common([type_of(item, known) for item in node.items]) or ANY)
    if isinstance(node, n.If):
        return _common([type_of(each, known) for each in (*(then for _, then in node.branches), node.otherwise)])
    if isinstance(node, n.Arithmetic):
        return _common([type_of(each, known) for each in (node.first, *(operand for _, operand in node.rest))])
    if isinstance(node, n.Call) and isinstance(node.function, n.Name) and node.function.name in BUILTINS:
        return SIMPLE.get(BUILTINS[node.function.name].result)
    return None


def _common(types: list[FeelType | None]) -> FeelType | None:
    """The one type that all have, nulls fitting every type."""
    certain = [kind for kind in types if kind is not NULL]
    names = {str(kind) for kind in certain}
    return certain[0] if len(names) == 1 else None
