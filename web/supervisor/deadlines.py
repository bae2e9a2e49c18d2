"""Views of one case's deadlines: who has its tasks, how urgent they are, when they and its clocks are due."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput
from engine.services import cases, oversight, work
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@supervisor.get("/cases/<number>")
@requires("tasks.assign")
def show_deadlines(number: str) -> str:
    return _page(number)


@supervisor.post("/cases/<number>/tasks/<int:key>")
@requires("tasks.assign")
def change_task(number: str, key: int) -> Any:
    given = request.form
    try:
        due = forms.moment_of(given, "due_at")
        oversight.change_task(
            current_runtime(), key, actor=current_actor(), reason=given.get("reason", ""), due_at=due,
            priority=given.get("priority", -1, type=int),
        )  # fmt: skip
    except InvalidInput as error:
        return _page(number, f"task-{key}", error), 422
    except Conflict:
        flash(_("任务已完成或刚被改动，请核对。"), "warning")
        return redirect(url_for(".show_deadlines", number=number), 303)
    return _done(number)


@supervisor.post("/cases/<number>/clocks/<name>")
@requires("tasks.assign")
def move_clock(number: str, name: str) -> Any:
    given = request.form
    try:
        to = forms.moment_of(given, "to")
        if to is None:
            raise InvalidInput("A moment is needed.", {"to": ["请填写时间 / Choose a moment."]})
        oversight.move_clock(current_runtime(), number, name, to, given.get("reason", ""), actor=current_actor())
    except InvalidInput as error:
        return _page(number, f"clock-{name}", error), 422
    except Conflict:
        flash(_("这个时限已经结束。"), "warning")
        return redirect(url_for(".show_deadlines", number=number), 303)
    return _done(number)


def _page(number: str, where: str = "", error: InvalidInput | None = None) -> str:
    actor, runtime = current_actor(), current_runtime()
    tasks = oversight.open_work(runtime, actor=actor, case_number=number)
    return render_template(
        "supervisor/deadlines.html",
        case=cases.get_case(runtime, number, actor=actor, entries_shown=0),
        tasks=tasks,
        receivers=work.receivers(runtime, [task.key for task in tasks], actor=actor),
        where=where,
        errors=forms.field_sentences(error) if error else {},
        typed=request.form,
    )


def _done(number: str) -> Response:
    flash(_("已保存，原因已写入时间线。"), "success")
    return redirect(url_for(".show_deadlines", number=number), 303)
