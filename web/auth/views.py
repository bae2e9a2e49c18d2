"""The pages of signing in and out, and the help."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from engine.services.people import SignInRefused, SignInThrottled, authenticate
from web.auth.session import SignedIn
from web.ui.context import current_runtime
from web.ui.navigation import help_templates, home_endpoint

auth = Blueprint("auth", __name__, template_folder="templates")


class SignInForm(FlaskForm):  # type: ignore[misc]
    username = StringField(validators=[DataRequired()])
    password = PasswordField(validators=[DataRequired()])


@auth.get("/")
def home() -> Response:
    if not current_user.is_authenticated:
        return redirect(url_for("auth.sign_in"))
    return redirect(url_for(home_endpoint(current_app)))


@auth.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | tuple[str, int] | str:
    if current_user.is_authenticated:
        return redirect(url_for("auth.home"))
    form = SignInForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("auth/sign_in.html", form=form), status
    try:
        actor = authenticate(
            current_runtime(), form.username.data.strip(), form.password.data, request.remote_addr or ""
        )
    except SignInThrottled:
        flash(_("尝试次数过多，请 15 分钟后再试。"), "error")
        return render_template("auth/sign_in.html", form=form), 429
    except SignInRefused:
        flash(_("用户名或密码不正确。"), "error")
        return render_template("auth/sign_in.html", form=form), 401
    session.clear()
    login_user(SignedIn(actor))
    return redirect(_next_page())


def _next_page() -> str:
    """Where the person wanted to go, when that is one of our pages."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if own else url_for("auth.home")


@auth.get("/session")
def session_now() -> Response:
    """Who is signed in, and the token for their forms: asked for by a page that was open meanwhile."""
    user = current_user.actor.username if current_user.is_authenticated else None
    return jsonify(user=user, csrf=generate_csrf())


@auth.post("/sign-out")
def sign_out() -> Response:
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


@auth.get("/help")
@login_required
def help_page() -> str:
    """What each audience tells those who may do its work."""
    return render_template("auth/help.html", templates=help_templates(current_app))
