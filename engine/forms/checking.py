"""Whether the value of one instance, or the number of a list's rows, is what the form asks for."""

from collections.abc import Iterator
from typing import Any

from engine.forms.constraints import violations
from engine.forms.expressions import flag
from engine.forms.filling import MOST_ROWS, Filling, first_rows
from engine.forms.form import Component
from engine.forms.instances import Instance
from engine.forms.messages import Message, message
from engine.forms.options import options_of
from engine.forms.paths import get_at
from engine.forms.values import clean


def check_value(value: Any, instance: Instance, filling: Filling) -> tuple[Any, list[Message]]:
    """The clean value of an instance and what is wrong with it; what the form itself holds is not asked its type."""
    component, scope = instance.component, instance.scope
    if component.type == "expression" or instance.path in filling.locked:
        return value, violations(component, value, scope, filling.zone)
    options = options_of(component, filling.initial, scope) if component.kind.options else None
    found, problem = clean(component, value, options)
    return found, [problem] if problem else violations(component, found, scope, filling.zone)


def check_rows(instance: Instance, count: int, filling: Filling) -> list[Message]:
    """What is wrong with the number of a list's rows."""
    return list(_row_problems(instance, count, filling))


def _row_problems(instance: Instance, count: int, filling: Filling) -> Iterator[Message]:
    """It is fixed unless rows can be added, else within its own limits."""
    component = instance.component
    if may_not_resize(component, instance):
        before = get_at(filling.initial, instance.path)
        expected = len(before if isinstance(before, list) else first_rows(component, None))
        if count != expected:
            yield message("rows", count=expected)
        return
    least, most = row_limits(component)
    if count < least:
        yield message("min_rows", limit=least)
    if count > most:
        yield message("max_rows", limit=most)


def may_not_resize(component: Component, instance: Instance) -> bool:
    """Whether a list keeps the rows it was opened with."""
    return component.get("allowAddRemove") is False or flag(component.get("readonly"), instance.scope)


def row_limits(component: Component) -> tuple[int, int]:
    """The extension properties `minRows` and `maxRows` of a list (form-js has none), within what any list may have."""
    least, most = (str(component.properties.get(name, "")) for name in ("minRows", "maxRows"))
    return int(least) if least.isdigit() else 0, min(int(most), MOST_ROWS) if most.isdigit() else MOST_ROWS
