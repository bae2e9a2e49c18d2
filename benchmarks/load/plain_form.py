"""A page's plain HTML form, filled in with what it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import html

WORDS = "已核实，按流程处理。"


def filled(page: str, **known: str) -> tuple[str, dict[str, Any]] | None:
    """Where the page's form goes (empty: to the page itself) and its data, required or not: `known` by name, else what the page
    holds, else something of the field's kind. None where there is no form."""
    found = html.fromstring(page).xpath("//form[@id='plain-form']")
    if not found:
        return None
    data: dict[str, Any] = {}
    for field in found[0].xpath(".//*[self::input or self::select or self::textarea][@name]"):
        name = str(field.get("name"))
        if name in data or field.get("type") in ("submit", "file"):
            continue
        value = known.get(name.rpartition(".")[2]) or _value(field)
        if value is not None:
            data[name] = value
    return str(found[0].get("action") or ""), data


def _value(field: Any) -> str | None:
    kind = field.tag if field.tag != "input" else field.get("type", "text")
    if kind == "select":
        return next((option.get("value") for option in field.iter("option") if option.get("value")), None)
    if kind == "textarea":
        return field.text or WORDS
    if kind in ("radio", "checkbox"):
        return str(field.get("value", "on")) if kind == "radio" or field.get("required") is not None else None
    if field.get("value") or kind == "hidden":
        return str(field.get("value", ""))
    if kind == "number" or field.get("inputmode") == "decimal":
        return str(field.get("min") or 1)
    if kind in ("date", "datetime-local", "time"):
        later = datetime.now(UTC) + timedelta(days=1)
        return later.strftime({"date": "%Y-%m-%d", "time": "%H:%M"}.get(kind, "%Y-%m-%dT10:00"))
    return "10000000008" if kind == "tel" else WORDS[:8]
