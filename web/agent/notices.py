"""Views of one's notices: what the desk tells a person, and how many are unread."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.services.notifications import (
    NoticeView,
    count_unread_notices,
    list_notices,
    mark_all_notices_read,
    mark_notice_read,
)
from engine.services.worklist import InboxFilter, inbox
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime
from web.ui.live import fragment

PAGE = 50
LATE = 10


@agent.get("/notices")
@requires("cases.read")
def show_notices() -> str:
    """The notices, and above them what of one's own work is late: nobody needs to be told of it twice."""
    runtime, actor = current_runtime(), current_actor()
    unread = request.args.get("show") == "unread"
    notices = list_notices(
        runtime, actor=actor, unread_only=unread, before=request.args.get("before", type=int), limit=PAGE + 1
    )
    late = []
    if actor.may("tasks.work"):
        late = inbox(runtime, actor=actor, wanted=InboxFilter(whose="mine", overdue=True), limit=LATE).rows
    return render_template(
        "agent/notices.html", notices=notices[:PAGE], more=len(notices) > PAGE, late=late, unread=unread
    )


@agent.get("/notices/bell")
@requires("cases.read")
def bell() -> Response:
    return fragment(render_template("agent/bell.html"))


@agent.post("/notices/<int:key>/read")
@requires("cases.read")
def mark_read_notice(key: int) -> Response:
    """Read it; a notice about a case leads there."""
    number = mark_notice_read(current_runtime(), key, actor=current_actor())
    if number and "open" in request.form:
        return redirect(url_for(".show_case", number=number), 303)
    return redirect(url_for(".show_notices"), 303)


@agent.post("/notices/read")
@requires("cases.read")
def mark_all_read() -> Response:
    mark_all_notices_read(current_runtime(), actor=current_actor())
    flash(_("通知已全部标为已读。"), "success")
    return redirect(url_for(".show_notices"), 303)


def unread_notices() -> int:
    """For the bell."""
    return count_unread_notices(current_runtime(), actor=current_actor())


def newest_notice() -> NoticeView | None:
    """The newest that is unread, for the browser to show."""
    return next(iter(list_notices(current_runtime(), actor=current_actor(), unread_only=True, limit=1)), None)
