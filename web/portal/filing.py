"""Filing a complaint or asking for a return: the deployed form, photos with it, and the page of thanks."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput, Unavailable
from engine.services import customers, task_forms
from engine.services.cases import case_of_link
from engine.services.portal import (
    CaseLine,
    Filed,
    case_page,
    file_complaint,
    my_cases,
    portal_form,
    request_return,
    send_request,
)
from engine.services.work import FormRefused
from web.portal import forms, limits, photos
from web.portal.blueprint import portal
from web.portal.entrance import sender
from web.ui.context import current_runtime
from web.ui.forms import Errors, field_sentences, refused, rows_changed

Answer = Response | str | tuple[Response | str, int]
FILE = {"complaint": file_complaint, "return_exchange": request_return, "intake": send_request}
_FILED = "portal_filed"


@portal.route("/new/<any(complaint, return_exchange, intake):kind>", methods=["GET", "POST"], endpoint="file")
@limits.attempts_to_file
@limits.filings
def file_case(kind: str) -> Answer:
    form = portal_form(current_runtime(), kind, actor=sender())
    if request.method == "GET":
        return _page(kind, form, _given(form))
    return _file_json(kind, form) if request.is_json else _file_plain(kind, form)


@portal.post("/uploads")
@limits.uploads
def upload() -> Answer:
    """One photo, sent while the form is still being filled in."""
    file = request.files.get("file")
    if file is None or not file.filename:
        abort(400)
    try:
        kept = photos.keep(file.filename, file.read())
    except InvalidInput as error:
        return jsonify(message="；".join(field_sentences(error).get("file", [str(error)]))), 422
    return jsonify(id=str(kept.key), name=kept.name, size=kept.size)


@portal.get("/thanks")
def thanks() -> Answer:
    link = session.get(_FILED)
    if link is None:
        return redirect(url_for(".start"))
    token = link.rpartition("/")[2]
    number, actor = case_of_link(current_runtime(), token)
    case = case_page(current_runtime(), number, actor=actor)
    page = "portal/_promise.html" if request.headers.get("HX-Request") else "portal/thanks.html"
    return render_template(page, case=case, link=link, token=token)


def _given(form: Any) -> dict[str, Any]:
    """What we know already: the customer, and what the page that led here was about."""
    actor, names = sender(), {component.key for component in form.walk() if component.key}
    given = {name: request.args[name][:200] for name in ("order_number", "request_type") if request.args.get(name)}
    if actor.customer_key is not None:
        file = customers.get_customer(current_runtime(), actor.customer_key, actor=actor)
        given |= {"customer_name": file.name, "contact": file.phone or file.email or ""}
    return {name: value for name, value in given.items() if name in names}


def _file_plain(kind: str, form: Any) -> Answer:
    data, errors = forms.read(form, sender())
    if rows_changed(data):
        return _page(kind, form, data)
    if errors:
        return _page(kind, form, data, errors), 422
    try:
        _file(kind, form, data)
    except FormRefused as error:
        return _page(kind, form, data, refused(error)), 422
    except Unavailable:
        return _page(kind, form, data, {"": [cannot_now()]}), 503
    return redirect(url_for(".thanks"))


def _file_json(kind: str, form: Any) -> Answer:
    body = request.get_json(silent=True)
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        abort(400)
    try:
        _file(kind, form, data)
    except FormRefused as error:
        return jsonify(errors=refused(error), message=_("请先更正标出的内容。")), 422
    except Unavailable:
        return jsonify(message=cannot_now()), 503
    return jsonify(redirect=url_for(".thanks"))


def _file(kind: str, form: Any, data: dict[str, Any]) -> None:
    """File it with the visitor's own photos. Raises FormRefused, Unavailable."""
    sent = [str(key) for key in task_forms.file_ids(form, data)]
    filed: Filed = FILE[kind](current_runtime(), data, actor=sender(), photos=photos.sent_with(sent))
    remember_filed(filed)


def remember_filed(filed: Filed) -> None:
    """The page of thanks is this browser's alone."""
    session[_FILED] = filed.link


def _page(kind: str, form: Any, sent: dict[str, Any] | None = None, errors: Errors | None = None) -> str:
    drawn = forms.draw(form, sender(), sent, errors)
    return render_template("portal/file.html", kind=kind, drawn=drawn, going_on=_going_on(kind))


def _going_on(kind: str) -> list[CaseLine]:
    """The customer's own open complaints, where another is about to be filed."""
    if kind != "complaint" or sender().customer_key is None:
        return []
    return [case for case in my_cases(current_runtime(), actor=sender()) if case.is_open and case.kind == kind]


def cannot_now() -> str:
    return _("现在无法提交，请稍后再试或致电客服；您填写的内容都还在。")
