"""Views of one's notices: what the desk tells a person."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine.services.notifications import list_notices, mark_notice_read
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime


@agent.get("/notices")
@requires("tasks.work")
def show_notices() -> str:
    return render_template("agent/notices.html", notices=list_notices(current_runtime(), actor=current_actor()))


@agent.post("/notices/<int:key>/read")
@requires("tasks.work")
def mark_read_notice(key: int) -> Response:
    mark_notice_read(current_runtime(), key, actor=current_actor())
    return redirect(url_for(".show_notices"), 303)
