"""Small forms for tests."""

import json
from typing import Any

from engine.forms import Form, parse_form

NOW = "2026-03-02T10:00:00+08:00"


def field(kind: str, key: str | None = None, **more: Any) -> dict[str, Any]:
    """A component; its id is its key unless said."""
    found = {"type": kind, "id": (key or kind).replace(".", "_"), **more}
    if key is not None:
        found["path" if kind == "dynamiclist" else "key"] = key
    return found


def text_of(*components: Any, **more: Any) -> str:
    source = {"type": "default", "id": "form", "schemaVersion": 19, "components": list(components), **more}
    return json.dumps(source, ensure_ascii=False, indent=2)


def form(*components: Any) -> Form:
    return parse_form(text_of(*components), "test.form")
