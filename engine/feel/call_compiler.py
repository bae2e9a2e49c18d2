"""Closures for function definitions and calls; built-in functions are bound to their arguments beforehand."""

from collections.abc import Sequence
from typing import Any

from engine.feel import nodes as n
from engine.feel.builtins import BUILTINS
from engine.feel.calling import invoke
from engine.feel.compiler import warning
from engine.feel.functions import UserFunction
from engine.feel.inference import type_of
from engine.feel.loop_compiler import LoopCompiler
from engine.feel.runtime import MISSING, Code, Env
from engine.feel.values import kind_of


class Compiler(LoopCompiler):
    """The whole compiler; `own` are the names the caller declared, which may stand for functions too."""

    def __init__(self, own: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.own = own

    def compile_functiondefinition(self, node: n.FunctionDefinition) -> Code:
        parameters, types = tuple(node.parameters), tuple(node.types)
        body = self.within(frozenset(parameters), node.body) if node.body is not None else None
        result = type_of(node.body, dict(zip(parameters, types, strict=True)))
        return lambda env: UserFunction(parameters, types, body, env, result)

    def compile_call(self, node: n.Call) -> Code:
        args = [self.compile(arg) for arg in node.args]
        names = tuple(node.names) if node.names is not None else None
        if not isinstance(node.function, n.Name):
            return _call_of_value(self.compile(node.function), args, names)
        name = node.function.name
        if not self.is_bound(name):
            self.functions.add(name)
        if name in BUILTINS and not self.is_bound(name):
            call = _call_of_builtin(name, args, names)
            return _call_of_override(name, call, args, names) if name in self.own else call
        return _call_of_name(name, args, names)


# These ask whether there is a value, so a missing one is no cause for a warning.
_QUIET = frozenset({"is defined", "get or else"})


def _call_of_builtin(name: str, args: list[Code], names: Sequence[str] | None) -> Code:
    run = BUILTINS[name].bind(len(args), names)
    if run is None:
        return warning(f"{name}() does not take these arguments.")
    if len(args) == 1:
        only = _quiet(args[0]) if name in _QUIET else args[0]
        return lambda env: run(env.rt, [only(env)])
    if name in _QUIET:
        args = [_quiet(args[0]), *args[1:]]
    return lambda env: run(env.rt, [arg(env) for arg in args])


def _call_of_override(name: str, builtin: Code, args: list[Code], names: Sequence[str] | None) -> Code:
    """A declared name that is also a built-in's: the caller's function wins where the context holds one."""

    def call(env: Env) -> Any:
        function = env.find(name)
        if function is MISSING or kind_of(function) != "function":
            return builtin(env)
        return invoke(env.rt, function, [arg(env) for arg in args], names)

    return call


def _call_of_name(name: str, args: list[Code], names: Sequence[str] | None) -> Code:
    def call(env: Env) -> Any:
        function = env.find(name)
        if kind_of(function) != "function":
            # An entry `time` that is no function leaves time() what it is.
            function = BUILTINS.get(name, function)
        if function is MISSING:
            env.rt.warn(f"There is no function {name!r}.")
            return None
        return invoke(env.rt, function, [arg(env) for arg in args], names)

    return call


def _call_of_value(function: Code, args: list[Code], names: Sequence[str] | None) -> Code:
    return lambda env: invoke(env.rt, function(env), [arg(env) for arg in args], names)


def _quiet(code: Code) -> Code:
    def read(env: Env) -> Any:
        kept = len(env.rt.warnings) if env.rt.warnings is not None else 0
        value = code(env)
        if env.rt.warnings is not None:
            del env.rt.warnings[kept:]
        return value

    return read
