"""What a form's plain HTML page posts, read back into data for the form's schema."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms import dates
from engine.forms.filling import MOST_ROWS
from engine.forms.form import Component, Form, Path
from engine.forms.paths import MISSING, get_at, set_at, written

_ROW = re.compile(r"\[(\d{1,6})\]")


def parse_plain(
    form: Form,
    posted: Any,
    *,
    files: Mapping[str, Any] | None = None,
    zone: str = "Asia/Shanghai",
    now: datetime | None = None,
) -> dict[str, Any]:
    """The data in a posted page: a mapping with `getlist`, or of names to a string or a list of strings.

    What was not on the page is not in the result. `files` are the references of the documents that were stored for a
    file input, by its name. Dates and times are read in `zone`.
    """
    moment = (now or datetime.now(UTC)).astimezone(ZoneInfo(zone))
    page = _Page(posted, dict(files or {}), ZoneInfo(zone), moment)
    data: dict[str, Any] = {}
    page.read(form.root, (), (), data)
    return data


def change_rows(posted: Any, data: dict[str, Any]) -> bool:
    """Carry out the `_add` or `_remove` button that posted the page on its parsed `data`; whether there was one."""
    added, removed = _values(posted, "_add"), _values(posted, "_remove")
    if added:
        rows = get_at(data, _path(added[-1]))
        if isinstance(rows, list):
            rows.append({})
    elif removed:
        *path, index = _path(removed[-1]) or ("", "")
        rows = get_at(data, tuple(path))
        if isinstance(rows, list) and isinstance(index, int) and index < len(rows):
            del rows[index]
    return bool(added or removed)


def _path(name: str) -> Path:
    """`a.items[1]` as a path."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"\.|\[|\]\.?", name) if part)


class _Page:
    """One posted page."""

    def __init__(self, posted: Any, files: dict[str, Any], zone: ZoneInfo, now: datetime) -> None:
        self.posted, self.files, self.zone, self.now = posted, files, zone, now

    def read(self, parent: Component, path: Path, base: Path, data: dict[str, Any]) -> None:
        """Read the fields below `path` on the page into `data`, where they lie below `base`."""
        for component in parent.components:
            own, target = (*path, *component.segments), (*base, *component.segments)
            if component.kind.binding == "key":
                value = self.value(component, written(own))
                if value is not MISSING:
                    set_at(data, target, value)
            elif component.kind.binding == "list":
                self.read_rows(component, own, target, data)
            else:
                self.read(component, own, target, data)

    def read_rows(self, component: Component, path: Path, target: Path, data: dict[str, Any]) -> None:
        """The rows that were posted, closed up in order; none when only the list's marker was."""
        numbers = self.row_numbers(written(path))
        if not numbers and not _values(self.posted, f"{written(path)}[]"):
            return
        rows: list[Any] = []
        for number in numbers[: MOST_ROWS + 1]:
            row: dict[str, Any] = {}
            self.read(component, (*path, number), (), row)
            rows.append(row)
        set_at(data, target, rows)

    def row_numbers(self, prefix: str) -> list[int]:
        names = [name for name in {*self.posted, *self.files} if name.startswith(f"{prefix}[")]
        matches = (_ROW.match(name, len(prefix)) for name in names)
        return sorted({int(match[1]) for match in matches if match})

    def value(self, component: Component, name: str) -> Any:
        if component.type == "filepicker":
            return self.files.get(name, MISSING)
        texts = _values(self.posted, name)
        if not texts:
            return MISSING
        if component.type == "checkbox":
            return any(text not in ("", "false") for text in texts)
        if component.kind.many:
            return [_option(text) for text in texts if text]
        if component.kind.options:
            return _option(texts[-1])
        if component.type == "datetime":
            return dates.from_input(component, texts[-1], self.zone, self.now.date())
        return texts[-1].replace("\r\n", "\n")


def _values(posted: Any, name: str) -> list[str]:
    if hasattr(posted, "getlist"):
        return [str(value) for value in posted.getlist(name)]
    value = posted.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def _option(text: str) -> Any:
    """The value of an option's token; text that is no JSON stays text, and is then no option."""
    if not text.startswith("json:"):
        return text
    try:
        return json.loads(text.removeprefix("json:"))
    except (json.JSONDecodeError, RecursionError):
        return text
