"""Views of process instances: finding them, and doing one thing to many."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import batches, inspection
from engine.services.batches import BatchType
from engine.services.worklist import delete_filter, save_filter, saved_filters
from web.auth.session import requires
from web.supervisor import figure_sheets, typed
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.filters import moment
from web.ui.words import name_of, word

VARIABLES = (("var1", "op1", "value1"), ("var2", "op2", "value2"))
FILTERS = (
    "process", "version", "state", "case", "correlation", "element", "from", "to", "incident", "instance",
    *(name for names in VARIABLES for name in names),
)  # fmt: skip
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
        saved=saved_filters(current_runtime(), "instances", actor=current_actor()),
    )  # fmt: skip
    return (page, 422) if errors else page


@supervisor.get("/instances.csv")
@requires("instances.read")
def instances_sheet() -> Response:
    found = inspection.find_all(current_runtime(), wanted_by(request.args), actor=current_actor())
    rows: figure_sheets.Table = [
        [
            _("实例"), _("所属流程"), _("流程 ID"), _("版本"), _("状态"), _("有故障"), _("当前步骤"), _("工单号"),
            _("业务键"), _("开始"), _("结束"),
        ]
    ]  # fmt: skip
    return figure_sheets.answer("csv", "instances", rows + [_sheet_row(row) for row in found])


def _sheet_row(row: inspection.Listed) -> list[figure_sheets.Cell]:
    return [
        str(row.key), name_of(row), row.process_id, row.version, word(row.state, "instance"),
        word(True, "yes") if row.stopped else "", "、".join(name_of(step) for step in row.waiting), row.case_number,
        row.correlation_key, moment(row.started_at, "long"), moment(row.ended_at, "long") if row.ended_at else "",
    ]  # fmt: skip


@supervisor.post("/instances/filters")
@requires("instances.read")
def keep_search() -> Response:
    chosen = _chosen(request.form)
    try:
        save_filter(
            current_runtime(), "instances", request.form.get("name", ""), chosen,
            actor=current_actor(), shared_with=request.form.get("shared_with"),
        )  # fmt: skip
        flash(_("筛选已保存。"), "success")
    except InvalidInput as error:
        flash(" ".join(text for texts in forms.field_sentences(error).values() for text in texts), "error")
    return redirect(url_for(".list_instances", **chosen), 303)


@supervisor.post("/instances/filters/<int:key>/delete")
@requires("instances.read")
def drop_search(key: int) -> Response:
    delete_filter(current_runtime(), key, actor=current_actor())
    flash(_("筛选已删除。"), "success")
    return redirect(url_for(".list_instances"), 303)


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
    if state not in ("", "any"):
        wanted["state"] = _RUNNING if state == "running" else state
    if args.get("incident"):
        wanted["hasIncident"] = True
    moments = {"$gte": _day(args, "from", 0), "$lt": _day(args, "to", 1)}
    started = {operator: moment for operator, moment in moments.items() if moment}
    return wanted | ({"startDate": started} if started else {}) | _variables(args)


def _variables(args: Any) -> dict[str, Any]:
    """The conditions of those that are named, in every way in which they may be meant."""
    meant = [_variable(args, *names) for names in VARIABLES if args.get(names[0], "").strip()]
    ways = [{"variables": list(way)} for way in product(*meant)]
    return {} if not meant else ways[0] if len(ways) == 1 else {"$or": ways}


def _variable(args: Any, named: str, operator: str, valued: str) -> list[dict[str, Any]]:
    """One condition. What was typed means the text and, where it is JSON, also that value.

    A part of a text with quotes or backslashes is kept with others before them; a part of a list or object is kept as it is.
    """
    text = args.get(valued, "").strip()
    quoted = json.dumps(text, ensure_ascii=False)
    match args.get(operator, "eq"):
        case "eq":
            values: list[dict[str, Any]] = [{"$in": [text, quoted]}]
        case "neq":
            values = [{"$notIn": [text, quoted]}]
        case "like":
            values = [{"$like": f"*{part}*"} for part in dict.fromkeys([text, quoted[1:-1]])]
        case _:
            values = [{"$exists": True}]
    return [{"name": args[named].strip(), "value": value} for value in values]


def number_in(name: str, text: str) -> int:
    """A whole number that was typed. Raises InvalidInput with the field's sentence."""
    found = typed.number_of({name: text}, name)
    if found is None or (name == "version" and found >= 2**31):
        raise InvalidInput(f"{name} is no number.", {name: ["请填写数字 / A whole number."]})
    return found


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
    chosen = {name: args[name] for name in FILTERS if args.get(name)}
    chosen = {name: value for name, value in chosen.items() if _belongs(name, chosen)}
    return chosen | ({"state": args["state"] or "any"} if "state" in args else {})


def _belongs(name: str, chosen: Mapping[str, str]) -> bool:
    """An operator or a value without the name of a variable says nothing."""
    return all(name not in names or names[0] in chosen for names in VARIABLES)
