"""FEEL ranges and functions as values, and the name of each kind of value."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.runtime import Env, Runtime
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime


class Range:
    """An interval between two endpoints; `operator` tells `(< 10)` from `(null..10)`."""

    __slots__ = ("end", "end_included", "operator", "start", "start_included")

    def __init__(
        self, start: Any, end: Any, start_included: bool = True, end_included: bool = True, operator: str = ""
    ) -> None:
        self.start = start
        self.end = end
        self.start_included = start_included
        self.end_included = end_included
        self.operator = operator


class Function:
    """Something FEEL can call; `parameters` are the names for named arguments."""

    name: str
    parameters: Sequence[str]

    def invoke(self, rt: Runtime, args: list[Any], names: Sequence[str] | None) -> Any:
        """The result for positional arguments, or named ones when `names` is given; null when they do not fit."""
        raise NotImplementedError

    def signature_types(self) -> Sequence[Any]:
        """The function types it may be called as."""
        return ()


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


KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    FeelDate: "date",
    FeelTime: "time",
    FeelDateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    list: "list",
    dict: "context",
    Range: "range",
}


def kind_of(value: Any) -> str:
    """The name of the value's FEEL type without its parameters; every other thing is a function."""
    return KINDS.get(type(value), "function")
