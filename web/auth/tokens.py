"""The pages of API tokens: one's own, and for administrators everybody's. A secret is shown once, on the page that answers its making."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from engine.errors import Forbidden, InvalidInput
from engine.services import api_tokens
from web.auth.session import requires
from web.auth.views import auth
from web.ui import forms
from web.ui.context import current_actor, current_runtime

LIFETIMES = {"30": 30, "90": 90, "365": 365, "never": None}


@auth.get("/account/tokens")
@login_required
def list_tokens() -> str:
    return _page({})


@auth.post("/account/tokens")
@login_required
def create_token() -> Any:
    given = request.form
    days = LIFETIMES.get(given.get("lifetime", ""), 0)
    try:
        made = api_tokens.create(
            current_runtime(),
            given.get("name", ""),
            given.getlist("scopes"),
            None if days is None else timedelta(days=days),
            actor=current_actor(),
        )
    except InvalidInput as error:
        return _page(forms.field_sentences(error)), 422
    address = current_runtime().settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    return render_template("auth/token_made.html", made=made, address=address), 201


@auth.post("/account/tokens/<int:key>/revoke")
@login_required
def revoke_token(key: int) -> Response:
    api_tokens.revoke(current_runtime(), key, actor=current_actor())
    flash(_("令牌已撤销，立即失效。"), "success")
    return redirect(url_for(".all_tokens" if "all" in request.form else ".list_tokens"), 303)


@auth.get("/account/tokens/all")
@requires("users.manage")
def all_tokens() -> str:
    found = api_tokens.list_tokens(current_runtime(), actor=current_actor(), everybody=True)
    return render_template("auth/all_tokens.html", tokens=found)


def _page(errors: dict[str, list[str]]) -> str:
    actor = current_actor()
    scopes = api_tokens.offered(actor)
    if not scopes:
        raise Forbidden("Customers have no tokens.")
    tokens = api_tokens.list_tokens(current_runtime(), actor=actor)
    return render_template("auth/tokens.html", tokens=tokens, scopes=scopes, errors=errors, typed=request.form)
