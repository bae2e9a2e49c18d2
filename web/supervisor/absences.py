"""Views of who is away, now and soon: a lead says it for a colleague, with who stands in, and ends it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import going_away
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.supervisor.board import workers
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@supervisor.get("/absences")
@requires("tasks.assign")
def list_absences() -> str:
    return _page()


@supervisor.post("/absences")
@requires("tasks.assign")
def keep_absence() -> Any:
    given = request.form
    try:
        since, until = (forms.moment_of(given, name) for name in ("since", "until"))
        who, stand_in = given.get("username", ""), given.get("stand_in") or None
        going_away.send_away(current_runtime(), who, stand_in, since, until, actor=current_actor())
    except InvalidInput as error:
        return _page(forms.field_sentences(error)), 422
    flash(_("离岗已登记，本人和代班人都收到了通知。"), "success")
    return redirect(url_for(".list_absences"), 303)


@supervisor.post("/absences/<int:key>/end")
@requires("tasks.assign")
def end_absence(key: int) -> Response:
    going_away.come_back(current_runtime(), key, actor=current_actor())
    flash(_("离岗已结束，新的工作和通知又归本人。"), "success")
    return redirect(url_for(".list_absences"), 303)


def _page(errors: forms.Errors | None = None) -> str:
    return render_template(
        "supervisor/absences.html",
        absences=going_away.all_absences(current_runtime(), actor=current_actor()),
        workers=workers(),
        chosen=request.form.get("username") or request.args.get("username", ""),
        typed=request.form,
        errors=errors or {},
    )
