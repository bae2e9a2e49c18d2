"""Views of incidents: what stands still, its variables, trying again."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput
from engine.services import repairs
from engine.services.repairs import Repair
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.forms import Errors


@supervisor.get("/incidents")
@requires("incidents.repair")
def list_incidents() -> str:
    active = "resolved" not in request.args
    found = repairs.stops(current_runtime(), actor=current_actor(), active=active)
    return render_template("supervisor/incidents.html", stops=found, active=active)


@supervisor.post("/incidents/retry")
@requires("incidents.repair")
def retry_incidents() -> Response:
    """Try several again at once, as they are."""
    done = 0
    for key in request.form.getlist("keys", type=int):
        try:
            repairs.repair(current_runtime(), key, {}, actor=current_actor())
            done += 1
        except Conflict:
            continue  # somebody else was first; what they did stands
    flash(ngettext("已重试 %(num)d 个故障。", "已重试 %(num)d 个故障。", done), "success" if done else "warning")
    return redirect(url_for(".list_incidents"), 303)


@supervisor.get("/incidents/<int:key>")
@requires("incidents.repair")
def show_incident(key: int) -> str:
    return _page(_open(key))


@supervisor.post("/incidents/<int:key>")
@requires("incidents.repair")
def repair_incident(key: int) -> Any:
    opened = _open(key)
    changes, errors = _changes(opened)
    if errors:
        return _page(opened, errors), 422
    try:
        repairs.repair(current_runtime(), key, changes, actor=current_actor())
    except InvalidInput as error:
        return _page(opened, {"": [str(error)]}), 422
    except Conflict:
        flash(_("这个故障已被处理，或流程已经结束。"), "warning")
        return redirect(url_for(".list_incidents"), 303)
    flash(_("已重试。若再次失败，会出现新的故障。"), "success")
    return redirect(url_for(".list_incidents"), 303)


def _open(key: int) -> Repair:
    return repairs.open_repair(current_runtime(), key, actor=current_actor())


def _page(opened: Repair, errors: Errors | None = None) -> str:
    values = {name: request.form.get(f"v-{name}", _text(value)) for name, value in opened.variables.items()}
    return render_template(
        "supervisor/incident.html", stop=opened.stop, values=values, errors=errors or {}, typed=request.form
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _changes(opened: Repair) -> tuple[dict[str, Any], Errors]:
    """The variables that were changed on the page, and what is no JSON. A new one has its own pair of fields."""
    sent = {name: request.form[f"v-{name}"] for name in opened.variables if f"v-{name}" in request.form}
    changed = {name: text for name, text in sent.items() if text.replace("\r\n", "\n") != _text(opened.variables[name])}
    if request.form.get("new-name", "").strip():
        changed[request.form["new-name"].strip()] = request.form.get("new-value", "")
    values: dict[str, Any] = {}
    errors: Errors = {}
    for name, text in changed.items():
        try:
            values[name] = json.loads(text)
        except ValueError:
            errors[name] = [forms.in_language("不是有效的 JSON；文字要加双引号 / Not JSON; text needs double quotes.")]
    return values, errors
