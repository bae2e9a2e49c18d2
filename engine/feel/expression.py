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
_BUILTIN_TABLE = NameTable(BUILTINS)


class Compiled:
    """A text compiled once; safe to evaluate any number of times, from any thread."""

    __slots__ = ("_code", "functions", "text", "variables")

    def __init__(self, text: str, tree: n.Node, own: frozenset[str]) -> None:
        compiler = Compiler(own)
        self.text = text
        self._code = compiler.compile(tree)
        self.variables = frozenset(
            name for name in compiler.variables if " " not in name or name in own or name not in BUILTINS
        )
        self.functions = frozenset(compiler.functions)

    def _run(self, env: Env) -> Any:
        try:
            value = run(env.rt, self._code, env)
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
        self, context: Mapping[str, Any], *, now: datetime | None = None, warnings: list[str] | None = None
    ) -> Any:
        """The FEEL value for this context; what goes wrong is null, with a sentence added to `warnings`.

        `now` (aware) is what now() and today() mean; without it, the system's clock in UTC.
        """
        return self._run(Env(context, None, Runtime(now, warnings)))

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
    ) -> bool | None:
        """Whether the input passes; null (None) when the tests do not apply to it."""
        frame = Frame({INPUT: from_python(input_value)}, None)
        result: bool | None = self._run(Env(context, frame, Runtime(now, warnings)))
        return result

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"


def compile_expression(text: str, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None) -> Expression:
    """Compile one expression; raises FeelSyntaxError.

    `names` are names in scope that FEEL could not tell apart otherwise ("Full Name", "a-b", "business deadline");
    `types` are the named types that `instance of` and parameters may mention.
    """
    if types:
        return _expression(text, frozenset(names), types)
    return _cached_expression(text, frozenset(names))


def compile_unary_tests(
    text: str, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None
) -> UnaryTests:
    """Compile unary tests; raises FeelSyntaxError. `names` and `types` as for `compile_expression`."""
    if types:
        return _unary_tests(text, frozenset(names), types)
    return _cached_unary_tests(text, frozenset(names))


@lru_cache(maxsize=CACHE_SIZE)
def _cached_expression(text: str, names: frozenset[str]) -> Expression:
    return _expression(text, names, None)


@lru_cache(maxsize=CACHE_SIZE)
def _cached_unary_tests(text: str, names: frozenset[str]) -> UnaryTests:
    return _unary_tests(text, names, None)


def _expression(text: str, names: frozenset[str], types: Mapping[str, FeelType] | None) -> Expression:
    try:
        return Expression(text, _parser(text, names, types).whole_expression(), names)
    except RecursionError:
        raise _too_deep(text) from None


def _unary_tests(text: str, names: frozenset[str], types: Mapping[str, FeelType] | None) -> UnaryTests:
    try:
        return UnaryTests(text, _parser(text, names, types).whole_tests(), names)
    except RecursionError:
        raise _too_deep(text) from None


def _parser(text: str, names: frozenset[str], types: Mapping[str, FeelType] | None) -> Parser:
    return Parser(text, NameTable(names), _BUILTIN_TABLE, types)


def _too_deep(text: str) -> FeelSyntaxError:
    return FeelSyntaxError("The expression is nested too deep.", 1, 1, text, "表达式嵌套太深。")
