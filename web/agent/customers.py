"""Views of customers' files: searching, everything about one on one page, changing, and saying that a file was checked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput
from engine.services import customers
from engine.services.customers import CustomerView
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime

PAGE = 50
MOST = 100
TEXTS = ("name", "phone", "email", "address", "tier", "preferred_channel", "language", "notes")
CONSENT = ("sms", "phone", "email")


@agent.get("/customers")
@requires("customers.read")
def find_customers() -> str:
    given, actor, runtime = request.args, current_actor(), current_runtime()
    show = given.get("show")
    if show == "stale":
        days = customers.review_after(runtime, actor=actor)
        stale = customers.stale_customers(runtime, timedelta(days=days), actor=actor, limit=MOST)
        return render_template("agent/customers.html", customers=stale, more=False, reasons={})
    if show == "churn":
        risks = customers.churn_risks(runtime, actor=actor, limit=MOST)
        rows = [customers.get_customer(runtime, risk.customer_key, actor=actor) for risk in risks]
        reasons = {risk.customer_key: risk.reason for risk in risks}
        return render_template("agent/customers.html", customers=rows, more=False, reasons=reasons)
    found = customers.search_customers(
        runtime,
        given.get("q", ""),
        actor=actor,
        tier=given.get("tier") or None,
        tag=given.get("tag", "").strip() or None,
        after=given.get("after", type=int),
        limit=PAGE + 1,
    )
    return render_template("agent/customers.html", customers=found[:PAGE], more=len(found) > PAGE, reasons={})


@agent.get("/customers/<int:key>")
@requires("customers.read")
def show_customer(key: int) -> str:
    runtime, actor = current_runtime(), current_actor()
    found, how = customers.history(runtime, key, actor=actor), customers.standing(runtime, key, actor=actor)
    return render_template("agent/customer.html", found=found, how=how)


@agent.post("/customers/<int:key>/review")
@requires("customers.write")
def review_customer(key: int) -> Response:
    customers.mark_reviewed(current_runtime(), key, actor=current_actor())
    flash(_("已记下：档案核对过。"), "success")
    number = request.form.get("case")
    return redirect(url_for(".show_case", number=number) if number else url_for(".show_customer", key=key), 303)


@agent.get("/customers/new")
@requires("customers.write")
def new_customer() -> str:
    return _edit(None)


@agent.post("/customers/new")
@requires("customers.write")
def add_customer() -> Any:
    try:
        key = customers.create_customer(current_runtime(), _values(), actor=current_actor())
    except InvalidInput as error:
        return _edit(None, error), 422
    flash(_("客户档案已建立。"), "success")
    return redirect(url_for(".show_customer", key=key), 303)


@agent.get("/customers/<int:key>/edit")
@requires("customers.write")
def edit_customer(key: int) -> str:
    return _edit(_whole(key))


@agent.post("/customers/<int:key>/edit")
@requires("customers.write")
def change_customer(key: int) -> Any:
    customer = _whole(key)
    values = _values()
    changes = {name: value for name, value in values.items() if value != getattr(customer, name)}
    try:
        revision = request.form.get("revision", 0, type=int)
        customers.change_customer(current_runtime(), key, revision, changes, actor=current_actor())
    except InvalidInput as error:
        return _edit(customer, error), 422
    except Conflict:
        sentence = "刚才有人改过这份档案，请核对后再保存 / Somebody changed this file meanwhile."
        return _edit(customer, InvalidInput("Changed.", {"": [sentence]})), 409
    flash(_("客户档案已保存。"), "success")
    return redirect(url_for(".show_customer", key=key), 303)


def _whole(key: int) -> CustomerView:
    """The file unmasked: a masked one cannot be saved without losing what is hidden."""
    actor = current_actor()
    actor.require("customers.read_personal")
    return customers.get_customer(current_runtime(), key, actor=actor)


def _values() -> dict[str, Any]:
    given = request.form
    values: dict[str, Any] = {name: given.get(name, "").strip() for name in TEXTS}
    values["address"] = values["address"] or None
    values["phone"], values["email"] = values["phone"] or None, values["email"] or None
    values["tags"] = list(
        dict.fromkeys(filter(None, (tag.strip() for tag in re.split("[、,，;；]", given.get("tags", "")))))
    )
    values["consent"] = {code: True for code in CONSENT if code in given.getlist("consent")}
    return values


def _edit(customer: CustomerView | None, error: InvalidInput | None = None) -> str:
    errors = forms.field_sentences(error) if error else {}
    return render_template("agent/customer_edit.html", customer=customer, errors=errors, typed=request.form)
