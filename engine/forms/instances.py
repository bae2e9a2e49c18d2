"""The instances of a form's components for given data: one each, and one per row of a list; who is visible."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms.expressions import Scope, is_met
from engine.forms.form import Component, Form, Path
from engine.forms.paths import clear_at, get_at


@dataclass(frozen=True)
class Instance:
    """A component at a place in the data. `hidden` holds when it or anything around it is."""

    component: Component
    path: Path
    scope: Scope
    hidden: bool


def instances(form: Form, data: Mapping[str, Any], scope: Scope) -> Iterator[Instance]:
    """All instances in order, containers before their children; the rows of a hidden list are left out.

    `data` says which rows there are and what `this` is in each (with the values of hidden fields, as in form-js),
    `scope` what conditions see by name.
    """
    yield from _children(form.root, (), data, scope, hidden=False)


def visible_data(form: Form, initial: Mapping[str, Any], data: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """What expressions see, as form-js has it: the data without the hidden fields' values, where a name that vanishes
    falls back to what the form was opened with."""
    filtered = form.own_copy(data)
    for instance in instances(form, data, scope):
        if instance.hidden and instance.component.kind.binding in ("key", "list"):
            clear_at(filtered, instance.path)
    return {**initial, **filtered}


def _children(parent: Component, path: Path, data: Mapping[str, Any], scope: Scope, hidden: bool) -> Iterator[Instance]:
    for component in parent.components:
        own = (*path, *component.segments)
        here = hidden or is_met(component.hide, scope)
        yield Instance(component, own, scope, here)
        if component.kind.binding != "list":
            yield from _children(component, own, data, scope, here)
        elif not here:
            yield from _rows(component, own, data, scope)


def _rows(component: Component, path: Path, data: Mapping[str, Any], scope: Scope) -> Iterator[Instance]:
    rows = get_at(data, path)
    for index, value in enumerate(rows if isinstance(rows, list) else ()):
        yield from _children(component, (*path, index), data, scope.row(value, index), hidden=False)
