"""Values at paths such as ("items", 0, "sku") in JSON data, and how such a path is written: `items[0].sku`."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from engine.forms.form import Path

MISSING: Any = object()


def get_at(data: Any, path: Path) -> Any:
    """The value at the path, or MISSING."""
    for segment in path:
        if isinstance(segment, int):
            if not isinstance(data, list) or segment >= len(data):
                return MISSING
            data = data[segment]
        else:
            if not isinstance(data, Mapping) or segment not in data:
                return MISSING
            data = data[segment]
    return data


def set_at(data: dict[str, Any], path: Path, value: Any) -> None:
    """Put a value there; what is no object or list of that length on the way is replaced."""
    here: Any = data
    for segment, following in pairwise(path):
        wanted: type = list if isinstance(following, int) else dict
        inner = _step(here, segment)
        if not isinstance(inner, wanted):
            inner = wanted()
            _put(here, segment, inner)
        here = inner
    _put(here, path[-1], value)


def clear_at(data: dict[str, Any], path: Path) -> None:
    """Remove the value there, and each object above it that this leaves empty. List items stay, so that rows keep
    their numbers."""
    for length in range(len(path), 0, -1):
        parent, last = get_at(data, path[: length - 1]), path[length - 1]
        if not isinstance(parent, dict) or not isinstance(last, str):
            return
        parent.pop(last, None)
        if parent:
            return


def written(path: Path) -> str:
    """`items[0].sku`."""
    text = "".join(f"[{segment}]" if isinstance(segment, int) else f".{segment}" for segment in path)
    return text.removeprefix(".")


def _step(here: Any, segment: str | int) -> Any:
    if isinstance(segment, int):
        return here[segment] if segment < len(here) else None
    return here.get(segment)


def _put(here: Any, segment: str | int, value: Any) -> None:
    if isinstance(segment, int):
        here.extend({} for _ in range(segment + 1 - len(here)))
    here[segment] = value
