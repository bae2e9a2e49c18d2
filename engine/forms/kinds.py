"""The component types of form-js and what each of them does with data."""

from dataclasses import dataclass
from typing import Any, Literal

SCHEMA_VERSION = 19

Binding = Literal["key", "path", "list", "none"]


@dataclass(frozen=True)
class Kind:
    """`binding`: a `key` holds a value, a `path` holds its children's, a `list` repeats them, `none` holds nothing."""

    binding: Binding = "none"
    empty: Any = None
    options: bool = False
    many: bool = False
    text: bool = False


KINDS: dict[str, Kind] = {
    "textfield": Kind("key", "", text=True),
    "textarea": Kind("key", "", text=True),
    "number": Kind("key"),
    "datetime": Kind("key"),
    "expression": Kind("key"),
    "filepicker": Kind("key"),
    "checkbox": Kind("key", False),
    "checklist": Kind("key", [], options=True, many=True),
    "radio": Kind("key", options=True),
    "select": Kind("key", options=True),
    "taglist": Kind("key", [], options=True, many=True),
    "group": Kind("path"),
    "dynamiclist": Kind("list"),
    **dict.fromkeys(
        ("text", "html", "image", "table", "spacer", "separator", "button", "iframe", "documentPreview"), Kind()
    ),
    "default": Kind("path"),
}
