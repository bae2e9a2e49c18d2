"""The page of settings: every value that may be changed while the desk runs, in the units in which people say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.services.settings import SPECS, SettingView, Spec, change_setting, list_settings
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime

_ONE_UNIT = re.compile(r"P(?:T([0-9]+)([SMH])|([0-9]+)(D))")


@dataclass(frozen=True)
class Row:
    """A setting as it is shown: what stands in its field, the usual value in words, and why what was typed is refused."""

    view: SettingView
    label: str
    value: str
    unit: str | None
    usual: str
    errors: list[str]


def _units() -> dict[str, str]:
    return {"S": _("秒"), "M": _("分钟"), "H": _("小时"), "D": _("天")}


@supervisor.get("/settings")
@requires("settings.manage")
def show_settings() -> str:
    return _page()


@supervisor.post("/settings/<name>")
@requires("settings.manage")
def save_setting(name: str) -> Any:
    """Change a setting, or give it its usual value again."""
    if name not in SPECS:
        abort(404)
    value = None if "usual" in request.form else _typed(SPECS[name])
    try:
        change_setting(current_runtime(), name, value, actor=current_actor())
    except InvalidInput as error:
        return _page(name, forms.field_sentences(error)[name]), 422
    flash(_("已保存。"), "success")
    return redirect(url_for(".show_settings", _anchor=name), 303)


def _typed(spec: Spec) -> str:
    value = request.form.get("value", "").strip()
    unit = request.form.get("unit")
    if spec.kind != "duration" or unit not in _units():
        return value
    return f"P{value}D" if unit == "D" else f"PT{value}{unit}"


def _split(duration: str) -> tuple[str, str | None]:
    """An amount and its unit; a duration of several units as it is written, with none."""
    found = _ONE_UNIT.fullmatch(duration)
    if found is None:
        return duration, None
    return (found[1], found[2]) if found[1] else (found[3], found[4])


def _said(spec: Spec, value: Any) -> str:
    if spec.kind != "duration":
        return str(value)
    amount, unit = _split(str(value))
    return amount if unit is None else f"{amount} {_units()[unit]}"


def _page(refused: str | None = None, errors: list[str] | None = None) -> str:
    found = list_settings(current_runtime(), actor=current_actor())
    english = str(get_locale()) == "en"
    sections = [
        (
            section.title_en if english else section.title_zh,
            [_row(view, english, errors or [] if view.spec.name == refused else []) for view in views],
        )
        for section, views in found
    ]
    return render_template("supervisor/settings.html", sections=sections, units=_units())


def _row(view: SettingView, english: bool, errors: list[str]) -> Row:
    spec = view.spec
    value, unit = _split(str(view.value)) if spec.kind == "duration" else (str(view.value), None)
    if errors:
        value, unit = request.form.get("value", ""), request.form.get("unit")
    label = spec.label_en if english else spec.label_zh
    return Row(view, label, value, unit, _said(spec, spec.default), errors)
