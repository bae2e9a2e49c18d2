"""Message templates: YAML files in `processes/templates/`, one a message, with Chinese and English words.

    zh: {subject: 投诉 {{ number }} 已受理, sms: …, text: |- …}
    en: {…}

`{{ name }}` is replaced by a value, `{{ promised_at | moment }}` by one written for people: moment, date, money, or term
(the word for a code). Nothing else is understood: no expression, no attribute, no loop. A line whose placeholders are all empty is
left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from engine.errors import InvalidInput, NotFound
from engine.runtime import Runtime
from engine.services.notifications.terms import term

LANGUAGES = ("zh", "en")
PARTS = ("subject", "text", "sms")
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*(?:\|\s*([a-z]+)\s*)?\}\}")


@dataclass(frozen=True, slots=True)
class Words:
    """A message in one language."""

    subject: str
    text: str
    sms: str


@dataclass(frozen=True, slots=True)
class Template:
    """A message in both languages."""

    name: str
    zh: Words
    en: Words

    def words(self, language: str) -> Words:
        """Chinese unless English is asked for."""
        return self.en if language == "en" else self.zh


def template(runtime: Runtime, name: str) -> Template:
    """The template of that name. Raises NotFound."""
    folder = runtime.settings.processes_dir / "templates"
    known: dict[str, Template] = runtime.definitions.get_or_make("message templates", lambda: load_templates(folder))
    if name not in known:
        raise NotFound(f"There is no message template {name!r} in {folder.name}/.")
    return known[name]


def load_templates(folder: Path) -> dict[str, Template]:
    """Every `*.yaml` of the folder, by its name. Raises InvalidInput for one that lacks words, or has an unknown filter."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}


def render(text: str, values: Mapping[str, Any], zone: str, language: str = "zh") -> str:
    """The text with its placeholders filled; moments are shown in that time zone."""
    lines = []
    for line in text.splitlines():
        names = _PLACEHOLDER.findall(line)
        if names and all(values.get(name) in (None, "") for name, _ in names):
            continue
        lines.append(_PLACEHOLDER.sub(lambda found: _shown(values.get(found[1]), found[2], zone, language), line))
    return "\n".join(lines)


def _shown(value: Any, written_as: str | None, zone: str, language: str) -> str:
    if value is None:
        return ""
    try:
        return _FILTERS[written_as](value, zone, language) if written_as else _plain(value)
    except (ValueError, InvalidOperation, TypeError):
        return _plain(value)  # better the raw value than no message


def _plain(value: Any) -> str:
    return str(value).replace("\r", " ")


def _moment(value: Any, zone: str, language: str) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    local = moment.astimezone(ZoneInfo(zone))
    return (
        local.strftime("%d %b %Y %H:%M")
        if language == "en"
        else f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    )


def _date(value: Any, zone: str, language: str) -> str:
    return _moment(value, zone, language)[:-6]


def _money(value: Any, zone: str, language: str) -> str:
    return f"¥{Decimal(str(value)):,.2f}"


def _term(value: Any, zone: str, language: str) -> str:
    return term(str(value), language)


_FILTERS = {"moment": _moment, "date": _date, "money": _money, "term": _term}


def _read(path: Path) -> Template:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        words = {
            language: Words(**{part: str(content[language][part]).strip() for part in PARTS}) for language in LANGUAGES
        }
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise InvalidInput(f"The message template {path.name} is not complete: {error!r}.") from error
    for found in words.values():
        _check(path.name, found)
    return Template(path.stem, **words)


def _check(name: str, words: Words) -> None:
    for part in PARTS:
        text = getattr(words, part)
        unknown = {written_as for _, written_as in _PLACEHOLDER.findall(text)} - {"", *_FILTERS}
        if unknown or "{{" in _PLACEHOLDER.sub("", text):
            raise InvalidInput(f"The message template {name} has a placeholder that nobody understands in its {part}.")
