"""FEEL in a form: a text that begins with "=" is evaluated, every other value is itself.

An expression that fails is null, as in form-js.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests, to_json
from engine.feel.limits import spent


@dataclass(frozen=True)
class Scope:
    """What an expression sees: the form's data by name, and `this`, `parent` and `i` (the row numbers from 1)."""

    data: Mapping[str, Any]
    now: datetime
    this: Any = None
    parent: Any = None
    i: tuple[int, ...] = ()

    @classmethod
    def of_form(cls, data: Mapping[str, Any], now: datetime) -> "Scope":
        return cls(data, now, this=data)

    def row(self, value: Any, index: int) -> "Scope":
        """The scope within one row of a list (`index` from 0)."""
        data = self.this if isinstance(self.this, Mapping) else {}
        return Scope(self.data, self.now, value, self._names(data), (*self.i, index + 1))

    @cached_property
    def names(self) -> dict[str, Any]:
        return self._names(self.data)

    def _names(self, data: Mapping[str, Any]) -> dict[str, Any]:
        special = {"this": self.this, "parent": self.parent, "i": list(self.i)}
        return {**special, **data, **{f"_{name}_": value for name, value in special.items()}}


MAX_SECONDS = 0.4  # of one expression: a form asks the same one more than once


def _soon() -> float:
    return spent() + MAX_SECONDS


def is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")


def evaluate(value: Any, scope: Scope) -> Any:
    """The JSON value of an expression, or the value itself when it is none."""
    if not is_expression(value):
        return value
    try:
        return to_json(compile_expression(value[1:]).evaluate(scope.names, now=scope.now, until=_soon()))
    except FeelSyntaxError:
        return None


def is_met(condition: Any, scope: Scope) -> bool:
    """Whether a condition of visibility or writing holds: a unary test of nothing, as form-js evaluates it.

    So it holds when it is true, and also when it comes out as null (null is what is tested): `=count < 3` holds as long
    as there is no count. What is no expression, or is not FEEL, never holds.
    """
    if not is_expression(condition):
        return False
    try:
        return compile_unary_tests(condition[1:]).evaluate(None, scope.names, now=scope.now, until=_soon()) is True
    except FeelSyntaxError:
        return False


def flag(value: Any, scope: Scope) -> bool:
    """A setting that is true, false or a condition."""
    return is_met(value, scope) if is_expression(value) else bool(value)


def syntax_error(value: str, condition: bool = False) -> FeelSyntaxError | None:
    """What is wrong with an expression's text; a condition may also be a unary test such as `> 5`."""
    try:
        (compile_unary_tests if condition else compile_expression)(value[1:])
    except FeelSyntaxError as error:
        return error
    return None
