"""A deployed form as a visitor sees it and as it is posted; `web.ui.forms` does the same for people who are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from engine.errors import InvalidInput
from engine.services import task_forms
from engine.services.people import Actor
from engine.services.task_forms import Form
from web.portal import photos
from web.ui.context import current_runtime
from web.ui.forms import DrawnForm, Errors, field_sentences, language


def draw(form: Form, actor: Actor, sent: Mapping[str, Any] | None = None, errors: Errors | None = None) -> DrawnForm:
    """The form, empty or with what was sent; only files of this visitor are in it."""
    locale, runtime = language(), current_runtime()
    kept = photos.names_of([str(key) for key in task_forms.file_ids(form, sent or {})])
    fields = task_forms.draw(runtime, form, {}, locale, actor=actor, sent=sent)
    script = {"schema": task_forms.schema_of(form, locale), "data": dict(sent or {}), "files": kept}
    return DrawnForm(fields, script, errors or {}, kept)


def read(form: Form, actor: Actor) -> tuple[dict[str, Any], Errors]:
    """What the plain page posted, its files kept; and what was wrong with files."""
    files: dict[str, Any] = {}
    errors: Errors = {}
    for name in request.form.getlist("_files"):
        files[name] = list(photos.names_of(request.form.getlist(name)))
        files[name] += _keep_new(name, errors)
    return task_forms.read(current_runtime(), form, request.form, actor=actor, files=files), errors


def _keep_new(name: str, errors: Errors) -> list[str]:
    kept = []
    for file in request.files.getlist(name):
        if not file.filename:
            continue
        try:
            kept.append(str(photos.keep(file.filename, file.read()).key))
        except InvalidInput as error:
            sentences = field_sentences(error).get("file", [str(error)])
            errors.setdefault(name, []).extend(f"{file.filename}：{sentence}" for sentence in sentences)
    return kept
