"""What a customer answers and asks on a case's page; whoever comes too late is told so and sees the case as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput
from engine.services import attachments, portal
from web.portal.blueprint import case_route
from web.portal.case import case_html
from web.portal.entrance import Visit, visiting
from web.ui.context import current_runtime
from web.ui.forms import field_sentences

Answer = Response | str | tuple[str, int]
ASKED = {"withdraw": portal.withdraw, "escalate": portal.escalate, "cancel_return": portal.cancel_return}


@case_route("/reply", endpoint="reply", methods=["POST"])
@visiting
def reply(visit: Visit) -> Answer:
    accepted, note = request.form.get("answer") == "accept", request.form.get("note", "").strip()
    about = request.form.get("about", "offer")
    if about == "no_stock":
        said = _("好的，改为退款。") if accepted else _("好的，到货后马上为您换。")
        return _do(visit, said, portal.reply_to_offer, accepted, note)
    if not accepted and not note:
        errors = {"note": [_("请告诉我们为什么不接受，主管会据此联系您。")]}
        return case_html(visit, errors=errors, sent=request.form, rejecting=True), 422
    said = _("已接受方案，我们马上办理。") if accepted else _("已收到您的意见，主管会尽快与您联系。")
    return _do(visit, said, portal.reply_to_offer, accepted, note)


@case_route("/question", endpoint="question", methods=["POST"])
@visiting
def question(visit: Visit) -> Answer:
    """Neither yes nor no: something is to be explained first."""
    return _do(visit, _("问题已收到，客服会尽快答复您。"), portal.ask_about_offer, request.form.get("question", ""))


@case_route("/ask/<action>", endpoint="ask", methods=["GET", "POST"])
@visiting
def ask(visit: Visit, action: str) -> Answer:
    """A page that says what will happen, and asks; then it happens."""
    if action not in ASKED:
        abort(404)
    if request.method == "POST":
        return _do(visit, _done(action), ASKED[action], request.form.get("note", ""))
    case = portal.case_page(current_runtime(), visit.number, actor=visit.actor)
    if action not in case.actions:
        flash(_("现在已经不能这样做了，请看最新进度。"), "warning")
        return redirect(visit.url("show_case"))
    return render_template("portal/ask.html", visit=visit, case=case, action=action)


@case_route("/tracking", endpoint="track", methods=["POST"])
@visiting
def track(visit: Visit) -> Answer:
    given = [request.form.get(name, "") for name in ("carrier", "tracking_number", "freight_paid")]
    return _do(visit, _("已登记寄回的快递，谢谢。"), portal.submit_tracking, *given)


@case_route("/messages", endpoint="write", methods=["POST"])
@visiting
def write(visit: Visit) -> Answer:
    """A message, files, or both. What is good is kept even when one of the files is refused."""
    text = request.form.get("text", "")
    files = [file for file in request.files.getlist("files") if file.filename]
    refused = [problem for file in files if (problem := _attach(visit, file))]
    if refused:
        return case_html(visit, errors={"files": refused}, sent=request.form), 422
    if files and not text.strip():
        flash(_("照片已收到，谢谢。"), "success")
        return redirect(visit.url("show_case"))
    return _do(visit, _("留言已收到，我们会尽快查看。"), portal.write_message, text)


def _attach(visit: Visit, file: Any) -> str | None:
    try:
        attachments.attach(current_runtime(), visit.number, file.filename, file.read(), actor=visit.actor)
    except InvalidInput as error:
        return f"{file.filename}：{'；'.join(field_sentences(error).get('file', [str(error)]))}"
    return None


def _do(visit: Visit, said: str, service: Callable[..., None], *values: Any) -> Answer:
    try:
        service(current_runtime(), visit.number, *values, actor=visit.actor)
    except InvalidInput as error:
        return case_html(visit, errors=field_sentences(error), sent=request.form), 422
    except Conflict:
        flash(_("现在已经不能这样做了，请看最新进度。"), "warning")
    else:
        flash(said, "success")
    return redirect(visit.url("show_case"))


def _done(action: str) -> str:
    return {
        "withdraw": _("已提交撤回。"),
        "escalate": _("已转给主管，主管会尽快与您联系。"),
        "cancel_return": _("已取消售后申请。"),
    }[action]
