"""A form filled in: the data it is opened with, what was sent laid over it, and what the form computes itself."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import InvalidInput
from engine.forms.expressions import Scope, evaluate, flag
from engine.forms.form import Component, Form, Path
from engine.forms.instances import Instance, instances, visible_data
from engine.forms.options import same
from engine.forms.paths import MISSING, get_at, set_at
from engine.forms.values import clean, sanitized

MOST_ROWS = 500
MOST_INSTANCES = 20_000
_MOST_ROUNDS = 10


@dataclass
class Filling:
    """`initial` is what form-js starts from, `data` what it holds before the submit, `shown` what expressions see.

    `instances` are those of the final data, `locked` the paths of those that are read-only. Values of read-only and
    disabled fields are never taken from what was sent.
    """

    form: Form
    now: datetime
    zone: ZoneInfo
    initial: dict[str, Any]
    data: dict[str, Any]
    shown: Mapping[str, Any] = field(default_factory=dict)
    locked: set[Path] = field(default_factory=set)
    instances: list[Instance] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        return Scope.of_form(self.shown, self.now)


def fill(
    form: Form,
    context: Mapping[str, Any],
    sent: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    zone: str = "Asia/Shanghai",
) -> Filling:
    """Open the form on `context` (the task's variables) and lay what was `sent` over it.

    A key that was not sent keeps its value from the context, or else its default. `now` is aware, the clock's unless
    given; `zone` is the one in which the person who fills it in reads dates.
    """
    initial = form.own_copy(context)
    _start(form.root, (), initial, context)
    data = form.own_copy(initial)
    if sent:
        _lay_over(form.root, (), data, sent, initial)
    filling = Filling(form, now or datetime.now(UTC), ZoneInfo(zone), initial, data)
    for _ in range(_MOST_ROUNDS):
        _look(filling)
        if not _settle(filling):
            break
    return filling


def is_fixed(component: Component) -> bool:
    """Whether its value never comes from a person."""
    readonly, disabled = component.get("readonly"), component.get("disabled")
    return readonly is True or disabled is True or component.type == "expression"


def default_of(component: Component) -> Any:
    """What an untouched component holds."""
    return copy.deepcopy(component.get("defaultValue", component.kind.empty))


def _look(filling: Filling) -> None:
    """Work out what is visible with the data as it is now."""
    raw = Scope.of_form({**filling.initial, **filling.data}, filling.now)
    filling.shown = visible_data(filling.form, filling.initial, filling.data, raw)
    found = list(islice(instances(filling.form, filling.data, filling.scope), MOST_INSTANCES + 1))
    if len(found) > MOST_INSTANCES:
        raise InvalidInput(f"The form would have more than {MOST_INSTANCES} fields.")
    filling.instances = found


def _settle(filling: Filling) -> bool:
    """Compute expression fields and put back what turns out to be read-only; whether anything changed."""
    changed = False
    filling.locked.clear()
    for instance in filling.instances:
        value = _own_value(instance, filling)
        if value is not MISSING and not same(value, get_at(filling.data, instance.path)):
            set_at(filling.data, instance.path, copy.deepcopy(value))
            changed = True
    return changed


def _own_value(instance: Instance, filling: Filling) -> Any:
    """The value that the form itself gives an instance, or MISSING where a person does."""
    component = instance.component
    if component.type == "expression":
        return MISSING if instance.hidden else evaluate(component.get("expression"), instance.scope)
    if component.kind.binding != "key" or not component.get("readonly"):
        return MISSING
    before = get_at(filling.initial, instance.path)
    before = default_of(component) if before is MISSING else before
    if not flag(component.get("readonly"), _untouched_scope(instance, before)):
        return MISSING
    filling.locked.add(instance.path)
    return MISSING if component.get("readonly") is True else before


def _untouched_scope(instance: Instance, before: Any) -> Scope:
    """What the instance's own lock sees: everything as it is now, but itself as it was, or what one sends for a field
    could unlock it."""
    scope, path = instance.scope, instance.path
    data = {**scope.data, str(path[0]): copy.deepcopy(scope.data.get(str(path[0])))}
    set_at(data, path, before)
    row = max((place for place, segment in enumerate(path) if isinstance(segment, int)), default=-1)
    this = get_at(data, path[: row + 1]) if row >= 0 else data
    return replace(scope, data=data, this=this)


def _start(parent: Component, path: Path, target: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Give every component that has no value in the source its default, and every list its first rows."""
    for component in parent.components:
        own = (*path, *component.segments)
        if component.kind.binding == "key":
            value = get_at(source, own)
            set_at(target, own, default_of(component) if value is MISSING else sanitized(component, value, source))
        elif component.kind.binding == "list":
            rows = first_rows(component, get_at(source, own))
            set_at(target, own, rows)
            for index in range(len(rows)):
                _start(component, (*own, index), target, source)
        else:
            _start(component, own, target, source)


MOST_FIRST_ROWS = 100


def first_rows(component: Component, found: Any) -> list[Any]:
    """The rows a list starts with: those in the data, else its `defaultRepetitions` empty ones."""
    if isinstance(found, list):
        return [row if isinstance(row, dict) else {} for row in copy.deepcopy(found)]
    count = component.get("defaultRepetitions", 1)
    return [{} for _ in range(min(count, MOST_FIRST_ROWS) if isinstance(count, int) else 1)]


def _lay_over(
    parent: Component, path: Path, data: dict[str, Any], sent: Mapping[str, Any], initial: dict[str, Any]
) -> None:
    for component in parent.components:
        own = (*path, *component.segments)
        value = get_at(sent, own)
        if component.kind.binding == "key":
            if value is not MISSING and not is_fixed(component):
                set_at(data, own, copy.deepcopy(_typed(component, value)))
        elif component.kind.binding != "list":
            _lay_over(component, own, data, sent, initial)
        elif isinstance(value, list):
            _lay_rows(component, own, data, value, initial, sent)
        elif value is not MISSING:
            set_at(data, own, value)


def _typed(component: Component, value: Any) -> Any:
    """In the component's own type, so that conditions can compare it; as it was sent where it has none."""
    found, problem = clean(component, value)
    return value if problem else found


def _lay_rows(
    component: Component,
    path: Path,
    data: dict[str, Any],
    rows: list[Any],
    initial: dict[str, Any],
    sent: Mapping[str, Any],
) -> None:
    """Take the sent rows, each on top of the row of the initial data that it came from."""
    before = get_at(initial, path)
    origins = _origins(component, rows[: MOST_ROWS + 1], before if isinstance(before, list) else [])
    set_at(data, path, [copy.deepcopy(origin) for origin in origins])
    for index, origin in enumerate(origins):
        if origin == {}:
            _start(component, (*path, index), data, {})
        _lay_over(component, (*path, index), data, sent, initial)


def _origins(component: Component, rows: list[Any], before: list[Any]) -> list[dict[str, Any]]:
    """For each sent row the initial row that it was: the first unused one with the same read-only values.

    Rows may have been removed or added before it, so their number says little. A row that was none of them is new.
    """
    fixed = list(_fixed_paths(component, ()))
    unused = list(before)
    found = []
    for row in rows:
        origin = next((each for each in unused if _agree(row, each, fixed)), None)
        if origin is not None:
            unused.remove(origin)
        found.append(origin or {})
    return found


def _fixed_paths(parent: Component, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for child in parent.components:
        own = (*path, *child.segments)
        if child.kind.binding == "key" and is_fixed(child) and child.type != "expression":
            yield own
        elif child.kind.binding not in ("key", "list"):
            yield from _fixed_paths(child, own)


def _agree(row: Any, origin: Any, fixed: list[tuple[str, ...]]) -> bool:
    values = ((get_at(row, path), get_at(origin, path)) for path in fixed)
    return all(sent is MISSING or same(sent, kept) for sent, kept in values)
