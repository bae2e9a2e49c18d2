"""A form-js form as plain records: its components, their ids, and the keys that they bind to data."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.errors import InvalidInput
from engine.forms.kinds import KINDS, Kind

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Component:
    """One component; `attributes` is its JSON as it was written, `components` its children."""

    type: str
    id: str
    attributes: Mapping[str, Any]
    components: tuple["Component", ...] = ()

    @cached_property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @cached_property
    def key(self) -> str | None:
        """The dotted key or path that binds it to data, relative to its parent."""
        name = "key" if self.kind.binding == "key" else "path"
        return self.attributes.get(name) or None if self.kind.binding != "none" else None

    @cached_property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.key.split(".")) if self.key else ()

    @cached_property
    def validate(self) -> Mapping[str, Any]:
        """Its constraints; `{}` when there are none."""
        found = self.attributes.get("validate")
        return found if isinstance(found, dict) else {}

    @cached_property
    def hide(self) -> Any:
        conditional = self.attributes.get("conditional")
        return conditional.get("hide") if isinstance(conditional, dict) else None

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        found = self.attributes.get("properties")
        return found if isinstance(found, dict) else {}

    def get(self, name: str, default: Any = None) -> Any:
        return self.attributes.get(name, default)

    def walk(self) -> Iterator["Component"]:
        """This component and all below it, in order."""
        yield self
        for child in self.components:
            yield from child.walk()


@dataclass(frozen=True)
class Form:
    """`source` is the JSON object as it was sent, `text` its characters (for line numbers)."""

    id: str
    root: Component
    source: Mapping[str, Any]
    filename: str = ""
    text: str = field(default="", repr=False)

    @property
    def components(self) -> tuple[Component, ...]:
        return self.root.components

    def walk(self) -> Iterator[Component]:
        """All components below the root, in order."""
        for component in self.components:
            yield from component.walk()

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that the form writes to: the first segment of each of its paths."""
        return frozenset(_first_segments(self.root))

    def own_copy(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data, with copies of what the form may change; the rest of a process's variables is shared."""
        return {name: copy.deepcopy(value) if name in self.names else value for name, value in data.items()}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The paths of all values, dotted from the root; a list's children follow `[]`."""
        return tuple(_keys(self.root, ""))


def parse_form(json_text: str, filename: str = "") -> Form:
    """Read a form. Raises InvalidInput when it is no JSON object, or has a component that no form-js viewer knows.

    What else may be wrong with it is what `check_form` finds.
    """
    try:
        source = json.loads(json_text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput(f"{filename or 'The form'} is not JSON: {error}.") from error
    if not isinstance(source, dict) or not isinstance(source.get("components"), list):
        raise InvalidInput(f'{filename or "The form"} is not a form: it has no list of "components".')
    return build_form(source, filename, json_text)


def build_form(source: Mapping[str, Any], filename: str = "", text: str = "") -> Form:
    """The form of a JSON object that is one. Raises InvalidInput for a component that no viewer knows."""
    root = _component({**source, "type": "default"}, (0,))
    return Form(str(source.get("id") or "form"), root, source, filename, text)


def line_of(component: Component, text: str) -> int | None:
    """The line (from 1) on which the component's id, or else its key, is written; None when neither is."""
    for name, value in (("id", component.get("id")), ("key", component.get("key")), ("path", component.get("path"))):
        if value and (found := re.search(rf'"{name}"\s*:\s*{re.escape(json.dumps(value))}', text)):
            return text.count("\n", 0, found.start()) + 1
        if value and (found := re.search(rf'"{name}"\s*:\s*"{re.escape(str(value))}"', text)):
            return text.count("\n", 0, found.start()) + 1
    return None


def _component(data: Any, place: tuple[int, ...]) -> Component:
    if not isinstance(data, dict) or data.get("type") not in KINDS:
        kind = data.get("type") if isinstance(data, dict) else data
        raise InvalidInput(f'"{kind}" is not a component that forms have.')
    children = data.get("components", [])
    if not isinstance(children, list):
        raise InvalidInput(f'The components of "{data.get("id", data["type"])}" are not a list.')
    built = tuple(_component(child, (*place, index)) for index, child in enumerate(children))
    identity = str(data.get("id") or "Field_" + "_".join(map(str, place)))
    return Component(data["type"], identity, data, built)


def _first_segments(parent: Component) -> Iterator[str]:
    for child in parent.components:
        if child.segments:
            yield child.segments[0]
        else:
            yield from _first_segments(child)


def _keys(component: Component, prefix: str) -> Iterator[str]:
    for child in component.components:
        path = prefix + (child.key or "")
        if child.kind.binding == "key":
            yield path
        elif child.kind.binding == "list":
            yield from _keys(child, f"{path}[].")
        else:
            yield from _keys(child, f"{path}." if child.key else prefix)
