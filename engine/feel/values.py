"""FEEL ranges and functions as values, and the name of each kind of value."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime

if TYPE_CHECKING:
    from engine.feel.runtime import Runtime


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

    def invoke(self, rt: "Runtime", args: list[Any], names: Sequence[str] | None) -> Any:
        """The result for positional arguments, or named ones when `names` is given; null when they do not fit."""
        raise NotImplementedError

    def signature_types(self) -> Sequence[Any]:
        """The function types it may be called as."""
        return ()


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
