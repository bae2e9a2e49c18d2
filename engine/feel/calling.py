"""Calling a function value: one defined in FEEL, a built-in, or a Python function the caller put into the context."""

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from engine.errors import KefuflowError
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.values import Function, kind_of


def invoke(rt: Runtime, function: Any, args: list[Any], names: Sequence[str] | None = None) -> Any:
    """The function's result; null with a warning for what is no function or fails."""
    if isinstance(function, list) and len(function) == 1:
        function = function[0]
    if isinstance(function, Function):
        return function.invoke(rt, args, names)
    if callable(function):
        return _python(rt, function, args, names)
    rt.warn(f"A {kind_of(function)} is not a function.")
    return None


def _python(rt: Runtime, function: Callable[..., Any], args: list[Any], names: Sequence[str] | None) -> Any:
    rt.enter_call()
    name = getattr(function, "__name__", "function").strip("_")
    try:
        if names is None:
            return from_python(function(*args))
        given = {each.replace(" ", "_"): value for each, value in zip(names, args, strict=True)}
        return from_python(function(**given))
    except (KefuflowError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        rt.warn(f"{name}() failed: {error}")
        return None
    finally:
        rt.leave_call()


@lru_cache(maxsize=1024)
def parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a Python function's parameters, as FEEL writes them."""
    try:
        return tuple(each.replace("_", " ") for each in inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def arity(function: Any) -> int | None:
    """How many arguments a function takes; None when that cannot be said."""
    if isinstance(function, Function):
        return len(function.parameters)
    return len(parameters_of(function)) if callable(function) else None
