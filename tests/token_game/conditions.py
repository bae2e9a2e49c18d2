"""The few FEEL expressions that the diagrams of this suite use, evaluated without the product's FEEL.

An expression is `=` and one of: an integer, `name`, `not(name)`, `name + integer`, `name OP integer` with
OP among `= < > <= >=`, or several of these joined by `and`. Anything else is a mistake in a diagram, and raises.
"""

import operator
import re
from collections.abc import Mapping

OPERATORS = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "+": operator.add,
}
BINARY = re.compile(r"(\w+) (=|<|>|<=|>=|\+) (\d+)")


def evaluate(expression: str, variables: Mapping[str, int | bool]) -> int | bool:
    """Value of one expression; KeyError when a variable is missing, ValueError when it is not of the form above."""
    parts = expression.removeprefix("=").strip().split(" and ")
    if len(parts) > 1:
        return all(_value(part, variables) is True for part in parts)
    return _value(parts[0], variables)


def _value(part: str, variables: Mapping[str, int | bool]) -> int | bool:
    if match := BINARY.fullmatch(part):
        name, symbol, number = match.groups()
        return OPERATORS[symbol](variables[name], int(number))
    if match := re.fullmatch(r"not\((\w+)\)", part):
        return not variables[match.group(1)]
    if part.isdigit():
        return int(part)
    if part.isidentifier():
        return variables[part]
    raise ValueError(f"Not an expression of this suite: {part!r}.")
