"""Views of one's own account: who one is, who stands in while one is away, and which notices come by mail."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import api_tokens, going_away, notifications, people
from web.auth.session import requires
from web.auth.views import auth
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@auth.get("/account")
@login_required
def account() -> str:
    return _page()


@auth.post("/account/absences")
@requires("tasks.work")
def keep_absence() -> Any:
    """Name a stand-in, and with the button for it be away too."""
    runtime, actor, given = current_runtime(), current_actor(), request.form
    try:
        if "away" in given:
            going_away.leave_to(
                runtime,
                given.get("stand_in") or None,
                forms.moment_of(given, "since"),
                forms.moment_of(given, "until"),
                actor=actor,
            )
        else:
            going_away.name_stand_in(runtime, given.get("stand_in") or None, actor=actor)
    except InvalidInput as error:
        return _page(forms.field_sentences(error)), 422
    flash(_("离岗已登记。") if "away" in given else _("代班人已保存。"), "success")
    return redirect(url_for(".account", _anchor="absence"), 303)


@auth.post("/account/absences/<int:key>/end")
@requires("tasks.work")
def end_absence(key: int) -> Response:
    going_away.come_back(current_runtime(), key, actor=current_actor())
    flash(_("离岗已结束，新的工作和通知又归您本人。"), "success")
    return redirect(url_for(".account", _anchor="absence"), 303)


@auth.post("/account/notices")
@requires("cases.read")
def wish_mails() -> Any:
    ways = {kind: request.form.get(kind, "") for kind in notifications.KINDS}
    try:
        notifications.wish_mails(current_runtime(), ways, actor=current_actor())
    except InvalidInput as error:
        return _page(forms.field_sentences(error)), 422
    flash(_("通知设置已保存。"), "success")
    return redirect(url_for(".account", _anchor="notices"), 303)


def _page(errors: forms.Errors | None = None) -> str:
    runtime, actor = current_runtime(), current_actor()
    works = actor.may("tasks.work")
    return render_template(
        "auth/account.html",
        actor=actor,
        may_have_tokens=bool(api_tokens.offered(actor)),
        colleagues=people.colleagues(runtime, actor=actor) if works else [],
        stand_in=request.form.get("stand_in", going_away.own_stand_in(runtime, actor=actor)),
        absences=going_away.own_absences(runtime, actor=actor) if works else [],
        mails=notifications.mail_wishes(runtime, actor=actor) if actor.may("cases.read") else None,
        kinds=notifications.KINDS,
        ways=notifications.WAYS,
        typed=request.form,
        errors=errors or {},
    )
