"""Functions that a model defines, as FEEL calls them: boxed functions, knowledge models, decision services."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions.run import Run
from engine.decisions.values import shown
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.types import ANY, FeelType, FunctionType
from engine.feel.values import Function

Body = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Signature:
    """Name, parameters with their types, and what the result is converted to."""

    name: str
    parameters: tuple[str, ...]
    types: tuple[FeelType, ...]
    result: FeelType


class ModelFunction(Function):
    """A function with typed parameters; a call that does not fit gives null and a warning, and runs nothing."""

    def __init__(self, signature: Signature, body: Body, run: Run) -> None:
        self.signature = signature
        self.name = signature.name
        self.parameters: Sequence[str] = signature.parameters
        self._body = body
        self._run = run

    def signature_types(self) -> list[FunctionType]:
        """The type by which FEEL judges `instance of` and function types."""
        return [FunctionType(list(self.signature.types), self.signature.result)]

    def invoke(self, rt: Runtime, args: list[Any], names: Sequence[str] | None) -> Any:
        if len(args) != len(self.parameters) or (names is not None and set(names) != set(self.parameters)):
            self._run.warn(f"{self.name} takes the arguments {', '.join(self.parameters) or '(none)'}.")
            return None
        return self.call(dict(zip(self.parameters if names is None else names, args, strict=True)))

    def call(self, given: Mapping[str, Any]) -> Any:
        """The result for one value a parameter."""
        arguments = {}
        for parameter, kind in zip(self.parameters, self.signature.types, strict=True):
            value = from_python(given[parameter])
            arguments[parameter] = kind.coerce(value)
            if arguments[parameter] is None and value is not None:
                self._run.warn(f"{self.name}: {parameter} is {shown(given[parameter])}, not of type {kind}.")
                return None
        self._run.enter_call()
        try:
            return converted(self._body(arguments), self.signature.result, self.name, self._run)
        finally:
            self._run.leave_call()


def converted(value: Any, kind: FeelType, what: str, run: Run) -> Any:
    """The value in a declared type, or null with a warning that names what was to have it."""
    if value is None or kind is ANY:
        return value
    result = kind.coerce(from_python(value))
    if result is None:
        run.warn(f"{what} is {shown(value)}, not of type {kind}.")
    return result
