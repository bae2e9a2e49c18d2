"""A form in another language, from the translations that its components carry.

A component's `properties` (form-js keeps them as they are; the editor shows them as "Custom properties") hold a text for each
translated attribute, named after it with the language behind: `label.en`, `description.en`, `text.en`, `dateLabel.en`,
`timeLabel.en`, `alt.en`, `title.en`, `content.en`, `patternErrorMessage.en`, `prefixAdorner.en`, `suffixAdorner.en`. The labels
of options and of a table's columns are one text: `options.en` = `refund=Refund;exchange=Exchange` (value=label, by ";"), and
`columns.en` = `sku=SKU;amount=Amount` (key=label). What has no translation stays as it is. The form itself is Chinese.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms.form import Form, build_form

TEXTS = ("label", "description", "text", "dateLabel", "timeLabel", "alt", "title", "content")
_PLACES = {
    "patternErrorMessage": ("validate", "patternErrorMessage"),
    "prefixAdorner": ("appearance", "prefixAdorner"),
    "suffixAdorner": ("appearance", "suffixAdorner"),
}
_LABELS = {"options": ("values", "value"), "columns": ("columns", "key")}


def localized(form: Form, locale: str) -> dict[str, Any]:
    """The form's JSON with the texts of a language ("en") put in place; the Chinese ones for "zh"."""
    source = copy.deepcopy(dict(form.source))
    for component in _all(source):
        _translate(component, locale)
    return source


def localized_form(form: Form, locale: str) -> Form:
    """The same as a form."""
    return build_form(localized(form, locale), form.filename)


def untranslated(form: Form, locale: str) -> list[str]:
    """What lacks a translation, as `component id: property`."""
    return [f"{component.id}: {name}" for component in form.walk() for name in _missing(component.attributes, locale)]


def pairs(text: str) -> dict[str, str]:
    """`value=label;value=label` as a mapping. Raises ValueError for a part without "="."""
    found = {}
    for part in filter(str.strip, text.split(";")):
        value, sign, label = part.partition("=")
        if not sign or not label.strip():
            raise ValueError(f'"{part.strip()}" is not value=label.')
        found[value.strip()] = label.strip()
    return found


def _all(component: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in component.get("components") or []:
        yield child
        yield from _all(child)


def _translate(component: dict[str, Any], locale: str) -> None:
    properties = component.get("properties")
    for name, text in (properties if isinstance(properties, dict) else {}).items():
        base, _, language = name.rpartition(".")
        if language != locale or not isinstance(text, str) or not text:
            continue
        if base in TEXTS:
            component[base] = text
        elif base in _PLACES and isinstance(component.get(_PLACES[base][0]), dict):
            component[_PLACES[base][0]][_PLACES[base][1]] = text
        elif base in _LABELS:
            _relabel(component, text, *_LABELS[base])


def _relabel(component: dict[str, Any], text: str, attribute: str, identity: str) -> None:
    try:
        labels = pairs(text)
    except ValueError:
        return
    entries = component.get(attribute)
    if isinstance(entries, list):
        component[attribute] = [_relabelled(entry, labels, identity) for entry in entries]


def _relabelled(entry: Any, labels: Mapping[str, str], identity: str) -> Any:
    value = entry.get(identity) if isinstance(entry, Mapping) else entry
    label = labels.get(str(value))
    return entry if label is None else {**(entry if isinstance(entry, Mapping) else {identity: value}), "label": label}


def _missing(attributes: Mapping[str, Any], locale: str) -> Iterator[str]:
    properties = attributes.get("properties")
    known = properties if isinstance(properties, dict) else {}
    for name in TEXTS:
        text = attributes.get(name)
        if isinstance(text, str) and _has_words(text) and not known.get(f"{name}.{locale}"):
            yield f"{name}.{locale}"
    for name, (attribute, identity) in _LABELS.items():
        entries = attributes.get(attribute)
        named = [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
        try:
            labels = pairs(str(known.get(f"{name}.{locale}", "")))
        except ValueError:
            labels = {}
        if any(str(entry.get(identity)) not in labels for entry in named if _has_words(str(entry.get("label", "")))):
            yield f"{name}.{locale}"


def _has_words(text: str) -> bool:
    """Whether a text has words to translate: an expression, a number or a Latin name has none."""
    return not text.startswith("=") and any("\u4e00" <= sign <= "\u9fff" for sign in text)
