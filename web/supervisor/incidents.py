"""Views of incidents: what stands still, one by one or by cause, its variables, trying again."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput, NotFound
from engine.services import batches, inspection, repairs, stops
from engine.services.repairs import Repair
from engine.services.stops import Causes, FoundStops
from web.auth.session import requires
from web.supervisor import typed
from web.supervisor.blueprint import supervisor
from web.supervisor.instances import number_in, to_batch
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.forms import Errors
from web.ui.words import WORDS

FILTERS = ("process", "version", "element", "error", "case", "age", "hash")
AGES = {
    "hour": ("$gte", timedelta(hours=1)),
    "day": ("$gte", timedelta(days=1)),
    "week": ("$gte", timedelta(days=7)),
    "over-day": ("$lt", timedelta(days=1)),
    "over-week": ("$lt", timedelta(days=7)),
}
NO_PROCESS = "-"


@supervisor.get("/incidents")
@requires("incidents.repair")
def list_incidents() -> Any:
    tab = "resolved" if request.args.get("resolved") else "causes" if request.args.get("by") == "cause" else "open"
    errors: forms.Errors = {}
    found, causes = FoundStops([], 0, False, None), Causes([], False)
    try:
        wanted = wanted_by(request.args)
        if tab == "causes":
            causes = stops.causes(current_runtime(), wanted, actor=current_actor())
        else:
            found = stops.find(current_runtime(), wanted, actor=current_actor(), after=request.args.get("after"))
    except InvalidInput as error:
        errors = forms.field_sentences(error) or {"": [str(error)]}
    page = render_template(
        "supervisor/incidents.html",
        tab=tab,
        found=found,
        causes=causes,
        errors=errors,
        asked=request.args,
        chosen=_chosen(request.args),
        processes=inspection.newest_versions(current_runtime(), actor=current_actor()),
        steps=stops.steps(current_runtime(), request.args.get("process"), actor=current_actor()),
        kinds=WORDS["incident"],
    )
    return (page, 422) if errors else page


@supervisor.post("/incidents/retry")
@requires("incidents.repair")
def retry_incidents() -> Response:
    """Try several again at once, as they are."""
    done = 0
    for key in request.form.getlist("keys", type=int):
        try:
            repairs.repair(current_runtime(), key, {}, actor=current_actor())
            done += 1
        except (Conflict, NotFound):
            continue  # somebody else was first; what they did stands
    flash(ngettext("已重试 %(num)d 个故障。", "已重试 %(num)d 个故障。", done), "success" if done else "warning")
    return redirect(url_for(".list_incidents", **_chosen(request.form)), 303)


@supervisor.post("/incidents/retry-all")
@requires("incidents.repair")
def retry_found() -> Any:
    """All that the filter finds: first the page that asks whether this is meant, then the batch operation."""
    actor, chosen = current_actor(), _chosen(request.form)
    wanted = wanted_by(request.form)
    reason = request.form.get("reason", "").strip()
    if "confirmed" not in request.form or not reason:
        count = batches.count_incidents(current_runtime(), wanted, actor.tenant_id)
        lacking = "confirmed" in request.form
        page = render_template(
            "supervisor/bulk.html", act="retry", count=count, keys=[], reason=reason, chosen=chosen, which="all",
            lacking=lacking, back=url_for(".list_incidents", **chosen),
        )  # fmt: skip
        return (page, 422) if lacking else page
    made = batches.resolve_incidents(
        current_runtime(), wanted, who=actor.username, reason=reason, tenant_id=actor.tenant_id
    )
    return to_batch(made.key)


def wanted_by(args: Any) -> dict[str, Any]:
    """The filter as `/v2` takes it. Raises InvalidInput with the field's sentence."""
    wanted: dict[str, Any] = {"state": "RESOLVED" if args.get("resolved") else "ACTIVE"}
    for name, field in (("process", "processDefinitionId"), ("element", "elementId"), ("error", "errorType"),
                        ("case", "caseNumber")):  # fmt: skip
        if args.get(name, "").strip():
            wanted[field] = args[name].strip()
    if args.get("process") == NO_PROCESS:
        wanted["processDefinitionId"] = {"$exists": False}
    if args.get("version", "").strip():
        wanted["processDefinitionVersion"] = number_in("version", args["version"])
    if re.fullmatch(r"-?[0-9]{1,10}", args.get("hash", "")):
        wanted["errorHashCode"] = int(args["hash"])
    if args.get("age") in AGES:
        operator, length = AGES[args["age"]]
        wanted["creationTime"] = {operator: (current_runtime().now() - length).isoformat()}
    return wanted


def _chosen(args: Any) -> dict[str, str]:
    """The filter as the page was asked for it."""
    return {name: args[name] for name in FILTERS if args.get(name)}


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
        return redirect(url_for(".list_incidents", **_chosen(request.args)), 303)
    flash(_("已重试。若再次失败，会出现新的故障。"), "success")
    return redirect(url_for(".list_incidents", **_chosen(request.args)), 303)


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
            values[name] = typed.one_value(text)
        except InvalidInput:
            errors[name] = [forms.in_language(typed.NO_JSON)]
    return values, errors
