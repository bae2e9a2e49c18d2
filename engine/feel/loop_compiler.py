"""Closures for what goes over lists: for, some, every, filters, and the tests after `in`."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from engine.feel import compare
from engine.feel import nodes as n
from engine.feel.compiler import INPUT, OperatorCompiler
from engine.feel.iteration import index_of_position, items_between, items_of
from engine.feel.limits import MAX_LIST_ITEMS
from engine.feel.numbers import is_number
from engine.feel.python_values import from_python
from engine.feel.runtime import Code, Env
from engine.feel.values import Range


class LoopCompiler(OperatorCompiler):
    """Adds iteration to the operators."""

    def compile_for(self, node: n.For) -> Code:
        domains, names = self._iterators(node.iterators)
        body = self.within(frozenset([*names, "partial"]), node.body)
        del self.bound[len(self.bound) - len(names) :]

        def loop(env: Env) -> Any:
            results: list[Any] = []
            scopes = _turns(env, domains)
            if scopes is None:
                return None
            for scope in scopes:
                scope["partial"] = results
                results.append(body(env.inner(scope)))
                env.rt.spend(1)
                if len(results) > MAX_LIST_ITEMS:
                    break
            return env.rt.list_of(results)

        return loop

    def compile_quantified(self, node: n.Quantified) -> Code:
        domains, names = self._iterators(node.iterators)
        condition = self.within(frozenset(names), node.condition)
        del self.bound[len(self.bound) - len(names) :]
        settling = node.kind == "some"

        def quantify(env: Env) -> Any:
            result: bool | None = not settling
            scopes = _turns(env, domains)
            if scopes is None:
                return None
            for scope in scopes:
                env.rt.spend(1)
                value = condition(env.inner(scope))
                if value is settling:
                    return settling
                if value is not (not settling):
                    result = None
            return result

        return quantify

    def _iterators(self, iterators: list[n.Iterator]) -> tuple[list[tuple[str, Code, Code | None]], list[str]]:
        """The domains' closures; leaves one scope a name open, for the caller to close."""
        domains = []
        for iterator in iterators:
            end = self.compile(iterator.end) if iterator.end is not None else None
            domains.append((iterator.name, self.compile(iterator.domain), end))
            self.bound.append(frozenset([iterator.name]))
        return domains, [iterator.name for iterator in iterators]

    def compile_filter(self, node: n.Filter) -> Code:
        base = self.compile(node.base)
        if isinstance(node.condition, n.Const) or _is_negative_number(node.condition):
            index = self.compile(node.condition)
            return lambda env: _filtered_by_constant(env, base(env), index(env))
        condition = self.within(frozenset(["item"]), node.condition)
        return lambda env: _filtered(env, base(env), condition)

    def compile_membership(self, node: n.Membership) -> Code:
        value = self.compile(node.value)
        tests = [self.compile_test(test, False, node.bare) for test in node.tests]

        if node.bare:
            # What stands after `in` without parentheses must be there; `null in (null)` is another matter.
            return lambda env: tests[0](env.inner({INPUT: value(env)}))

        def member(env: Env) -> Any:
            return any_of(env.inner({INPUT: value(env)}), tests)

        return member

    def compile_tests(self, node: n.Tests) -> Code:
        if not node.tests:
            return lambda env: True
        tests = [self.compile_test(test, True) for test in node.tests]
        if not node.negated:
            return lambda env: any_of(env, tests)

        def negation(env: Env) -> Any:
            result = any_of(env, tests)
            return None if result is None else not result

        return negation

    def compile_test(self, node: n.Node, in_cell: bool, bare: bool = False) -> Code:
        """The closure of one unary test; it reads the value under test as `?`."""
        self.bound.append(frozenset([INPUT]))
        before, self.uses_input = self.uses_input, False
        code = self.compile(node)
        asks_input, self.uses_input = self.uses_input, before
        self.bound.pop()
        if asks_input:
            return lambda env: _truth(code(env))
        ordered = isinstance(node, n.UnaryRange)
        # A cell that computes to true holds (`amount > 3`); a cell that just says true asks for a true input, and null is none.
        computed = in_cell and not isinstance(node, n.Const)

        def test(env: Env) -> Any:
            subject, expected = env.find(INPUT), code(env)
            if expected is None and bare:
                env.rt.warn("There is nothing after in.")
                return None
            if expected is True and computed and not isinstance(subject, bool):
                return True
            result = compare.matches(subject, expected)
            if result is None and ordered:
                env.rt.warn("The test does not apply to this value.")
            return result

        return test


def any_of(env: Env, tests: list[Code]) -> bool | None:
    """True when a test holds, null when none does but one is null."""
    result: bool | None = False
    for test in tests:
        value = test(env)
        if value is True:
            return True
        if value is None:
            result = None
    return result


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _is_negative_number(node: n.Node) -> bool:
    return isinstance(node, n.Negation) and isinstance(node.operand, n.Const)


def _turns(env: Env, domains: list[tuple[str, Code, Code | None]]) -> Iterable[dict[str, Any]] | None:
    """The names of every turn, the last iterator fastest; None when a domain is null."""
    name, domain, end = domains[0]
    items = _domain(env, domain, end)
    if items is None:
        return None
    if len(domains) == 1:
        return ({name: item} for item in items)
    return _nested(env, domains, name, items)


def _nested(
    env: Env, domains: list[tuple[str, Code, Code | None]], name: str, items: Iterable[Any]
) -> Iterable[dict[str, Any]]:
    for item in items:
        env.rt.spend(1)
        outer = {name: item}
        for inner in _turns(env.inner(outer), domains[1:]) or ():
            yield outer | inner


def _domain(env: Env, domain: Code, end: Code | None) -> Iterable[Any] | None:
    start = domain(env)
    items = items_between(start, end(env)) if end is not None else items_of(start)
    if items is None:
        env.rt.warn("There is nothing to go over.")
    return items


def _filtered_by_constant(env: Env, base: Any, index: Any) -> Any:
    items = _as_list(env, base)
    if is_number(index):
        return _at(env, items, index)
    return list(items) if index is True else []


def _as_list(env: Env, base: Any) -> list[Any]:
    """What a filter goes over: a list, the items of a range, or any other value, null too, as a list of itself."""
    if isinstance(base, Range):
        return env.rt.list_of(list(islice(items_of(base) or (), MAX_LIST_ITEMS + 1)))
    return base if isinstance(base, list) else [base]


def _at(env: Env, items: list[Any], position: Any) -> Any:
    index = index_of_position(items, position)
    if index is None:
        env.rt.warn(f"The list has {len(items)} items, so there is none at the position asked for.")
        return None
    return from_python(items[index])


def _filtered(env: Env, base: Any, condition: Code) -> Any:
    items = _as_list(env, base)
    kept: list[Any] = []
    for position, raw in enumerate(items):
        item = from_python(raw)
        env.rt.spend(1)
        verdict = condition(item_scope(env, item))
        if verdict is True:
            kept.append(item)
        elif position == 0 and is_number(verdict):
            index = _index(env, condition)
            if index is not None:
                return _at(env, items, index)
    if not items:
        index = _index(env, condition)
        return [] if index is None else _at(env, items, index)
    return kept


def _index(env: Env, condition: Code) -> Any:
    """The number that the brackets hold whatever the item is; None when they hold a condition."""
    index = condition(env.inner({"item": None}))
    return index if is_number(index) else None


def item_scope(env: Env, item: Any) -> Env:
    """The scope of a filter: `item`, and over it the item's own entries where it is a context."""
    scope = env.inner({"item": item})
    return scope.inner(item, raw=True) if isinstance(item, dict) else scope
