"""Text with FEEL in it, as form-js has it: `{{name}}`, `{{#if found}}…{{/if}}`, `{{#loop items}}{{this}}{{/loop}}`.

A text that begins with "=" is one expression. What cannot be evaluated shows as nothing.
"""

import re
from typing import Any

from engine.forms.expressions import Scope, evaluate, is_expression

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_Node = str | tuple[str, str, list[Any]]


def is_template(value: Any) -> bool:
    return isinstance(value, str) and (value.startswith("=") or _TAG.search(value) is not None)


def render(text: Any, scope: Scope) -> str:
    """The text with its expressions replaced by their values; "" for what is no text."""
    if is_expression(text):
        return shown(evaluate(text, scope))
    if not isinstance(text, str):
        return ""
    return _render(_parse(text), scope) if "{{" in text else text


def shown(value: Any) -> str:
    """A value as a reader sees it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    return str(value)


def expressions_in(text: Any) -> list[str]:
    """The FEEL texts in a template, without "=" or braces."""
    if is_expression(text):
        return [text[1:]]
    tags = _TAG.findall(text) if isinstance(text, str) else []
    bodies = (re.sub(r"^#(if|loop)\s+", "", tag.strip()) for tag in tags)
    return [body for body in bodies if not body.startswith("/")]


def _parse(text: str) -> list[_Node]:
    """The text as nodes; a block that is not closed reaches to the end."""
    parts = _TAG.split(text)
    top: list[_Node] = []
    open_blocks = [top]
    for index, part in enumerate(parts):
        tag = part.strip()
        if index % 2 == 0:
            open_blocks[-1].append(part)
        elif block := re.match(r"#(if|loop)\s+(.*)", tag, re.DOTALL):
            inner: list[_Node] = []
            open_blocks[-1].append((block[1], block[2], inner))
            open_blocks.append(inner)
        elif tag.startswith("/"):
            open_blocks = open_blocks[:-1] or [top]
        else:
            open_blocks[-1].append(("value", tag, []))
    return top


def _render(nodes: list[_Node], scope: Scope) -> str:
    return "".join(node if isinstance(node, str) else _render_tag(*node, scope) for node in nodes)


def _render_tag(kind: str, expression: str, inner: list[_Node], scope: Scope) -> str:
    if kind == "if":
        return _render(inner, scope) if evaluate(f"={expression}", scope) is True else ""
    value = evaluate(f"={expression}", scope)
    if kind == "value":
        return shown(value)
    items = value if isinstance(value, list) else []
    return "".join(_render(inner, _item_scope(item, index, scope)) for index, item in enumerate(items))


def _item_scope(item: Any, index: int, scope: Scope) -> Scope:
    """Within a loop an item's own entries are names too."""
    row = scope.row(item, index)
    names = {**scope.data, **item} if isinstance(item, dict) else scope.data
    return Scope(names, row.now, row.this, row.parent, row.i)
