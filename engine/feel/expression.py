"""Compiled texts: what callers hold, evaluate, and ask which names they read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.feel import nodes as n
from engine.feel.builtins import BUILTINS
from engine.feel.call_compiler import Compiler
from engine.feel.compiler import INPUT
from engine.feel.errors import FeelLimitExceeded, FeelSyntaxError
from engine.feel.names import NameTable
from engine.feel.python_values import from_python
from engine.feel.runtime import Env, Frame, Runtime, run
from engine.feel.types import FeelType
from engine.feel.unary_parser import Parser
from engine.feel.weight import weigh

CACHE_SIZE = 4096
LONG_CACHE_SIZE = 16
LONG_TEXT = 2_000  # characters; what a long text compiles to takes megabytes, so few are kept
_BUILTIN_TABLE = NameTable(BUILTINS)


class Compiled:
    """A text compiled once; safe to evaluate any number of times, from any thread."""

    __slots__ = ("_code", "_heavy", "functions", "text", "variables")

    def __init__(self, text: str, tree: n.Node, own: frozenset[str]) -> None:
        compiler = Compiler(own)
        self.text = text
        self._code = compiler.compile(tree)
        self._heavy = compiler.heavy
        self.variables = frozenset(
            name for name in compiler.variables if " " not in name or name in own or name not in BUILTINS
        )
        self.functions = frozenset(compiler.functions)

    def _run(self, env: Env) -> Any:
        try:
            value = run(env.rt, self._code, env) if self._heavy else self._code(env)
            if type(value) is list or type(value) is dict:
                weigh(value)
            return value
        except FeelLimitExceeded as error:
            env.rt.warn(str(error))
        except RecursionError:
            env.rt.warn("The evaluation goes too deep.")
        except MemoryError:
            env.rt.warn("The evaluation takes too much memory.")
        return None


class Expression(Compiled):
    """One FEEL expression.

    `variables` are the names it may read from the context (inside a filter a name may also turn out to be an entry of
    the item), `functions` the names of the functions it calls, built-in ones too.
    """

    __slots__ = ()

    def evaluate(
        self,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        warnings: list[str] | None = None,
        until: float | None = None,
    ) -> Any:
        """The FEEL value for this context; what goes wrong is null, with a sentence added to `warnings`.

        `now` (aware) is what now() and today() mean; without it, the system's clock in UTC. It ends after a second, or at
        `until` (by `limits.spent`) if that is sooner.
        """
        return self._run(Env(context, None, Runtime(now, warnings, until)))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class UnaryTests(Compiled):
    """Unary tests such as `< 10, > 100`, `not("A")` or `-`, over an input value."""

    __slots__ = ()

    def evaluate(
        self,
        input_value: Any,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        warnings: list[str] | None = None,
        until: float | None = None,
    ) -> bool | None:
        """Whether the input passes; null (None) when the tests do not apply to it."""
        frame = Frame({INPUT: from_python(input_value)}, None)
        result: bool | None = self._run(Env(context, frame, Runtime(now, warnings, until)))
        return result

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"


def compile_expression(text: str, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None) -> Expression:
    """Compile one expression; raises FeelSyntaxError.

    `names` are names in scope that FEEL could not tell apart otherwise ("Full Name", "a-b", "business deadline");
    `types` are the named types that `instance of` and parameters may mention.
    """
    own = frozenset(names)
    if types:
        return _expression(text, own, types)
    return _long_expression(text, own) if len(text) > LONG_TEXT else _short_expression(text, own)


def compile_unary_tests(
    text: str, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None
) -> UnaryTests:
    """Compile unary tests; raises FeelSyntaxError. `names` and `types` as for `compile_expression`."""
    own = frozenset(names)
    if types:
        return _unary_tests(text, own, types)
    return _long_unary_tests(text, own) if len(text) > LONG_TEXT else _short_unary_tests(text, own)


def _expression(text: str, names: frozenset[str], types: Mapping[str, FeelType] | None = None) -> Expression:
    try:
        return Expression(text, _parser(text, names, types).whole_expression(), names)
    except RecursionError:
        raise _too_deep(text) from None


def _unary_tests(text: str, names: frozenset[str], types: Mapping[str, FeelType] | None = None) -> UnaryTests:
    try:
        return UnaryTests(text, _parser(text, names, types).whole_tests(), names)
    except RecursionError:
        raise _too_deep(text) from None


def _parser(text: str, names: frozenset[str], types: Mapping[str, FeelType] | None) -> Parser:
    return Parser(text, NameTable(names), _BUILTIN_TABLE, types)


def _too_deep(text: str) -> FeelSyntaxError:
    return FeelSyntaxError("The expression is nested too deep.", 1, 1, text, "表达式嵌套太深。")


_short_expression = lru_cache(CACHE_SIZE)(_expression)
_long_expression = lru_cache(LONG_CACHE_SIZE)(_expression)
_short_unary_tests = lru_cache(CACHE_SIZE)(_unary_tests)
_long_unary_tests = lru_cache(LONG_CACHE_SIZE)(_unary_tests)
