"""The syntax tree of FEEL; every node says what it is, the compiler says what it does."""

from dataclasses import dataclass
from typing import Any


class Node:
    """Any expression."""

    __slots__ = ()


@dataclass(slots=True)
class Const(Node):
    value: Any


@dataclass(slots=True)
class AtLiteral(Node):
    text: str


@dataclass(slots=True)
class Name(Node):
    name: str


@dataclass(slots=True)
class Input(Node):
    """`?`, the value under test."""


@dataclass(slots=True)
class Path(Node):
    base: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    base: Node
    condition: Node


@dataclass(slots=True)
class Call(Node):
    function: Node
    args: list[Node]
    names: list[str] | None


@dataclass(slots=True)
class Negation(Node):
    operand: Node


@dataclass(slots=True)
class Arithmetic(Node):
    """`first op operand op operand …`, operators of one precedence, from left to right."""

    first: Node
    rest: list[tuple[str, Node]]


@dataclass(slots=True)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class Membership(Node):
    """`value in (tests)`, or bare `value in test`."""

    value: Node
    tests: list[Node]
    bare: bool


@dataclass(slots=True)
class InstanceOf(Node):
    value: Node
    type: Any


@dataclass(slots=True)
class Logic(Node):
    operator: str  # and, or
    operands: list[Node]


@dataclass(slots=True)
class If(Node):
    """`if … then … else if … then … else …`"""

    branches: list[tuple[Node, Node]]
    otherwise: Node


@dataclass(slots=True)
class Iterator:
    """`name in domain`, or `name in domain..end`."""

    name: str
    domain: Node
    end: Node | None


@dataclass(slots=True)
class For(Node):
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class Quantified(Node):
    kind: str  # some, every
    iterators: list[Iterator]
    condition: Node


@dataclass(slots=True)
class FunctionDefinition(Node):
    parameters: list[str]
    types: list[Any]
    body: Node | None  # None for an external function


@dataclass(slots=True)
class ContextLiteral(Node):
    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class ListLiteral(Node):
    items: list[Node]


@dataclass(slots=True)
class RangeLiteral(Node):
    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(slots=True)
class UnaryRange(Node):
    """`(< 10)` as a value, and `< 10` as a test."""

    operator: str
    endpoint: Node


@dataclass(slots=True)
class Tests(Node):
    """Unary tests over `?`; no tests at all is `-`, which everything passes."""

    tests: list[Node]
    negated: bool
