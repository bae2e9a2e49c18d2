"""A boxed invocation: a function value called with arguments by name."""

from collections.abc import Mapping
from typing import Any

from engine.decisions.run import Run
from engine.feel.builtins.registry import Builtin
from engine.feel.calling import invoke as call
from engine.feel.errors import FeelLimitExceeded
from engine.feel.runtime import Runtime
from engine.feel.values import Function


def invoke(called: Any, arguments: Mapping[str, Any], run: Run) -> Any:
    """The function's value; a parameter that is not bound is null, one that does not exist makes the result null."""
    if called is None:
        run.warn("The invoked function does not exist.")
        return None
    if isinstance(called, Function) and not isinstance(called, Builtin):
        arguments = {**dict.fromkeys(called.parameters), **arguments}
    names = [" ".join(name.split()) for name in arguments]
    try:
        return call(Runtime(run.now, run.warnings, run.deadline), called, list(arguments.values()), names)
    except FeelLimitExceeded as error:
        run.warn(str(error))
        return None
