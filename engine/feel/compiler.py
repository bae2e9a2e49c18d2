"""The syntax tree to Python closures: operators, logic, paths, literals. Loops and calls are in modules of their own.

A closure takes an Env and returns a FEEL value. Nothing here evaluates text or reads attributes of user values.
"""

import operator as python_operator
from collections.abc import Callable
from typing import Any

from engine.feel import arithmetic, compare, properties
from engine.feel import nodes as n
from engine.feel.runtime import MISSING, Code, Env, Runtime
from engine.feel.temporal import parse_at
from engine.feel.type_parser import UnknownType
from engine.feel.values import Range, kind_of

INPUT = "?"
_PLAIN = frozenset({int, str, bool, type(None)})
# Of these alone no text can make a value larger than what it was given, so nobody has to count while they run.
_LIGHT = (
    n.Const,
    n.AtLiteral,
    n.Name,
    n.Input,
    n.Path,
    n.Logic,
    n.Comparison,
    n.Between,
    n.Membership,
    n.If,
    n.UnaryRange,
    n.RangeLiteral,
    n.Tests,
    n.Negation,
    n.Arithmetic,
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": python_operator.lt,
    "<=": python_operator.le,
    ">": python_operator.gt,
    ">=": python_operator.ge,
}


class CompilerBase:
    """Which names are bound where, and what a text reads from outside."""

    def __init__(self) -> None:
        self.bound: list[frozenset[str]] = []
        self.variables: set[str] = set()
        self.functions: set[str] = set()
        self.uses_input = False
        self.heavy = False

    def compile(self, node: n.Node) -> Code:
        """The closure of a node."""
        self.heavy = self.heavy or not isinstance(node, _LIGHT)
        method: Callable[[Any], Code] = getattr(self, f"compile_{type(node).__name__.lower()}")
        return method(node)

    def is_bound(self, name: str) -> bool:
        return any(name in names for names in self.bound)

    def within(self, names: frozenset[str], node: n.Node) -> Code:
        """The closure of a node that stands in a scope with more names."""
        self.bound.append(names)
        code = self.compile(node)
        self.bound.pop()
        return code


class OperatorCompiler(CompilerBase):
    """Constants, names, paths, operators and literals."""

    def compile_const(self, node: n.Const) -> Code:
        value = node.value
        return lambda env: value

    def compile_atliteral(self, node: n.AtLiteral) -> Code:
        value = parse_at(node.text)
        if value is None:
            return warning(f"@{node.text!r} is not a date, time or duration.")
        return lambda env: value

    def compile_input(self, node: n.Input) -> Code:
        self.uses_input = True
        return self._inner_name(INPUT)

    def compile_name(self, node: n.Name) -> Code:
        name = node.name
        if not self.is_bound(name):
            self.variables.add(name)
        return self._inner_name(name) if self.bound else _outer_name(name)

    def _inner_name(self, name: str) -> Code:
        def read(env: Env) -> Any:
            value = env.find(name)
            return unknown_name(env, name) if value is MISSING else value

        return read

    def compile_path(self, node: n.Path) -> Code:
        base, name = self.compile(node.base), node.name
        return lambda env: properties.read(env.rt, base(env), name)

    def compile_negation(self, node: n.Negation) -> Code:
        operand = self.compile(node.operand)
        return lambda env: arithmetic.negate(env.rt, operand(env))

    def compile_arithmetic(self, node: n.Arithmetic) -> Code:
        first = self.compile(node.first)
        rest = [(operator, self.compile(operand)) for operator, operand in node.rest]
        if len(rest) == 1:
            operator, second = rest[0]
            return lambda env: arithmetic.apply(env.rt, operator, first(env), second(env))

        def chain(env: Env) -> Any:
            value = first(env)
            for operator, operand in rest:
                value = arithmetic.apply(env.rt, operator, value, operand(env))
            return value

        return chain

    def compile_comparison(self, node: n.Comparison) -> Code:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator in ("=", "!="):
            return _equality(left, right, node.operator == "!=")
        return _order(node.operator, left, right)

    def compile_between(self, node: n.Between) -> Code:
        value, low, high = self.compile(node.value), self.compile(node.low), self.compile(node.high)

        def between(env: Env) -> Any:
            span = Range(low(env), high(env))
            if span.start is None or span.end is None:
                env.rt.warn("between needs two ends that are not null.")
                return None
            return noted(env.rt, compare.contains(span, value(env)), "between does not apply to these values.")

        return between

    def compile_instanceof(self, node: n.InstanceOf) -> Code:
        value, kind = self.compile(node.value), node.type
        if isinstance(kind, UnknownType):
            return warning(f"There is no type {kind}.", False)
        return lambda env: kind.accepts(value(env))

    def compile_logic(self, node: n.Logic) -> Code:
        codes = tuple(self.compile(operand) for operand in node.operands)
        # `and` is settled by the first false, `or` by the first true.
        settling = node.operator == "or"
        if len(codes) == 2:
            return _logic_of_two(codes[0], codes[1], settling)

        def logic(env: Env) -> Any:
            result: bool | None = not settling
            for code in codes:
                value = code(env)
                if value is settling:
                    return settling
                if value is not (not settling):
                    result = None
            return result

        return logic

    def compile_if(self, node: n.If) -> Code:
        branches = [(self.compile(condition), self.compile(then)) for condition, then in node.branches]
        otherwise = self.compile(node.otherwise)
        if len(branches) == 1:
            condition, then = branches[0]
            return lambda env: then(env) if condition(env) is True else otherwise(env)

        def choose(env: Env) -> Any:
            for condition, then in branches:
                if condition(env) is True:
                    return then(env)
            return otherwise(env)

        return choose

    def compile_listliteral(self, node: n.ListLiteral) -> Code:
        items = [self.compile(item) for item in node.items]

        def make(env: Env) -> Any:
            env.rt.spend(len(items))
            return [item(env) for item in items]

        return make

    def compile_contextliteral(self, node: n.ContextLiteral) -> Code:
        keys = [key for key, _ in node.entries]
        if len(set(keys)) != len(keys):
            return warning("The context has the same entry twice.")
        entries = []
        for index, (key, entry) in enumerate(node.entries):
            # A function may call itself by the name of its own entry.
            visible = keys[: index + 1] if isinstance(entry, n.FunctionDefinition) else keys[:index]
            entries.append((key, self.within(frozenset(visible), entry)))

        def make(env: Env) -> Any:
            env.rt.spend(len(entries) + 2)
            context: dict[str, Any] = {}
            inner = env.inner(context)
            for key, code in entries:
                context[key] = code(inner)
            return context

        return make

    def compile_rangeliteral(self, node: n.RangeLiteral) -> Code:
        start, end = self.compile(node.start), self.compile(node.end)
        start_included, end_included = node.start_included, node.end_included

        def make(env: Env) -> Any:
            low, high = start(env), end(env)
            if low is not None and high is not None and compare.order(low, high) is None:
                env.rt.warn(f"A range cannot go from {kind_of(low)} to {kind_of(high)}.")
                return None
            return Range(low, high, start_included, end_included)

        return make

    def compile_unaryrange(self, node: n.UnaryRange) -> Code:
        endpoint, operator = self.compile(node.endpoint), node.operator
        return lambda env: unary_range(operator, endpoint(env))


def unary_range(operator: str, value: Any) -> Range:
    """The range that `(< value)` and its like stand for."""
    if operator[0] == "<":
        return Range(None, value, False, operator == "<=", operator)
    if operator[0] == ">":
        return Range(value, None, operator == ">=", False, operator)
    return Range(value, value, True, True, operator)


def warning(sentence: str, value: bool | None = None) -> Code:
    """A closure that is always null (or another constant), and says why."""

    def constant(env: Env) -> bool | None:
        env.rt.warn(sentence)
        return value

    return constant


def noted(rt: Runtime, value: Any, sentence: str) -> Any:
    """Pass a value on, with a warning when it is null."""
    if value is None:
        rt.warn(sentence)
    return value


def unknown_name(env: Env, name: str) -> Any:
    """A name that is no variable: a built-in function as a value, or null."""
    from engine.feel.builtins import BUILTINS

    if name in BUILTINS:
        return BUILTINS[name]
    env.rt.warn(f"There is no variable {name!r}.")
    return None


def _outer_name(name: str) -> Code:
    def read(env: Env) -> Any:
        value = env.context.get(name, MISSING)
        if type(value) in _PLAIN:
            return value
        return unknown_name(env, name) if value is MISSING else env.rt.convert(value)

    return read


def _equality(left: Code, right: Code, negated: bool) -> Code:
    def same(env: Env) -> Any:
        first, second = left(env), right(env)
        kind = type(first)
        if kind is type(second) and (kind is str or kind is int):
            return (first == second) is not negated
        result = compare.equal(first, second)
        if result is None:
            env.rt.warn(f"{kind_of(first)} and {kind_of(second)} cannot be compared.")
            return None
        return result is not negated

    return same


def _order(operator: str, left: Code, right: Code) -> Code:
    test = _ORDERS[operator]

    def ordered(env: Env) -> Any:
        first, second = left(env), right(env)
        if type(first) is int and type(second) is int:
            return test(first, second)
        position = compare.order(first, second)
        if position is None:
            env.rt.warn(f"{operator} does not apply to {kind_of(first)} and {kind_of(second)}.")
            return None
        return test(position, 0)

    return ordered


def _logic_of_two(left: Code, right: Code, settling: bool) -> Code:
    neutral = not settling

    def logic(env: Env) -> Any:
        first = left(env)
        if first is settling:
            return settling
        second = right(env)
        if second is settling:
            return settling
        return neutral if first is neutral and second is neutral else None

    return logic
