"""What a decision model adds to FEEL's types: allowed values, types that hold themselves, reading JSON by type."""

from collections.abc import Mapping
from typing import Any, Final

from engine.decisions import values
from engine.feel import UnaryTests
from engine.feel.types import (
    ANY,
    SIMPLE,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    signatures_of,
)
from engine.feel.values import Function

# Besides FEEL's own: Camunda's and older modelers' names for numbers.
BUILT_IN: Final[Mapping[str, FeelType]] = {
    **SIMPLE,
    "any": ANY,
    **dict.fromkeys(("integer", "long", "double"), SIMPLE["number"]),
}


class AllowedType(ConstrainedType):
    """A type of which only some values are allowed; `written` are the unary tests, in their order."""

    def __init__(self, name: str, base: FeelType, tests: UnaryTests, written: str) -> None:
        super().__init__(name, base, lambda value: tests.evaluate(value, {}) is True)
        self.written = written


class StructureType(ContextType):
    """A structure that is called by its name: written out, types that use each other twice grow without end."""

    def __init__(self, name: str, entries: Mapping[str, FeelType]) -> None:
        super().__init__(entries)
        self.name = name

    def conforms(self, other: FeelType) -> bool:
        return self is other or super().conforms(other)


class SelfReference(FeelType):
    """Stands for a type inside its own definition: a structure may hold items of its own kind."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.target: FeelType = ANY

    def accepts(self, value: Any) -> bool:
        return self.target.accepts(value)

    def admits(self, value: Any) -> bool:
        return self.target.admits(value)

    def conforms(self, other: FeelType) -> bool:
        return other is self or other is self.target or other is ANY

    def coerce(self, value: Any) -> Any:
        return self.target.coerce(value)


class SignatureType(FunctionType):
    """A function type of a model; a function that declares less than the type asks for is taken at its word."""

    def coerce(self, value: Any) -> Any:
        if value is None or self.accepts(value):
            return value
        fits = isinstance(value, Function) and any(self._may_be(one) for one in signatures_of(value))
        return value if fits else None

    def _may_be(self, other: FunctionType) -> bool:
        if len(other.parameters) != len(self.parameters):
            return False
        pairs = zip(other.parameters, self.parameters, strict=True)
        parameters = all(own is ANY or wanted.conforms(own) for own, wanted in pairs)
        return parameters and (other.result is ANY or other.result.conforms(self.result))


def priorities(kind: FeelType) -> str | None:
    """The allowed values in order, as unary tests; they rank the outputs of a table."""
    if isinstance(kind, AllowedType):
        return kind.written
    return priorities(kind.element) if isinstance(kind, ListType) else None


def component(kind: FeelType, name: str) -> FeelType:
    """The type of one component of a structure, or of each structure in a list; Any where there is none."""
    if isinstance(kind, ConstrainedType):
        return component(kind.base, name)
    if isinstance(kind, ListType):
        return component(kind.element, name)
    return kind.entries.get(name, ANY) if isinstance(kind, ContextType) else ANY


def from_json(kind: FeelType, value: object) -> Any:
    """Plain JSON as a value of the type: a text where a date, time or duration is declared is read as one."""
    if isinstance(kind, SelfReference):
        return from_json(kind.target, value)
    if isinstance(kind, ConstrainedType):
        return from_json(kind.base, value)
    if isinstance(kind, ListType):
        items = value if isinstance(value, list) else [value]
        converted = [from_json(kind.element, item) for item in items]
        return converted if isinstance(value, list) else converted[0]
    if isinstance(kind, ContextType) and isinstance(value, Mapping):
        return {str(name): from_json(kind.entries.get(str(name), ANY), item) for name, item in value.items()}
    return values.from_json_as(kind.name, value)


def result_of(kind: FeelType) -> FeelType:
    """What a function's result must be: DMN 1.3 declares the function's type, DMN 1.1 and 1.2 that of the result."""
    return kind.result if isinstance(kind, FunctionType) else kind
