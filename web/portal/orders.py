"""A customer's own page, their orders, and asking for a return of an article: the reason, what the rules allow, the form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput, Unavailable
from engine.services import customers, task_forms
from engine.services import portal as service
from engine.services.people import Actor
from engine.services.portal import PortalOrder, ReasonChoice, portal_form
from engine.services.task_forms import PlainField
from engine.services.work import FormRefused
from web.portal import filing, forms, limits, photos
from web.portal.blueprint import portal
from web.portal.entrance import for_customers
from web.ui.context import current_runtime
from web.ui.forms import DrawnForm, Errors, field_sentences, refused

Answer = Response | str | tuple[str, int]
RETURN = "return_exchange"
CHANGEABLE = ("placed", "paid", "shipped")
# What the page knows already and the form need not ask.
KNOWN = ("customer_name", "contact", "order_number", "sku", "reason")


@portal.get("/mine")
@for_customers
def mine(actor: Actor) -> str:
    cases = service.my_cases(current_runtime(), actor=actor)
    orders = service.my_orders(current_runtime(), actor=actor)
    return render_template("portal/mine.html", cases=cases, orders=orders, customer=actor)


@portal.get("/orders/<number>")
@limits.wrong_links
@for_customers
def show_order(actor: Actor, number: str) -> Answer:
    try:
        order = service.my_order(current_runtime(), number, actor=actor)
    except Unavailable:
        return _shop_is_away()
    changeable = order.status in CHANGEABLE and service.may_change_orders(current_runtime(), actor=actor)
    return render_template("portal/order.html", order=order, changeable=changeable)


@portal.route("/orders/<number>/change", methods=["GET", "POST"])
@limits.filings
@for_customers
def change_order(actor: Actor, number: str) -> Answer:
    """Another address, or no order at all, before the parcel is delivered."""
    try:
        order = service.my_order(current_runtime(), number, actor=actor)
        if request.method == "GET":
            return render_template("portal/change.html", order=order, sent={}, errors={})
        given = [request.form.get(name, "") for name in ("change", "new_address", "description")]
        filed = service.change_order(current_runtime(), number, *given, actor=actor)
    except InvalidInput as error:
        errors = field_sentences(error)
        return render_template("portal/change.html", order=order, sent=request.form, errors=errors), 422
    except Unavailable:
        return _shop_is_away()
    filing.remember_filed(filed)
    return redirect(url_for(".thanks"))


@portal.get("/orders/<number>/return/<int:line>")
@limits.wrong_links
@for_customers
def ask_return(actor: Actor, number: str, line: int) -> Answer:
    """First why, with what each reason leads to; then, with a reason, the form."""
    try:
        order = service.my_order(current_runtime(), number, actor=actor)
        article = order.line(line)
        rules = service.eligibility(current_runtime(), number, article.sku, actor=actor)
    except Unavailable:
        return _shop_is_away()
    if article.open_case is not None:
        return redirect(url_for(".show_case", number=article.open_case.number))
    if article.left == 0:
        return redirect(url_for(".show_order", number=number))
    choice = rules.choice(request.args.get("reason", ""))
    if choice is None or choice.refused:
        return render_template("portal/reasons.html", order=order, line=article, rules=rules)
    return _form_page(actor, order, line, choice)


@portal.post("/orders/<number>/return/<int:line>")
@limits.filings
@for_customers
def send_return(actor: Actor, number: str, line: int) -> Answer:
    try:
        order = service.my_order(current_runtime(), number, actor=actor)
        article = order.line(line)
        rules = service.eligibility(current_runtime(), number, article.sku, actor=actor)
    except Unavailable:
        return _shop_is_away()
    if article.open_case is not None:  # sent twice, or from two windows: the first counts
        return redirect(url_for(".show_case", number=article.open_case.number))
    choice = rules.choice(request.form.get("reason", ""))
    if choice is None:
        return redirect(url_for(".ask_return", number=number, line=line))
    form = portal_form(current_runtime(), RETURN, actor=actor)
    data, errors = forms.read(form, actor)
    data |= _known(actor, order, article.sku, choice.reason)
    if errors:
        return _form_page(actor, order, line, choice, data, errors), 422
    try:
        service.check_allowed(current_runtime(), data, actor=actor)
        sent = photos.sent_with([str(key) for key in task_forms.file_ids(form, data)])
        filed = service.request_return(current_runtime(), data, actor=actor, photos=sent)
    except FormRefused as error:
        return _form_page(actor, order, line, choice, data, refused(error)), 422
    except InvalidInput as error:
        return _form_page(actor, order, line, choice, data, field_sentences(error)), 422
    except Unavailable:
        return _form_page(actor, order, line, choice, data, {"": [filing.cannot_now()]}), 503
    filing.remember_filed(filed)
    return redirect(url_for(".thanks"))


def _form_page(
    actor: Actor,
    order: PortalOrder,
    line: int,
    choice: ReasonChoice,
    data: dict[str, Any] | None = None,
    errors: Errors | None = None,
) -> str:
    form = portal_form(current_runtime(), RETURN, actor=actor)
    sent = data or {"intact": True, "requested": choice.requested[0], "consent": True}
    drawn = forms.draw(form, actor, sent | _known(actor, order, order.line(line).sku, choice.reason), errors)
    known = (
        KNOWN if choice.reason == "no_reason" else (*KNOWN, "intact")
    )  # only who sends back what pleases them not is asked
    article = order.line(line)
    fields = [_only_left(_only_allowed(each, choice), article.left) for each in drawn.fields if each.name not in known]
    shown = DrawnForm([each for each in fields if each], {}, drawn.errors, drawn.files)
    return render_template("portal/return.html", order=order, line=article, choice=choice, drawn=shown)


def _only_allowed(field: PlainField, choice: ReasonChoice) -> PlainField:
    """The wished remedy as buttons of what the rules allow; every other field as it is."""
    if field.name != "requested":
        return field
    options = tuple(option for option in field.options if _value(option.value) in choice.requested)
    return replace(field, kind="radios", options=options)


def _only_left(field: PlainField, left: int) -> PlainField | None:
    """How many pieces: told what is left, and not asked about a single one."""
    if field.name != "quantity":
        return field
    return (
        replace(field, help=_("还可以申请 %(left)d 件，不填为全部。", left=left), max=str(left)) if left > 1 else None
    )


def _value(posted: str) -> str:
    return posted.strip('"')


def _known(actor: Actor, order: PortalOrder, sku: str, reason: str) -> dict[str, Any]:
    assert actor.customer_key is not None
    file = customers.get_customer(current_runtime(), actor.customer_key, actor=actor)
    return {
        "customer_name": file.name,
        "contact": file.phone or file.email or "",
        "order_number": order.number,
        "sku": sku,
        "reason": reason,
    }


def _shop_is_away() -> tuple[str, int]:
    text = _("订单系统暂时没有回应，请过几分钟再看；已经提交的服务单不受影响。")
    shown = render_template("portal/refusal.html", title=_("暂时查不到订单"), text=text, find=False)
    return shown, 503
