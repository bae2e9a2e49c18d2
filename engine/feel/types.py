"""FEEL types: what `instance of` asks, what a parameter demands, and the implicit conversions between them."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel.functions import UserFunction
from engine.feel.python_values import from_python
from engine.feel.runtime import spend
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import Function, Range, kind_of


class FeelType:
    """A type; `str()` gives it as FEEL writes it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name

    def accepts(self, value: Any) -> bool:
        """Whether a value other than null has this type, as `instance of` sees it."""
        return kind_of(value) == self.name

    def admits(self, value: Any) -> bool:
        """As `accepts`, and the value keeps to the allowed values that the type names too."""
        return self.accepts(value)

    def conforms(self, other: "FeelType") -> bool:
        """Whether every value of this type may stand where the other is wanted."""
        return other.name == "Any" or (type(other) is type(self) and other.name == self.name)

    def coerce(self, value: Any) -> Any:
        """The value, converted as DMN allows (one-item list to its item, item to list, date to its midnight), or null."""
        if value is None or self.admits(value):
            return value
        if isinstance(value, list) and len(value) == 1 and self.admits(from_python(value[0])):
            return from_python(value[0])
        if self.name == "date and time" and isinstance(value, FeelDate):
            return FeelDateTime(value, FeelTime(0, 0))
        return None


class AnyType(FeelType):
    def accepts(self, value: Any) -> bool:
        return value is not None


class NullType(FeelType):
    def accepts(self, value: Any) -> bool:
        return value is None

    def conforms(self, other: FeelType) -> bool:
        return True


class ListType(FeelType):
    def __init__(self, element: FeelType) -> None:
        super().__init__(f"list<{element}>")
        self.element = element

    def accepts(self, value: Any) -> bool:
        spend(len(value) if isinstance(value, list) else 0)
        return isinstance(value, list) and all(_fits(self.element, each) for each in value)

    def admits(self, value: Any) -> bool:
        return isinstance(value, list) and all(_admitted(self.element, each) for each in value)

    def conforms(self, other: FeelType) -> bool:
        if isinstance(other, ListType):
            return self.element.conforms(other.element)
        return other.name == "Any"

    def coerce(self, value: Any) -> Any:
        if value is None or self.admits(value):
            return value
        return [value] if self.element.admits(value) else None


class ContextType(FeelType):
    def __init__(self, entries: Mapping[str, FeelType]) -> None:
        super().__init__("context<" + ", ".join(f"{key}: {kind}" for key, kind in entries.items()) + ">")
        self.entries = entries

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict) and all(
            key in value and _fits(kind, value[key]) for key, kind in self.entries.items()
        )

    def admits(self, value: Any) -> bool:
        return isinstance(value, dict) and all(
            key in value and _admitted(kind, value[key]) for key, kind in self.entries.items()
        )

    def conforms(self, other: FeelType) -> bool:
        if isinstance(other, ContextType):
            return all(key in self.entries and self.entries[key].conforms(kind) for key, kind in other.entries.items())
        return other.name in ("Any", "context")


class RangeType(FeelType):
    def __init__(self, element: FeelType) -> None:
        super().__init__(f"range<{element}>")
        self.element = element

    def accepts(self, value: Any) -> bool:
        return isinstance(value, Range) and _fits(self.element, value.start) and _fits(self.element, value.end)

    def conforms(self, other: FeelType) -> bool:
        if isinstance(other, RangeType):
            return self.element.conforms(other.element)
        return other.name == "Any"


class FunctionType(FeelType):
    def __init__(self, parameters: list[FeelType], result: FeelType) -> None:
        super().__init__(f"function<{', '.join(map(str, parameters))}>->{result}")
        self.parameters = parameters
        self.result = result

    def accepts(self, value: Any) -> bool:
        if isinstance(value, Function):
            return any(signature.conforms(self) for signature in signatures_of(value))
        return callable(value)

    def admits(self, value: Any) -> bool:
        """Here a result that nobody can tell beforehand is welcome."""
        if not isinstance(value, UserFunction) or value.result is not None:
            return self.accepts(value)
        return any(FunctionType(each.parameters, self.result).conforms(self) for each in signatures_of(value))

    def conforms(self, other: FeelType) -> bool:
        if not isinstance(other, FunctionType):
            return other.name == "Any"
        if len(self.parameters) != len(other.parameters) or not self.result.conforms(other.result):
            return False
        pairs = zip(self.parameters, other.parameters, strict=True)
        return all(wanted.conforms(own) for own, wanted in pairs)


class ConstrainedType(FeelType):
    """A named type of a decision model: another type whose values pass a check (its allowed values)."""

    def __init__(self, name: str, base: FeelType, check: Callable[[Any], bool]) -> None:
        super().__init__(name)
        self.base = base
        self.check = check

    def accepts(self, value: Any) -> bool:
        return self.base.accepts(value)

    def admits(self, value: Any) -> bool:
        return self.base.admits(value) and self.check(value)

    def conforms(self, other: FeelType) -> bool:
        return self is other or self.base.conforms(other)

    def coerce(self, value: Any) -> Any:
        converted = self.base.coerce(value)
        return converted if converted is not None and self.check(converted) else None


ANY = AnyType("Any")
NULL = NullType("Null")
SIMPLE: dict[str, FeelType] = {
    name: FeelType(name)
    for name in (
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "years and months duration",
        "days and time duration",
        "context",
        "list",
        "range",
        "function",
    )
} | {"Any": ANY, "Null": NULL}
SIMPLE |= {
    "dateTime": SIMPLE["date and time"],
    "dayTimeDuration": SIMPLE["days and time duration"],
    "yearMonthDuration": SIMPLE["years and months duration"],
    "day-time-duration": SIMPLE["days and time duration"],
    "year-month-duration": SIMPLE["years and months duration"],
}


def _fits(kind: FeelType, value: Any) -> bool:
    """Null fits every type inside another one."""
    return value is None or kind.accepts(from_python(value))


def _admitted(kind: FeelType, value: Any) -> bool:
    return value is None or kind.admits(from_python(value))


def signatures_of(function: Function) -> list[FunctionType]:
    """The types a function may be called as; what nobody declared is Any."""
    if isinstance(function, UserFunction):
        return [FunctionType([kind or ANY for kind in function.types], function.result or ANY)]
    return list(function.signature_types())
