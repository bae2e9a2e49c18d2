"""The marshmallow schema of a form: what a person sent becomes the variables to merge, or messages per field.

Before the fields are loaded, the form is filled in (`filling`) and every visible value is replaced by an `_Entry`, the
value with the instance it belongs to; hidden and disabled fields and unknown keys are left behind there. So the fields
can be built once per form although what they ask depends on the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma

from engine.forms.checking import check_rows, check_value
from engine.forms.filling import Filling, fill
from engine.forms.form import Component, Form
from engine.forms.instances import Instance
from engine.forms.messages import Message, message
from engine.forms.paths import MISSING, get_at, set_at

OWN = -1  # Where the messages about a list itself are kept among those of its rows.


@dataclass(frozen=True)
class _Entry:
    """A visible value on its way through the schema."""

    value: Any
    instance: Instance
    filling: Filling


class ComponentField(ma.fields.Field[Any]):
    """One keyed component."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, _Entry):
            raise ma.ValidationError([message("object")])
        found, problems = check_value(value.value, value.instance, value.filling)
        if problems:
            raise ma.ValidationError(problems)
        return found


class _Rows(list[Any]):
    """A visible list on its way through the schema, with what is wrong with the list itself."""

    def __init__(self, count: int, problems: list[Message]) -> None:
        super().__init__({} for _ in range(count))
        self.problems = problems


class RowsField(ma.fields.List[Any]):
    """A dynamic list; its rows are loaded even if their number is wrong, so that one sees all messages at once."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        problems: dict[Any, Any] = {OWN: value.problems} if value.problems else {}
        try:
            rows = super()._deserialize(value, attr, data, **kwargs)
        except ma.ValidationError as error:
            raise ma.ValidationError({**problems, **error.messages_dict}) from error
        if problems:
            raise ma.ValidationError(problems)
        return rows


class FormSchema(ma.Schema):
    """The base of every form's schema; `form_schema` binds it to a form and the data that it was opened on."""

    class Meta:
        unknown = ma.EXCLUDE
        register = False

    form: Form
    opened_on: Mapping[str, Any]
    now: datetime | None
    zone: str

    @ma.pre_load
    def resolve(self, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise ma.ValidationError([message("object")], "")
        return entries(fill(self.form, self.opened_on, data, self.now, self.zone))


def form_schema(
    form: Form, data_context: Mapping[str, Any], *, now: datetime | None = None, zone: str = "Asia/Shanghai"
) -> FormSchema:
    """The schema whose `load` turns what was sent into the variables to merge.

    `data_context` are the variables that the form was opened on. `load` raises marshmallow's ValidationError, which
    `field_errors` lists by field. `now` (aware, the clock's unless given) and `zone` decide what today is.
    """
    schema: FormSchema = _schema_class(form)()
    schema.form, schema.opened_on, schema.now, schema.zone = form, data_context, now, zone
    return schema


def entries(filling: Filling) -> dict[str, Any]:
    """The visible values of a filled form in the form of its data, each with its instance."""
    found: dict[str, Any] = {}
    for instance in filling.instances:
        component = instance.component
        if instance.hidden or component.get("disabled") is True:
            continue
        if component.kind.binding == "list":
            _put_rows(found, instance, filling)
        elif component.kind.binding == "key":
            value = get_at(filling.data, instance.path)
            entry = _Entry(component.kind.empty if value is MISSING else value, instance, filling)
            set_at(found, instance.path, entry)
    return found


def _put_rows(found: dict[str, Any], instance: Instance, filling: Filling) -> None:
    rows = get_at(filling.data, instance.path)
    if isinstance(rows, list):
        set_at(found, instance.path, _Rows(len(rows), check_rows(instance, len(rows), filling)))
    else:
        set_at(found, instance.path, _Rows(0, [message("list")]))


_Tree = dict[str, Any]


def _schema_class(form: Form) -> type[FormSchema]:
    """The form's schema class, built once and kept with the form."""
    kept: type[FormSchema] | None = form.__dict__.get("_schema_class")
    if kept is None:
        kept = type("OneFormSchema", (FormSchema,), {**_fields(_tree(form.root, {}))})
        form.__dict__["_schema_class"] = kept
    return kept


def _tree(parent: Component, tree: _Tree) -> _Tree:
    """The components by the segments of their paths; a leaf is the component, a list is `[component, tree]`."""
    for component in parent.components:
        binding, here = component.kind.binding, tree
        if binding in ("none", "path"):
            for segment in component.segments:
                here = _branch(here, segment)
            _tree(component, here)
            continue
        for segment in component.segments[:-1]:
            here = _branch(here, segment)
        if component.segments:
            leaf = component if binding == "key" else [component, _tree(component, {})]
            here.setdefault(component.segments[-1], leaf)
    return tree


def _branch(tree: _Tree, segment: str) -> _Tree:
    found = tree.setdefault(segment, {})
    return found if isinstance(found, dict) else {}


def _fields(tree: _Tree) -> dict[str, ma.fields.Field[Any]]:
    """Fields by number, because a key may have any name; `data_key` and `attribute` carry it."""
    return {f"field_{number}": _field(key, node) for number, (key, node) in enumerate(tree.items())}


def _field(key: str, node: Any) -> ma.fields.Field[Any]:
    names: dict[str, Any] = {"data_key": key, "attribute": key}
    if isinstance(node, Component):
        return ComponentField(allow_none=True, **names)
    if isinstance(node, list):
        return RowsField(ma.fields.Nested(_nested(node[1])), **names)
    return ma.fields.Nested(_nested(node), **names)


def _nested(tree: _Tree) -> type[ma.Schema]:
    return ma.Schema.from_dict({**_fields(tree)})
