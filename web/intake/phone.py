"""Views of the phone: who calls, their file and orders while they speak, and one form that registers it all.

It works without a script: a button posts the form and the page comes back with what was typed and what was picked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput, NotFound
from engine.services import customers, phone, starting
from engine.services.work import FormRefused
from web.auth.session import requires
from web.intake.blueprint import intake
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.live import fragment

REGISTERED_WITHIN = timedelta(minutes=5)


@intake.get("/desk/phone")
@requires("cases.write")
def show_phone() -> str:
    given = request.args
    data = {"contact": given["q"]} if given.get("q", "").strip() else {}
    return _page(data, call=given.get("call", type=int))


@intake.post("/desk/phone")
@requires("cases.write")
def register_call() -> Any:
    opened = _form()
    data, _errors = forms.read(opened.form, _no_files)
    if "_pick" in request.form:
        return _page(data | _picked(request.form["_pick"]))
    if "_redraw" in request.form:
        return _page(data)
    try:
        begun = phone.register_call(
            current_runtime(),
            data,
            actor=current_actor(),
            call_key=request.form.get("call", type=int),
            rings=_rings(),
        )
    except FormRefused as refused:
        return _page(data, forms.refused(refused)), 422
    except InvalidInput as error:
        return _page(data, {"": _sentences(error)}), 422
    flash(_("已登记，工单号 %(number)s。", number=begun.case_number), "success")
    return redirect(url_for("agent.show_case", number=begun.case_number), 303)


@intake.post("/desk/phone/fields")
@requires("cases.write")
def phone_fields() -> str:
    """The fields for the type that was chosen, with what was typed in them."""
    opened = _form()
    data, _errors = forms.read(opened.form, _no_files)
    return render_template("intake/phone_fields.html", drawn=forms.draw(opened.form, {}, sent=data))


@intake.get("/desk/phone/callers")
@requires("cases.write")
def phone_callers() -> Response:
    """Customers while their number is typed."""
    return fragment(render_template("intake/phone_callers.html", **_found(request.args.get("q", ""))))


@intake.get("/desk/phone/calls")
@requires("cases.write")
def phone_calls() -> Response:
    """Calls that ring now."""
    return fragment(render_template("intake/phone_calls.html", calls=_calls()))


@intake.post("/desk/phone/calls/<int:key>")
@requires("cases.write")
def answer_call(key: int) -> Response:
    try:
        call = phone.answer_call(current_runtime(), key, actor=current_actor())
    except Conflict:
        flash(_("这个来电已由同事接听。"), "warning")
        return redirect(url_for(".show_phone"), 303)
    return redirect(url_for(".show_phone", call=call.key, q=call.caller), 303)


def _page(data: dict[str, Any], errors: forms.Errors | None = None, call: int | None = None) -> str:
    opened = request.form.get("opened", type=int) or int(current_runtime().now().timestamp())
    words = request.form.get("q") or str(data.get("contact") or "")
    return render_template(
        "intake/phone.html",
        drawn=forms.draw(_form().form, {}, sent=data or None, errors=errors),
        calls=_calls(),
        call=call or request.form.get("call", type=int),
        rings=request.form.get("rings", ""),
        opened=opened,
        due_at=datetime.fromtimestamp(opened, UTC) + REGISTERED_WITHIN,
        ids=_redrawn_by(),
        **_found(words),
    )


def _redrawn_by() -> dict[str, str]:
    """The ids of the fields that decide which others there are."""
    fields = {each.name: each.id for each in forms.draw(_form().form, {}).fields}
    return {name: fields.get(name, "none") for name in ("request_type", "answered_now")}


def _form() -> starting.StartForm:
    return starting.start_form(current_runtime(), phone.PROCESS, actor=current_actor())


def _found(words: str) -> dict[str, Any]:
    return {"words": words, "callers": phone.find_callers(current_runtime(), words, actor=current_actor())}


def _calls() -> list[phone.CallView]:
    return phone.open_calls(current_runtime(), actor=current_actor())


def _picked(chosen: str) -> dict[str, Any]:
    """What a button `customer` or `customer:order` fills in."""
    key, _sign, order = chosen.partition(":")
    if not key.isdigit():
        return {}
    try:
        found = customers.get_customer(current_runtime(), int(key), actor=current_actor())
    except NotFound:
        return {}
    picked = {"customer_name": found.name, "contact": found.phone or found.email or ""}
    return picked | ({"order_number": order} if order else {})


def _sentences(error: InvalidInput) -> list[str]:
    texts = [text for found in forms.field_sentences(error).values() for text in found]
    return texts or [str(error)]


def _rings() -> int | None:
    text = request.form.get("rings", "").strip()
    return int(text) if text.isdigit() and len(text) < 3 else None


def _no_files(_name: str, _content: bytes) -> str:
    return ""
