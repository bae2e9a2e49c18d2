"""Views of people: who there is, new ones, their posts, whether they may sign in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput
from engine.services import people
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@supervisor.get("/people")
@requires("users.manage")
def list_users() -> str:
    given = request.args
    found = people.list_users(
        current_runtime(), actor=current_actor(), search=given.get("q", ""), role=given.get("role") or None
    )
    return render_template("supervisor/users.html", users=found, roles=people.ROLES)


@supervisor.get("/people/new")
@requires("users.manage")
def new_user() -> str:
    return _new({})


@supervisor.post("/people/new")
@requires("users.manage")
def create_user() -> Any:
    given = request.form
    try:
        people.create_user(
            current_runtime(),
            given.get("username", "").strip(),
            given.get("display_name", "").strip(),
            given.getlist("roles"),
            given.get("password") or None,
            actor=current_actor(),
            email=given.get("email") or None,
            phone=given.get("phone") or None,
        )
    except InvalidInput as error:
        return _new(forms.field_sentences(error)), 422
    except Conflict:
        return _new({"username": [_("这个用户名已被使用。")]}), 409
    flash(_("已创建。"), "success")
    return redirect(url_for(".show_user", username=given["username"].strip()), 303)


@supervisor.get("/people/<username>")
@requires("users.manage")
def show_user(username: str) -> str:
    return _user(username, {})


@supervisor.post("/people/<username>")
@requires("users.manage")
def change_user(username: str) -> Any:
    given, runtime, actor = request.form, current_runtime(), current_actor()
    active = "active" in given
    if username == actor.username and not (active and "admin" in given.getlist("roles")):
        return _user(username, {"roles": [_("不能停用自己，也不能取消自己的管理员角色。")]}), 422
    try:
        if set(given.getlist("roles")) != set(people.get_user(runtime, username, actor=actor).roles):
            people.set_roles(runtime, username, given.getlist("roles"), actor=actor)
        addresses = {name: given.get(name) or None for name in ("email", "phone")}
        shown = given.get("display_name", "").strip() or username
        people.change_user(runtime, username, {"display_name": shown, "active": active, **addresses}, actor=actor)
        if given.get("password"):
            people.set_password(runtime, username, given["password"], actor=actor)
    except InvalidInput as error:
        return _user(username, forms.field_sentences(error)), 422
    return _saved(username)


def _saved(username: str) -> Response:
    flash(_("已保存。"), "success")
    return redirect(url_for(".show_user", username=username), 303)


def _new(errors: forms.Errors) -> str:
    return render_template("supervisor/user.html", user=None, roles=people.ROLES, errors=errors, typed=request.form)


def _user(username: str, errors: forms.Errors) -> str:
    user = people.get_user(current_runtime(), username, actor=current_actor())
    return render_template("supervisor/user.html", user=user, roles=people.ROLES, errors=errors, typed=request.form)
