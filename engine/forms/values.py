"""From what was sent for a component to the value that the process gets, or a message why not.

Values that form-js would make of it are made here too; where form-js would silently drop what somebody wrote (text in a
number, an option that is gone) this says so.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from engine.forms import dates
from engine.forms.form import Component
from engine.forms.messages import Message, message
from engine.forms.options import Option, is_one_of, known_options

Cleaned = tuple[Any, Message | None]
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_MONEY = re.compile(r"人民币|CNY|RMB|[¥元\s]", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_SAFE_INTEGER = 2**53


def clean(component: Component, value: Any, options: list[Option] | None = None) -> Cleaned:
    """The value in the component's own type, and a message when it has none (then the value is as it was sent).

    `options` are checked against unless they are None.
    """
    if component.kind.many:
        return _many(value, options)
    if component.kind.options:
        return _one(value, options)
    return _CLEANERS.get(component.type, _as_it_is)(component, value)


def sanitized(component: Component, value: Any, initial: Mapping[str, Any]) -> Any:
    """What form-js starts with for a value in the data that it is opened on: empty where the value does not fit."""
    known = known_options(component, initial) if component.kind.options else None
    if component.kind.many and isinstance(value, list) and known is not None:
        return [item for item in value if is_one_of(item, known)]
    found, problem = clean(component, value, known)
    return component.kind.empty if problem else found


def text_of(value: Any) -> str:
    """A bare value as JavaScript writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)


def _text(component: Component, value: Any) -> Cleaned:
    if value is None:
        return "", None
    if isinstance(value, dict | list):
        return value, message("text")
    text = text_of(value)
    if component.properties.get("writing") == "code":
        text = unicodedata.normalize("NFKC", text).strip().upper()
    return (re.sub(r"[\r\n\t]", " ", text) if component.type == "textfield" else text), None


def _number(component: Component, value: Any) -> Cleaned:
    if value is None or value == "":
        return None, None
    text = _plain_number(text_of(value)) if not isinstance(value, dict | list) else ""
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        return value, message("number")
    if component.get("serializeToString"):
        return text, None
    if isinstance(value, int):
        return value, None
    number = float(text)
    if not math.isfinite(number):
        return value, message("number")
    return (int(number) if number.is_integer() and abs(number) < _SAFE_INTEGER else number), None


def _plain_number(text: str) -> str:
    """As people write it: ￥1,234.50, full-width digits, 300 元. A comma before three digits groups them; any other is a
    decimal comma, as form-js reads it."""
    bare = _MONEY.sub("", unicodedata.normalize("NFKC", text)).strip()
    return bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare.replace(",", ".")


def _checkbox(component: Component, value: Any) -> Cleaned:
    if value is None:
        return False, None
    return value, None if isinstance(value, bool) else message("boolean")


def _datetime(component: Component, value: Any) -> Cleaned:
    if value is None or value == "":
        return None, None
    written = dates.plain_text(value) if isinstance(value, str) else value
    known = isinstance(written, str) and dates.read(component, written) is not None
    return (written, None) if known else (value, message(dates.subtype(component)))


def _file(component: Component, value: Any) -> Cleaned:
    """A file-picker's key of a browser, a document's id, or a list of these or of document references."""
    if value in (None, "", []):
        return None, None
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | dict) and item for item in items):
        return value, message("file")
    return value, None if len(items) == 1 or component.get("multiple") else message("one_file")


def _one(value: Any, options: list[Option] | None) -> Cleaned:
    if value is None or value == "":
        return None, None
    known = options is None or is_one_of(value, options)
    return value, None if known else message("option")


def _many(value: Any, options: list[Option] | None) -> Cleaned:
    if value is None:
        return [], None
    if not isinstance(value, list):
        return value, message("list")
    known = options is None or all(is_one_of(item, options) for item in value)
    return value, None if known else message("option")


def _as_it_is(component: Component, value: Any) -> Cleaned:
    return value, None


_CLEANERS: dict[str, Callable[[Component, Any], Cleaned]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "datetime": _datetime,
    "filepicker": _file,
}
