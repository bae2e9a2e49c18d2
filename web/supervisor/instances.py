"""Views of process instances: finding them, and doing one thing to many."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import batches, inspection
from engine.services.batches import BatchType
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime

FILTERS = ("process", "version", "state", "case", "correlation", "element", "from", "to", "incident", "instance")
ACTS = {
    "suspend": BatchType.SUSPEND,
    "resume": BatchType.RESUME,
    "retry": BatchType.RESOLVE,
    "cancel": BatchType.CANCEL,
}
PERMISSIONS = {"retry": "incidents.repair"}
_RUNNING = {"$in": ["ACTIVE", "SUSPENDED"]}


@supervisor.get("/instances")
@requires("instances.read")
def list_instances() -> Any:
    errors: forms.Errors = {}
    try:
        wanted = wanted_by(request.args)
        found = inspection.find(current_runtime(), wanted, actor=current_actor(), after=request.args.get("after"))
    except InvalidInput as error:
        found, errors = inspection.Found([], 0, False, None), forms.field_sentences(error) or {"": [str(error)]}
    page = render_template(
        "supervisor/instances.html", found=found, errors=errors, asked=request.args, chosen=_chosen(request.args),
        processes=inspection.newest_versions(current_runtime(), actor=current_actor()),
    )  # fmt: skip
    return (page, 422) if errors else page


@supervisor.post("/instances/bulk")
@requires("instances.read")
def operate_on_many() -> Any:
    """First the page that asks whether this is meant, then the batch operation."""
    act = request.form.get("act", "")
    if act not in ACTS:
        raise InvalidInput(f"There is no operation '{act}'.")
    actor = current_actor()
    actor.require(PERMISSIONS.get(act, "instances.modify"))
    keys = request.form.getlist("keys", type=int)
    wanted = wanted_by(request.form)
    if request.form.get("which") == "keys":
        wanted = {"processInstanceKey": {"$in": [str(key) for key in keys]}}
    count = batches.count(current_runtime(), ACTS[act], wanted, actor.tenant_id)
    reason = request.form.get("reason", "").strip()
    if "confirmed" not in request.form or not reason:
        lacking = "confirmed" in request.form and not reason
        page = render_template(
            "supervisor/bulk.html", act=act, count=count, keys=keys, reason=reason, chosen=_chosen(request.form),
            which=request.form.get("which", "all"), lacking=lacking,
            back=url_for(".list_instances", **_chosen(request.form)),
        )  # fmt: skip
        return (page, 422) if lacking else page
    made = batches.create(
        current_runtime(), ACTS[act], wanted, who=actor.username, reason=reason, tenant_id=actor.tenant_id
    )
    return to_batch(made.key)


def to_batch(key: int) -> Response:
    """To the page on which a batch operation that was just begun is watched."""
    flash(_("批量操作已开始。"), "success")
    return redirect(url_for(".show_batch", key=key), 303)


def wanted_by(args: Any) -> dict[str, Any]:
    """The filter as `/v2` takes it. Raises InvalidInput with the field's sentence."""
    wanted: dict[str, Any] = {}
    for name, field in (("process", "processDefinitionId"), ("case", "caseNumber"), ("correlation", "correlationKey"),
                        ("element", "elementId")):  # fmt: skip
        if args.get(name, "").strip():
            wanted[field] = args[name].strip()
    for name, field in (("version", "processDefinitionVersion"), ("instance", "processInstanceKey")):
        if args.get(name, "").strip():
            wanted[field] = number_in(name, args[name])
    state = args.get("state", "running")
    if state:
        wanted["state"] = _RUNNING if state == "running" else state
    if args.get("incident"):
        wanted["hasIncident"] = True
    moments = {"$gte": _day(args, "from", 0), "$lt": _day(args, "to", 1)}
    started = {operator: moment for operator, moment in moments.items() if moment}
    return wanted | ({"startDate": started} if started else {})


def number_in(name: str, text: str) -> int:
    """A whole number that was typed. Raises InvalidInput with the field's sentence."""
    if (
        not text.strip().isascii()
        or not text.strip().isdigit()
        or int(text) >= 2**31 * (1 if name == "version" else 2**32)
    ):
        raise InvalidInput(f"{name} is no number.", {name: ["请填写数字 / A whole number."]})
    return int(text)


def _day(args: Any, name: str, later: int) -> str | None:
    """The beginning of a day (or of the next) in the reader's zone."""
    if not args.get(name):
        return None
    try:
        day = date.fromisoformat(args[name]) + timedelta(days=later)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{name} is no date.", {name: ["日期无效 / Not a date."]}) from error
    return datetime.combine(day, time(), ZoneInfo(current_actor().time_zone)).isoformat()


def _chosen(args: Any) -> dict[str, str]:
    """The filter as the page was asked for it."""
    return {name: args[name] for name in FILTERS if args.get(name) or (name == "state" and name in args)}
