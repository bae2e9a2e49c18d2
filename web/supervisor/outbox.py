"""Views of what was sent to customers and what waits to be sent."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, Unavailable
from engine.services.notifications import list_messages, resend
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui.context import current_actor, current_runtime

PAGE = 50


@supervisor.get("/outbox")
@requires("outbox.read")
def list_outbox() -> str:
    state, before = request.args.get("state") or None, request.args.get("before", type=int)
    found = list_messages(current_runtime(), actor=current_actor(), state=state, before=before, limit=PAGE + 1)
    return render_template("supervisor/outbox.html", messages=found[:PAGE], more=len(found) > PAGE)


@supervisor.post("/outbox/<int:key>/send")
@requires("outbox.read")
def send_again(key: int) -> Response:
    try:
        state = resend(current_runtime(), key, actor=current_actor())
    except Conflict:
        flash(_("这条消息已经发送。"), "warning")
    except Unavailable:
        flash(_("还没有配置这个渠道的发送服务，或它没有响应；消息仍在发件箱。"), "error")
    else:
        flash(
            _("已发送。") if state == "sent" else _("没有发出，原因见该消息。"),
            "success" if state == "sent" else "error",
        )
    return redirect(url_for(".list_outbox", state=request.form.get("state") or None), 303)
