"""What is wrong with a form file, as findings: the structure here, one component's settings in `component_checks`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.deployment.findings import Finding
from engine.forms.component_checks import component_remarks
from engine.forms.form import Component, build_form, line_of
from engine.forms.kinds import KINDS, SCHEMA_VERSION
from engine.forms.remarks import Remark, remark

_MOST_DEPTH = 50


MOST_COMPONENTS, MOST_OPTIONS, MOST_PARTS = 1_000, 1_000, 20


def check_form(text: str, filename: str) -> list[Finding]:
    """Everything that is wrong with a form, in the order of the file; none when it may be deployed as it is.

    An error is what keeps form-js or the server from showing, filling in or checking the form; a warning is what works
    other than its author will have meant.
    """
    try:
        source = json.loads(text)
    except json.JSONDecodeError as error:
        return [_finding(remark("form-json", why=error.msg), filename, error.lineno)]
    except (RecursionError, ValueError):  # Python reads no number of more than 4300 digits
        return [_finding(remark("form-json", why="nested too deep, or a number that is too long"), filename, None)]
    if not isinstance(source, dict) or not isinstance(source.get("components"), list):
        return [_finding(remark("form-shape"), filename, 1)]
    large = _too_large(source)
    if large is not None:
        return [_finding(large, filename, 1)]
    found = [_finding(each, filename, 1) for each in _head(source)]
    found += [_finding(each, filename, line_of(stray, text), stray) for stray, each in _strays(source)]
    form = build_form({**source, "components": _known(source)}, filename, text)
    for component, each in [*_identities(form.root), *_claims(form.root)]:
        found.append(_finding(each, filename, line_of(component, text), component))
    for component in form.walk():
        found += [
            _finding(each, filename, line_of(component, text), component) for each in component_remarks(component)
        ]
    return sorted(found, key=lambda finding: finding.line or 0)


def _finding(each: Remark, filename: str, line: int | None, component: Component | None = None) -> Finding:
    identity = component and (component.get("id") or component.key or component.type)
    name = component and (component.get("label") or component.key)
    return Finding(
        each.severity,
        filename,
        str(identity) if identity else None,
        str(name) if name else None,
        line,
        each.code,
        each.message,
        each.message_zh,
        each.hint,
        each.hint_zh,
    )


def _too_large(source: Mapping[str, Any]) -> Remark | None:
    """A form of more parts than anybody fills in: each is looked at with all others, here and when it is filled in."""
    count, waiting = 0, [(source, 1)]
    while waiting:
        parent, rows = waiting.pop()
        rows *= _first_rows(parent)
        children = [child for child in _listed(parent, "components") if isinstance(child, dict)]
        count += len(children)
        waiting += [(child, rows) for child in children]
        sizes = (
            (len(_listed(parent, "values")), MOST_OPTIONS, "options", "选项"),
            (str(parent.get("key", parent.get("path", ""))).count(".") + 1, MOST_PARTS, "parts in a key", "键的层级"),
            (rows, MOST_COMPONENTS, "rows at its start", "初始行"),
            (count, MOST_COMPONENTS, "components", "组件"),
        )
        for found, most, what, what_zh in sizes:
            if found > most:
                return remark("form-too-large", count=found, what=what, what_zh=what_zh, most=most)
    return None


def _listed(parent: Mapping[str, Any], name: str) -> list[Any]:
    found = parent.get(name)
    return found if isinstance(found, list) else []


def _first_rows(parent: Mapping[str, Any]) -> int:
    count = parent.get("defaultRepetitions", 1)
    return count if isinstance(count, int) and count > 0 else 1


def _head(source: Mapping[str, Any]) -> Iterator[Remark]:
    if not source.get("id"):
        yield remark("form-id-missing")
    version = source.get("schemaVersion")
    if version is not None and (not isinstance(version, int) or version > SCHEMA_VERSION):
        yield remark("form-schema-version", version=version, known=SCHEMA_VERSION)


def _strays(parent: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[Component, Remark]]:
    """Components of unknown types, and what is no component at all."""
    children = parent.get("components", [])
    if not isinstance(children, list) or depth > _MOST_DEPTH:
        yield Component("default", "", {"id": parent.get("id")}), remark("form-components")
        return
    for child in children:
        if isinstance(child, Mapping) and child.get("type") in KINDS:
            yield from _strays(child, depth + 1)
        else:
            attributes = child if isinstance(child, Mapping) else {}
            kind = attributes.get("type", child if not attributes else None)
            yield Component("default", "", attributes), remark("form-unknown-type", type=kind)


def _known(parent: Mapping[str, Any], depth: int = 0) -> list[Any]:
    """The components whose types are known, all the way down."""
    children = parent.get("components", [])
    if not isinstance(children, list) or depth > _MOST_DEPTH:
        return []
    known = [child for child in children if isinstance(child, Mapping) and child.get("type") in KINDS]
    return [{**child, "components": _known(child, depth + 1)} if "components" in child else child for child in known]


def _identities(root: Component) -> Iterator[tuple[Component, Remark]]:
    seen: set[Any] = set()
    for component in root.walk():
        own = component.get("id")
        if component is not root and own in seen:
            yield component, remark("form-duplicate-id", id=own)
        if own:
            seen.add(own)


def _claims(root: Component) -> Iterator[tuple[Component, Remark]]:
    """Keys and paths that two components claim. A key closes its path: nothing else may be at it, above or below."""
    taken: dict[tuple[str, ...], str] = {}
    for component, path in _bound(root, ()):
        closed = component.kind.binding in ("key", "list")
        clash = _clash(path, closed, taken)
        if clash is not None:
            yield component, remark("form-duplicate-key", key=".".join(clash).replace(".[]", "[]"))
        for length in range(1, len(path)):
            taken.setdefault(path[:length], "open")
        if closed or path not in taken:
            taken[path] = component.kind.binding


def _clash(path: tuple[str, ...], closed: bool, taken: Mapping[tuple[str, ...], str]) -> tuple[str, ...] | None:
    for length in range(1, len(path)):
        above = path[:length]
        if taken.get(above) == "key" or (taken.get(above) == "list" and path[length] != "[]"):
            return above
    return path if taken.get(path) in ("key", "list") or (closed and path in taken) else None


def _bound(parent: Component, path: tuple[str, ...]) -> Iterator[tuple[Component, tuple[str, ...]]]:
    for component in parent.components:
        own = (*path, *component.segments)
        if component.segments:
            yield component, own
        yield from _bound(component, (*own, "[]") if component.kind.binding == "list" else own)
