"""Proving who one is: a phone number or an e-mail address, then the code that was sent there. Two plain pages."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput, Unavailable
from engine.services import portal as service
from engine.services.portal import CodesThrottled
from web.portal import limits
from web.portal.blueprint import portal
from web.portal.entrance import customer, forget_customer, remember_customer
from web.ui.context import current_runtime
from web.ui.forms import field_sentences, language

Answer = Response | str | tuple[str, int]


@portal.route("/sign-in", methods=["GET", "POST"])
@limits.codes_asked
def sign_in() -> Answer:
    if request.method == "GET":
        return redirect(_next()) if customer() else _contact_page()
    try:
        asked = service.ask_code(current_runtime(), request.form.get("contact", ""), language())
    except InvalidInput as error:
        return _contact_page(field_sentences(error)), 422
    except CodesThrottled:
        return _contact_page({"contact": [_("验证码要得太多了，请一小时后再试，或用单号查询。")]}), 429
    except Unavailable:
        return _contact_page({"contact": [_("现在发不出验证码，请用单号查询，或稍后再试。")]}), 503
    return _code_page(asked.contact, shown=asked.shown)


@portal.post("/code")
@limits.codes_tried
def enter_code() -> Answer:
    contact = request.form.get("contact", "")
    try:
        key = service.prove(current_runtime(), contact, request.form.get("code", ""), language())
    except InvalidInput as error:
        return _code_page(contact, field_sentences(error)), 422
    remember_customer(key)
    return redirect(_next())


@portal.post("/leave")
def leave() -> Response:
    forget_customer()
    return redirect(url_for(".start"))


def _contact_page(errors: dict[str, list[str]] | None = None) -> str:
    return render_template("portal/sign_in.html", errors=errors or {}, sent=request.form, next=_next())


def _code_page(contact: str, errors: dict[str, list[str]] | None = None, shown: str | None = None) -> str:
    return render_template("portal/code.html", contact=contact, errors=errors or {}, shown=shown, next=_next())


def _next() -> str:
    """Where they wanted to go, when that is a page of the portal."""
    wanted = request.values.get("next", "")
    own = wanted.startswith("/portal/") and "\\" not in wanted and "//" not in wanted
    return wanted if own else url_for("portal.mine")
