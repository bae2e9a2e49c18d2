"""The options of select, radio, checklist and taglist: where they come from, and what counts as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms.expressions import Scope, evaluate
from engine.forms.form import Component


@dataclass(frozen=True)
class Option:
    value: Any
    label: str


def options_of(component: Component, initial: Mapping[str, Any], scope: Scope) -> list[Option]:
    """The options, from the data the form was opened with (`valuesKey`), the form, or an expression, in that order."""
    known = known_options(component, initial)
    return _options(evaluate(component.get("valuesExpression"), scope)) if known is None else known


def known_options(component: Component, initial: Mapping[str, Any]) -> list[Option] | None:
    """The options that are there before anything is filled in; None when an expression gives them."""
    if "valuesKey" in component.attributes:
        return _options(initial.get(component.get("valuesKey")))
    if "values" in component.attributes:
        return _options(component.get("values"))
    return None


def same(left: Any, right: Any) -> bool:
    """JSON equality: unlike Python's, true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def is_one_of(value: Any, options: list[Option]) -> bool:
    return any(same(value, option.value) for option in options)


def _options(found: Any) -> list[Option]:
    entries = found if isinstance(found, list) else []
    return [option for entry in entries if (option := _option(entry)) is not None]


def _option(entry: Any) -> Option | None:
    """A bare value is its own label; so is a value without a label. An empty value is no option."""
    if _is_primitive(entry):
        return Option(entry, _text(entry))
    if not isinstance(entry, Mapping):
        return None
    label, value = entry.get("label"), entry.get("value")
    if isinstance(label, str) and label:
        allowed = bool(value) if isinstance(value, list | Mapping) else _is_primitive(value)
        return Option(value, label) if allowed else None
    return Option(value, _text(value)) if _is_primitive(value) else None


def _is_primitive(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
