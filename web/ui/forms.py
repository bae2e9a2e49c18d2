"""Forms on a page: what a template needs to draw one, with and without a script, and what its page posts.

A form is drawn twice from one file: as plain fields (`ui/forms.html`), and by form-js, which takes their place when it is mounted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import get_locale
from markdown_it import MarkdownIt
from markupsafe import Markup

from engine.errors import InvalidInput
from engine.services import task_forms
from engine.services.task_forms import Form, PlainField
from engine.services.work import FormRefused
from web.ui.context import current_actor, current_runtime

Errors = dict[str, list[str]]
Store = Callable[[str, bytes], str]
"""Keeps an uploaded file, by name and content, and returns its id."""

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


@dataclass(frozen=True)
class DrawnForm:
    """`fields` for the plain form; `script` is the JSON for form-js; `errors` by a field's path, "" for the whole form."""

    fields: list[PlainField]
    script: dict[str, Any]
    errors: Errors = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def unplaced(self) -> list[str]:
        """Sentences about no field that is on the page."""
        names = set(_names(self.fields))
        return [text for path, texts in self.errors.items() if path not in names for text in texts]


def draw(
    form: Form,
    data: Mapping[str, Any],
    *,
    sent: Mapping[str, Any] | None = None,
    errors: Errors | None = None,
    files: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> DrawnForm:
    """A form opened on `data`, with what was `sent` still in it; `files` are names of stored documents by id."""
    runtime, actor, locale = current_runtime(), current_actor(), language()
    shown = task_forms.shown_data(form, data, actor=actor)
    fields = task_forms.draw(runtime, form, shown, locale, actor=actor, sent=sent)
    known = dict(files or {})
    script = {
        "schema": task_forms.schema_of(form, locale),
        "data": {**shown, **(sent or {})},
        "revision": revision,
        "files": known,
    }
    return DrawnForm(fields, script, errors or {}, known)


def read(form: Form, store: Store) -> tuple[dict[str, Any], Errors]:
    """The data that the plain page posted, its files stored; and what was wrong with files."""
    files, errors = _take_files(store)
    runtime, actor = current_runtime(), current_actor()
    return task_forms.read(runtime, form, request.form, actor=actor, files=files), errors


def rows_changed(data: dict[str, Any]) -> bool:
    """Whether the page was posted by a button that adds or removes a row, which is then done."""
    return task_forms.change_rows(request.form, data)


def refused(error: FormRefused) -> Errors:
    """The sentences of a refused form by path, in the reader's language."""
    english = language() == "en"
    found: Errors = {}
    for each in error.errors:
        found.setdefault(each.path, []).append(each.message_en if english else each.message_zh)
    return found


def language() -> str:
    """`en` or `zh`, as the page is shown."""
    return "en" if str(get_locale()).startswith("en") else "zh"


def in_language(text: str) -> str:
    """One half of a sentence that is written "中文 / English"."""
    chinese, sign, english = text.partition(" / ")
    return english if sign and language() == "en" else chinese


def field_sentences(error: InvalidInput) -> Errors:
    """The sentences of a refused input by field, in the reader's language."""
    return {name: [in_language(text) for text in texts] for name, texts in error.fields.items()}


def markdown(text: str | None) -> Markup:
    """A form's Markdown as HTML: no HTML of its own, and every heading of the level below the form's own."""
    tokens = _markdown.parse(text or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3"
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))  # noqa: S704 - HTML in the source is escaped


def only_text(html: str | None) -> str:
    """What an HTML component says, without its tags: nobody checked them."""
    return Markup(html or "").striptags()  # noqa: S704 - tags are removed, and the result is escaped where it is shown


def _take_files(store: Store) -> tuple[dict[str, Any], Errors]:
    found: dict[str, Any] = {}
    errors: Errors = {}
    for name in request.form.getlist("_files"):
        ids = [text for text in request.form.getlist(name) if text]
        for upload in request.files.getlist(name):
            if not upload.filename:
                continue
            try:
                ids.append(store(upload.filename, upload.read()))
            except InvalidInput as error:
                sentences = field_sentences(error).get("file") or [str(error)]
                errors.setdefault(name, []).extend(f"{upload.filename}: {sentence}" for sentence in sentences)
        found[name] = ids
    return found, errors


def _names(fields: list[PlainField] | tuple[PlainField, ...]) -> list[str]:
    found: list[str] = []
    for each in fields:
        found.append(each.name)
        found += _names(each.children)
        for row in each.rows:
            found += _names(row)
    return [name for name in found if name]


def register(app: Flask) -> None:
    app.jinja_env.filters.update(markdown=markdown, only_text=only_text, in_language=in_language)


def moment_of(typed: Mapping[str, str], name: str) -> datetime | None:
    """What a `datetime-local` input posts, in the reader's zone; None when it was left empty. Raises InvalidInput with its sentence."""
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(current_actor().time_zone))
    except ValueError as error:
        raise InvalidInput("This is no date and time.", {name: ["日期时间无效 / Not a date and time."]}) from error
