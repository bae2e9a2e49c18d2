"""Views of how long history is kept, and of what each clean-up removed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.services import retention
from engine.services.settings import change_setting
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@supervisor.get("/history")
@requires("instances.read")
def show_history() -> str:
    return _page()


@supervisor.post("/history")
@requires("settings.manage")
def change_history() -> Any:
    """Change how long, or clean up now."""
    runtime, actor = current_runtime(), current_actor()
    if "now" in request.form:
        retention.clean_up_now(runtime, actor=actor)
        flash(_("清理已开始。"), "success")
        return redirect(url_for(".show_history"), 303)
    try:
        change_setting(runtime, "history.keep_days", request.form.get("keep_days", ""), actor=actor)
    except InvalidInput as error:
        return _page(forms.field_sentences(error).get("history.keep_days", [str(error)])), 422
    flash(_("已保存。"), "success")
    return redirect(url_for(".show_history"), 303)


def _page(errors: list[str] | None = None) -> str:
    found = retention.retention(current_runtime(), actor=current_actor())
    return render_template("supervisor/history.html", found=found, errors=errors or [], typed=request.form)
