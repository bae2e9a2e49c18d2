"""Views of the board and of everybody's tasks."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import alerts, oversight, people, work
from engine.services.oversight import Refusal
from engine.services.worklist import board
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.live import fragment

MOST = 200


@supervisor.get("/")
@requires("board.read")
def show_board() -> str:
    runtime, actor = current_runtime(), current_actor()
    wants, every = alerts.wants_alerts(runtime, actor=actor), alerts.interval(runtime, actor=actor)
    found = board(runtime, actor=actor)
    return render_template("supervisor/board.html", board=found, wants_alerts=wants, alerts_every=every)


@supervisor.post("/alerts")
@requires("board.read")
def want_alerts() -> Any:
    try:
        alerts.want_alerts(current_runtime(), request.form.get("wanted") == "yes", actor=current_actor())
    except InvalidInput as error:
        flash(" ".join(text for texts in forms.field_sentences(error).values() for text in texts), "error")
    return redirect(url_for(".show_board"), 303)


@supervisor.get("/now")
@requires("board.read")
def board_now() -> Response:
    found = board(current_runtime(), actor=current_actor())
    return fragment(render_template("supervisor/board_now.html", board=found))


@supervisor.get("/tasks")
@requires("tasks.read_all")
def list_tasks() -> str:
    return _tasks()


@supervisor.post("/tasks/assign")
@requires("tasks.assign")
def assign_tasks() -> Any:
    given = request.form
    keys, username = given.getlist("keys", type=int), given.get("username", "")
    try:
        refused = oversight.reassign(current_runtime(), keys, username, given.get("reason", ""), actor=current_actor())
    except InvalidInput as error:
        return _tasks(forms.field_sentences(error)), 422
    _tell(len(keys) - len(refused), refused)
    return redirect(_back(), 303)


def _tasks(errors: forms.Errors | None = None) -> str:
    actor, runtime, given = current_actor(), current_runtime(), request.args
    rows = oversight.open_work(
        runtime,
        actor=actor,
        assignee=given.get("assignee") or None,
        unassigned="unassigned" in given,
        overdue="overdue" in given,
        limit=MOST,
    )
    able = work.any_of(work.receivers(current_runtime(), [row.key for row in rows], actor=current_actor()))
    return render_template(
        "supervisor/tasks.html",
        rows=rows,
        people=workers(),
        able=able,
        errors=errors or {},
        typed=request.form,
        most=MOST,
    )


def workers() -> list[people.UserView]:
    """Active people who work on tasks, for choosing one."""
    found = people.list_users(current_runtime(), actor=current_actor(), active=True)
    return [user for user in found if any("tasks.work" in people.ROLES[role].permissions for role in user.roles)]


def _tell(done: int, refused: list[Refusal]) -> None:
    if done:
        flash(ngettext("已转派 %(num)d 个任务。", "已转派 %(num)d 个任务。", done), "success")
    if refused:
        text = ngettext("%(num)d 个任务未能转派：", "%(num)d 个任务未能转派：", len(refused))
        flash(text + _("流程不允许此人办理，或任务已完成。"), "error")


def _back() -> str:
    """To the case that it was about, or to the list with its filter."""
    number = request.form.get("case")
    if number:
        return url_for(".show_deadlines", number=number)
    kept = {name: request.form.get(f"kept-{name}") for name in ("assignee", "unassigned", "overdue")}
    return url_for(".list_tasks", **kept)
