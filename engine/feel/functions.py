"""Functions defined in FEEL, together with the scope they were defined in."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.feel.runtime import Env, Runtime
from engine.feel.values import Function


class UserFunction(Function):
    """A function defined in FEEL, together with the scope it was defined in."""

    __slots__ = ("body", "env", "name", "parameters", "result", "types")

    def __init__(
        self,
        parameters: Sequence[str],
        types: Sequence[Any],
        body: Callable[[Env], Any] | None,
        env: Env,
        result: Any = None,
    ) -> None:
        self.name = "function"
        self.parameters = parameters
        self.types = types
        self.body = body
        self.env = env
        self.result = result  # the FEEL type of what it returns, where that is known

    def invoke(self, rt: Runtime, args: list[Any], names: Sequence[str] | None) -> Any:
        scope = self._scope(args, names)
        if scope is None:
            rt.warn(f"The function takes the arguments {', '.join(self.parameters) or '(none)'}.")
            return None
        if self.body is None:
            rt.warn("External functions are not run.")
            return None
        for parameter, kind in zip(self.parameters, self.types, strict=True):
            value = scope[parameter]
            if kind is not None and value is not None:
                scope[parameter] = kind.coerce(value)
                if scope[parameter] is None:
                    rt.warn(f"The argument {parameter} does not have the type {kind}.")
                    return None
        rt.enter_call()
        try:
            env = self.env
            return self.body(Env(env.context, env.frame, rt).inner(scope))
        finally:
            rt.leave_call()

    def _scope(self, args: list[Any], names: Sequence[str] | None) -> dict[str, Any] | None:
        if len(args) != len(self.parameters):
            return None
        given = dict(zip(names if names is not None else self.parameters, args, strict=True))
        return given if given.keys() == set(self.parameters) else None
