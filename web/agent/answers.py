"""Views for what a customer says on the phone, and what is reported from outside, when a process waits for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput
from engine.services import portal, reports
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@agent.post("/cases/<number>/reply")
@requires("cases.write")
def enter_reply(number: str) -> Response:
    accepted, note = request.form.get("accepted") == "yes", request.form.get("note", "")
    return _enter(
        number, lambda: portal.reply_to_offer(current_runtime(), number, accepted, note, actor=current_actor())
    )


@agent.post("/cases/<number>/withdraw")
@requires("cases.write")
def enter_withdrawal(number: str) -> Response:
    note = request.form.get("note", "")
    return _enter(number, lambda: portal.withdraw(current_runtime(), number, note, actor=current_actor()))


@agent.post("/cases/<number>/escalate")
@requires("cases.write")
def enter_escalation(number: str) -> Response:
    note = request.form.get("note", "")
    return _enter(number, lambda: portal.escalate(current_runtime(), number, note, actor=current_actor()))


@agent.post("/cases/<number>/tracking")
@requires("cases.write")
def enter_tracking(number: str) -> Response:
    given = [request.form.get(name, "") for name in ("carrier", "tracking_number", "freight_paid")]
    return _enter(number, lambda: portal.submit_tracking(current_runtime(), number, *given, actor=current_actor()))


@agent.post("/cases/<number>/received")
@requires("cases.write")
def enter_received(number: str) -> Response:
    return _enter(number, lambda: reports.goods_received(current_runtime(), number, actor=current_actor()))


@agent.post("/cases/<number>/mediation")
@requires("cases.close")
def enter_mediation(number: str) -> Response:
    given = request.form
    remedy, amount = given.get("remedy", "refund"), given.get("amount", 0, type=float)
    words = given.get("result", "")
    return _enter(
        number,
        lambda: reports.mediation_result(
            current_runtime(), number, words, actor=current_actor(), remedy=remedy, amount=amount
        ),
    )


def _enter(number: str, act: Callable[[], None]) -> Response:
    """Do it and go back to the case, saying what became of it."""
    try:
        act()
        flash(_("已登记。"), "success")
    except InvalidInput as error:
        texts = [text for found in forms.field_sentences(error).values() for text in found]
        flash(" ".join(texts) or str(error), "error")
    except Conflict:
        flash(_("流程已经不再等待这个答复，请查看工单的最新情况。"), "warning")
    return redirect(url_for(".show_case", number=number), 303)
