"""A form for a page: its JSON for form-js in the reader's language, its fields as plain HTML, and what such a page posts."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms import Form, PlainField, PlainOption, localized, plain_fields
from engine.forms import change_rows as change_posted_rows
from engine.forms import parse_plain as parse_posted
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.customers.masking import mask_email, mask_phone

__all__ = [
    "Form",
    "PlainField",
    "PlainOption",
    "change_rows",
    "draw",
    "file_ids",
    "has_files",
    "read",
    "schema_of",
    "shown_data",
]

PERSONAL = frozenset({"contact", "phone", "email", "address", "customer_phone", "customer_email", "customer_address"})


def schema_of(form: Form, locale: str) -> dict[str, Any]:
    """The form-js JSON with the texts of a language ("zh", "en") in place."""
    return localized(form, locale)


def draw(
    runtime: Runtime,
    form: Form,
    data: Mapping[str, Any],
    locale: str,
    *,
    actor: Actor,
    sent: Mapping[str, Any] | None = None,
) -> list[PlainField]:
    """The visible fields of a form opened on `data`, with what was `sent` (and perhaps refused) still in them."""
    return plain_fields(form, data, locale, sent=sent, now=runtime.now(), zone=actor.time_zone)


def read(
    runtime: Runtime, form: Form, posted: Any, *, actor: Actor, files: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The data in a posted page of plain fields; `files` are the ids of stored documents by their field's name."""
    return parse_posted(form, posted, files=files, zone=actor.time_zone, now=runtime.now())


def change_rows(posted: Any, data: dict[str, Any]) -> bool:
    """Carry out the button "one row more" or "less" that posted the page; whether there was one."""
    return change_posted_rows(posted, data)


def has_files(form: Form) -> bool:
    """Whether the form asks for documents."""
    return any(component.type == "filepicker" for component in form.walk())


def file_ids(form: Form, data: Mapping[str, Any]) -> list[int]:
    """The keys of the attachments that a form's data names, wherever in it a document is asked for."""
    if not has_files(form):
        return []
    return [
        int(text)
        for text in _texts({name: value for name, value in data.items() if name in form.names})
        if text.isdecimal()
    ]


def _texts(value: Any) -> Iterator[str]:
    """Every text that stands in a list somewhere in the data: ids of documents always do."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)


def shown_data(form: Form, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The part of a task's variables that goes to a page: what the form speaks of, personal data hidden by permission.

    A field that the form itself asks for is left as it is, or its masked value would be sent in.
    """
    text = form.text or json.dumps(form.source, ensure_ascii=False)
    spoken_of = {name: value for name, value in data.items() if name in text}
    if actor.may("customers.read_personal"):
        return spoken_of
    hidden = (spoken_of.keys() & PERSONAL) - form.names
    return spoken_of | {name: _hidden(spoken_of[name]) for name in hidden}


def _hidden(value: Any) -> Any:
    text = value if isinstance(value, str) else ""
    return mask_email(text) if "@" in text else mask_phone(text)
