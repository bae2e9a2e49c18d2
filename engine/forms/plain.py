"""A form as a tree of plain HTML fields, for people without JavaScript and for assistive technology.

`plain_fields` says what to draw, `plain_input.parse_plain` reads what such a page posts. A template draws each field by its
`kind`, in order, and nothing that is hidden is in the tree:

- `text` `textarea` `number` `date` `time` `datetime` `email` `tel` `checkbox` `checkboxes` `radios` `select` `file`: inputs;
- `output`: a value that only reads (read-only, disabled or computed);
- `group`: a fieldset with `children`; `list`: a fieldset with `rows`, each a tuple of fields;
- `markdown`, `html` (not yet sanitised), `table`, `image`, `separator`, `button`: what is only looked at. Spacers, frames and
  document previews have no plain form.

A `checkbox`, `checkboxes` or `file` needs `<input type="hidden" name="{name}" value="">` before it, and a `list`
`<input type="hidden" name="{name}[]" value="">`: an unchecked box posts nothing. Buttons named `_add` (value: the list's name)
and `_remove` (value: `items[1]`) post the page for one row more or less (`plain_input.change_rows`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.forms import dates
from engine.forms.checking import may_not_resize
from engine.forms.constraints import is_required, limit
from engine.forms.expressions import Scope, evaluate
from engine.forms.filling import Filling, fill
from engine.forms.form import Component, Form, Path
from engine.forms.instances import Instance
from engine.forms.localization import localized_form
from engine.forms.options import options_of, same
from engine.forms.paths import MISSING, get_at, written
from engine.forms.templates import render, shown


@dataclass(frozen=True)
class PlainOption:
    """`value` is what the option posts, a string that `parse_plain` turns back."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class PlainField:
    """One field; `name` is its input's name and the path of its errors, `id` is unique on the page."""

    kind: str
    name: str
    id: str
    label: str = ""
    help: str = ""
    required: bool = False
    value: Any = ""
    options: tuple[PlainOption, ...] = ()
    min: str | None = None
    max: str | None = None
    step: str | None = None
    min_length: str | None = None
    max_length: str | None = None
    accept: str = ""
    multiple: bool = False
    prefix: str = ""
    suffix: str = ""
    children: tuple["PlainField", ...] = ()
    rows: tuple[tuple["PlainField", ...], ...] = ()
    can_add: bool = False
    columns: tuple[tuple[str, str], ...] = ()


def plain_fields(
    form: Form,
    data: Mapping[str, Any],
    locale: str = "zh",
    *,
    sent: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    zone: str = "Asia/Shanghai",
) -> list[PlainField]:
    """The visible fields of a form opened on `data`, with what was `sent` (and perhaps refused) still in them."""
    shown_form = form if locale == "zh" else localized_form(form, locale)
    filling = fill(shown_form, data, sent, now, zone)
    return _Drawing(filling).children(shown_form.root, ())


def token(value: Any) -> str:
    """What an option posts: text as it is, everything else as JSON behind `json:`."""
    plain = isinstance(value, str) and not value.startswith("json:")
    return value if plain else "json:" + json.dumps(value, ensure_ascii=False, sort_keys=True)


class _Drawing:
    """One filled form on its way to fields."""

    def __init__(self, filling: Filling) -> None:
        self.filling = filling
        self.by_path: dict[tuple[int, Path], Instance] = {
            (id(instance.component), instance.path): instance for instance in filling.instances
        }

    def children(self, parent: Component, path: Path) -> list[PlainField]:
        found = []
        for component in parent.components:
            instance = self.by_path.get((id(component), (*path, *component.segments)))
            drawn = None if instance is None or instance.hidden else self.draw(instance)
            found += [drawn] if drawn else []
        return found

    def draw(self, instance: Instance) -> PlainField | None:
        component = instance.component
        if component.kind.binding == "key":
            return self._input(instance)
        drawer = _DRAWERS.get(component.type)
        return drawer(self, instance) if drawer else None

    def value(self, instance: Instance) -> Any:
        found = get_at(self.filling.data, instance.path)
        return instance.component.kind.empty if found is MISSING else found

    def field(self, kind: str, instance: Instance, **more: Any) -> PlainField:
        component, scope = instance.component, instance.scope
        place = "-".join(str(part) for part in instance.path if isinstance(part, int))
        texts = {
            "label": render(_label(component), scope),
            "help": render(component.get("description"), scope),
            "required": component.kind.binding == "key" and is_required(component, scope),
        }
        identity = f"{component.id}-{place}" if place else component.id
        return PlainField(kind, written(instance.path), identity, **{**texts, **more})

    def _input(self, instance: Instance) -> PlainField | None:
        component, value = instance.component, self.value(instance)
        if component.type == "expression":
            return None
        if component.get("disabled") is True or instance.path in self.filling.locked:
            return self.field("output", instance, value=self._shown(instance, value), required=False)
        if component.kind.options:
            return self._choice(instance, value)
        return _INPUTS[component.type](self, instance, value)

    def _choice(self, instance: Instance, value: Any) -> PlainField:
        component = instance.component
        chosen = value if isinstance(value, list) and component.kind.many else [value]
        options = tuple(
            PlainOption(token(option.value), option.label, any(same(option.value, each) for each in chosen))
            for option in options_of(component, self.filling.initial, instance.scope)
        )
        kind = "checkboxes" if component.kind.many else "radios" if component.type == "radio" else "select"
        return self.field(kind, instance, value=value, options=options, multiple=component.kind.many)

    def _shown(self, instance: Instance, value: Any) -> str:
        """A value as a reader sees it: options by their labels, moments in the zone."""
        component = instance.component
        if component.kind.options:
            options = options_of(component, self.filling.initial, instance.scope)
            chosen = value if isinstance(value, list) else [value]
            labels = [next((o.label for o in options if same(o.value, each)), shown(each)) for each in chosen]
            return "、".join(filter(None, labels))
        if component.type == "datetime":
            return dates.to_input(component, value, self.filling.zone).replace("T", " ")
        if isinstance(value, bool):
            return "✓" if value else "✗"
        return shown(value)


def _label(component: Component) -> Any:
    own = component.get("dateLabel") if dates.subtype(component) != "time" else component.get("timeLabel")
    return component.get("label") or (own if component.type == "datetime" else "") or ""


def _text(drawing: _Drawing, instance: Instance, value: Any) -> PlainField:
    component, scope = instance.component, instance.scope
    kinds = {"email": "email", "phone": "tel"}
    kind = (
        kinds.get(str(component.validate.get("validationType")), "text")
        if component.type == "textfield"
        else "textarea"
    )
    return drawing.field(
        kind,
        instance,
        value=shown(value),
        min_length=_number_text(limit(component, "minLength", scope)),
        max_length=_number_text(limit(component, "maxLength", scope)),
        **_adorners(component, scope),
    )


def _number(drawing: _Drawing, instance: Instance, value: Any) -> PlainField:
    component, scope = instance.component, instance.scope
    digits = component.get("decimalDigits")
    step = component.get("increment") or (f"1e-{digits}" if digits else "1" if digits == 0 else "any")
    return drawing.field(
        "number",
        instance,
        value=shown(value),
        min=_number_text(limit(component, "min", scope)),
        max=_number_text(limit(component, "max", scope)),
        step=str(step),
        **_adorners(component, scope),
    )


def _datetime(drawing: _Drawing, instance: Instance, value: Any) -> PlainField:
    component, filling = instance.component, drawing.filling
    kind = dates.subtype(component)
    drawn = dates.to_input(component, value, filling.zone)
    first = dates.local_date(filling.now, filling.zone).isoformat() + ("T00:00" if kind == "datetime" else "")
    least = first if component.get("disallowPassedDates") and kind != "time" else None
    return drawing.field(kind, instance, value=drawn or shown(value), min=least)


def _checkbox(drawing: _Drawing, instance: Instance, value: Any) -> PlainField:
    return drawing.field("checkbox", instance, value=value is True)


def _file(drawing: _Drawing, instance: Instance, value: Any) -> PlainField:
    component, scope = instance.component, instance.scope
    several = evaluate(component.get("multiple"), scope) is True
    return drawing.field("file", instance, value=value, multiple=several, accept=render(component.get("accept"), scope))


def _group(drawing: _Drawing, instance: Instance) -> PlainField:
    return drawing.field("group", instance, children=tuple(drawing.children(instance.component, instance.path)))


def _list(drawing: _Drawing, instance: Instance) -> PlainField:
    found = get_at(drawing.filling.data, instance.path)
    count = len(found) if isinstance(found, list) else 0
    rows = (tuple(drawing.children(instance.component, (*instance.path, index))) for index in range(count))
    fixed = may_not_resize(instance.component, instance)
    return drawing.field("list", instance, rows=tuple(rows), can_add=not fixed)


def _paragraph(drawing: _Drawing, instance: Instance) -> PlainField:
    """`value` is Markdown for a text and HTML (not yet sanitised) for an html component."""
    component = instance.component
    text = component.get("text") if component.type == "text" else component.get("content")
    return drawing.field(
        "markdown" if component.type == "text" else "html", instance, value=render(text, instance.scope)
    )


def _image(drawing: _Drawing, instance: Instance) -> PlainField:
    component, scope = instance.component, instance.scope
    return drawing.field(
        "image", instance, value=render(component.get("source"), scope), label=render(component.get("alt"), scope)
    )


def _table(drawing: _Drawing, instance: Instance) -> PlainField:
    component, scope = instance.component, instance.scope
    found = evaluate(component.get("columnsExpression"), scope)
    columns = found if isinstance(found, list) else component.get("columns") or []
    heads = tuple((str(c.get("key")), str(c.get("label") or c.get("key"))) for c in columns if isinstance(c, Mapping))
    return drawing.field("table", instance, columns=heads, value=_table_cells(component, heads, scope))


def _table_cells(component: Component, heads: tuple[tuple[str, str], ...], scope: Scope) -> tuple[tuple[str, ...], ...]:
    source = component.get("dataSource")
    rows = evaluate(source if str(source).startswith("=") else f"={source}", scope) if source else None
    entries = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return tuple(tuple(shown(row.get(key)) for key, _ in heads) for row in entries)


def _bare(drawing: _Drawing, instance: Instance) -> PlainField:
    return drawing.field(instance.component.type, instance, value=instance.component.get("action", ""))


def _adorners(component: Component, scope: Scope) -> dict[str, str]:
    appearance = component.get("appearance")
    found = appearance if isinstance(appearance, dict) else {}
    return {"prefix": render(found.get("prefixAdorner"), scope), "suffix": render(found.get("suffixAdorner"), scope)}


def _number_text(value: Any) -> str | None:
    return None if value is None or value == "" else shown(value)


_INPUTS: dict[str, Callable[[_Drawing, Instance, Any], PlainField]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _datetime,
    "checkbox": _checkbox,
    "filepicker": _file,
}
_DRAWERS: dict[str, Callable[[_Drawing, Instance], PlainField]] = {
    "group": _group,
    "dynamiclist": _list,
    "text": _paragraph,
    "html": _paragraph,
    "image": _image,
    "table": _table,
    "separator": _bare,
    "button": _bare,
}
