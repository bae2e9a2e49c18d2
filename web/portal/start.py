"""The first page, and finding a case by its number."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web.portal import limits
from web.portal.blueprint import portal
from web.portal.entrance import open_for_session
from web.portal.finding import customer_of
from web.ui.context import current_runtime


@portal.get("/")
def start() -> str:
    given = {"number": request.args.get("number", "")[:40]}
    return render_template("portal/start.html", given=given, problem=None)


@portal.post("/find")
@limits.wrong_guesses
@limits.wrong_guesses_of_a_case
def find() -> Response | tuple[str, int]:
    number, contact = request.form.get("number", "").strip().upper(), request.form.get("contact", "").strip()
    customer_key = customer_of(current_runtime(), number, contact) if number and contact else None
    if customer_key is None:
        problem = (
            _("没有找到与该联系方式相符的单号，请核对后重试。") if number and contact else _("请填写单号和联系方式。")
        )
        given = {"number": number, "contact": contact}
        return render_template("portal/start.html", given=given, problem=problem), 422
    open_for_session(number, customer_key)
    return redirect(url_for(".show_case", number=number))
