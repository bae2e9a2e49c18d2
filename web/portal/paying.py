"""The page behind a signed link where a customer pays the difference of an exchange. Without a script, a cookie or a sign-in."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask_babel import gettext as _
from werkzeug import Response

from engine.errors import Conflict, InvalidInput, NotFound
from engine.services import portal as service
from engine.services.cases import payment_of_link
from engine.services.cases.links import LinkExpired, LinkRefused
from engine.services.people import Actor
from engine.services.portal import DueView
from web.portal import limits
from web.portal.blueprint import portal
from web.portal.languages import speaking
from web.ui.context import current_runtime

Answer = str | Response | tuple[str, int]


@portal.get("/p/<token>")
@limits.wrong_links
def payment(token: str) -> Answer:
    try:
        found, _key, actor = _opened(token)
    except (LinkRefused, NotFound) as error:
        return _gone(error)
    with speaking(actor.locale):
        return _page(token, found)


@portal.get("/p/<token>/pay")
@limits.wrong_links
def pay(token: str) -> Answer:
    """On to the payment service, unless it is paid or over meanwhile."""
    try:
        found, _key, actor = _opened(token)
    except (LinkRefused, NotFound) as error:
        return _gone(error)
    if found.state == "pending" and found.url:
        return redirect(found.url, 303)
    with speaking(actor.locale):
        return _page(token, found)


@portal.post("/p/<token>")
@limits.wrong_links
def claim(token: str) -> Answer:
    try:
        found, key, actor = _opened(token)
    except (LinkRefused, NotFound) as error:
        return _gone(error)
    with speaking(actor.locale):
        try:
            found = service.claim_due(current_runtime(), key, request.form.get("reference", ""), actor=actor)
        except InvalidInput:
            return _page(token, found, _("请填写付款单号或转账流水号，4 到 64 个字。")), 422
        except Conflict:
            found = service.open_due(current_runtime(), key, actor=actor)
        return _page(token, found)


def _opened(token: str) -> tuple[DueView, str, Actor]:
    key, actor = payment_of_link(current_runtime(), token)
    return service.open_due(current_runtime(), key, actor=actor), key, actor


def _page(token: str, found: DueView, problem: str = "") -> str:
    if found.state == "paid":
        return _done(
            _("已付清，谢谢"), _("差价已收到，我们会尽快寄出换的商品，并把快递单号告诉您。"), found.case_number
        )
    if found.state == "expired":
        return _done(_("不用再付了"), _("付款期限已过，这次换货改为退款，款项原路退回。"), found.case_number)
    return render_template("portal/payment.html", due=found, token=token, problem=problem, sent=request.form)


def _done(title: str, text: str, number: str) -> str:
    return render_template("portal/survey_done.html", title=title, text=text, find=True, number=number)


def _gone(error: LinkRefused | NotFound) -> tuple[str, int]:
    """Why the link opens nothing, and what to do instead."""
    expired = isinstance(error, LinkExpired)
    title = _("付款期限已过") if expired else _("链接无效")
    text = (
        _("没有付差价的换货会改为退款，原路退回。用单号和联系方式可以查看进度；刚付过的，我们会核对后与您联系。")
        if expired
        else _("请从短信或邮件里重新打开链接；链接要完整，不能缺字。")
    )
    number = error.number if isinstance(error, LinkExpired) else ""
    shown = render_template("portal/survey_done.html", title=title, text=text, find=True, number=number)
    return shown, 410 if expired else 403
