"""What a built-in's parameter accepts, and how an argument is converted to it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel.durations import DaysTime, YearsMonths
from engine.feel.python_values import from_python
from engine.feel.temporal import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import Function, Range

MISFIT = object()

_TYPES: dict[str, tuple[type, ...]] = {
    "number": (int, Decimal),
    "string": (str,),
    "boolean": (bool,),
    "date": (FeelDate,),
    "time": (FeelTime,),
    "date and time": (FeelDateTime,),
    "days and time duration": (DaysTime,),
    "years and months duration": (YearsMonths,),
    "duration": (DaysTime, YearsMonths),
    "context": (dict,),
    "range": (Range,),
    "list": (list,),
    "point": (int, Decimal, str, FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `[name: kind]` in a declaration is optional, `kind?` takes null, `*name` the remaining arguments,
    `**name` either one list or all arguments as one.
    """

    name: str
    kinds: tuple[str, ...]
    optional: bool
    nullable: bool
    stars: int

    @classmethod
    def parse(cls, text: str) -> "Parameter":
        """The parameter a declaration such as `[length: number?]` means."""
        optional = text.startswith("[")
        name, _, kind = text.strip("[]").partition(": ")
        stars = len(name) - len(name.lstrip("*"))
        nullable = kind.endswith("?") or kind == "Any"
        return cls(name.lstrip("*"), tuple(kind.rstrip("?").split("|")), optional, nullable, stars)

    def converter(self) -> Callable[[Any], Any]:
        """A function from an argument to the value the built-in gets, or MISFIT."""
        if self.kinds == ("Any",):
            return lambda value: value
        if self.kinds == ("list",):
            return _list_or_null if self.nullable else _list
        if self.kinds == ("function",):
            return _function
        return _of_types(tuple(each for kind in self.kinds for each in _TYPES[kind]), self.nullable)


def _of_types(types: tuple[type, ...], nullable: bool) -> Callable[[Any], Any]:
    wanted = frozenset(types)
    from_date = FeelDateTime in wanted and FeelDate not in wanted
    unwrap = list not in wanted

    def convert(value: Any) -> Any:
        if type(value) in wanted:
            return value
        if value is None:
            return None if nullable else MISFIT
        if unwrap and type(value) is list and len(value) == 1:
            return convert(from_python(value[0])) if value[0] is not None else MISFIT
        if from_date and type(value) is FeelDate:
            return FeelDateTime(value, FeelTime(0, 0))
        return MISFIT

    return convert


def _list(value: Any) -> Any:
    if type(value) is list:
        return value
    return MISFIT if value is None else [value]


def _list_or_null(value: Any) -> Any:
    return None if value is None else _list(value)


def _function(value: Any) -> Any:
    return value if isinstance(value, Function) or callable(value) else MISFIT
