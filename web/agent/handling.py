"""Views of what an agent does with a case besides its steps: writing to the customer, transferring, following, merging."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.services import cases, channels
from engine.services.cases import writing
from web.agent.blueprint import agent
from web.agent.cases import back, page
from web.agent.context import case_page
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime

PLACEHOLDER = re.compile(r"\{\{.*?\}\}")


@agent.post("/cases/<number>/message")
@requires("cases.write")
def write_to_customer(number: str) -> Any:
    """First the message is shown as the customer will read it; the page's second button sends it."""
    runtime, actor, given = current_runtime(), current_actor(), request.form
    try:
        text = writing.fill_in(runtime, number, given.get("message", ""), actor=actor)
        if "send" in given:
            channel = channels.reply(runtime, number, text, actor=actor, key=f"page-{number}-{given.get('once', '')}")
            if channel == "portal":
                return back(number, _("消息已放到客户门户；客户没有同意其他联系方式，没有另外发送。"))
            return back(number, _("消息已写给客户；是否送出，见“已发消息”。"))
    except InvalidInput as error:
        fields = {"message": [text for texts in error.fields.values() for text in texts]}
        return page(number, InvalidInput(str(error), fields)), 422
    except Conflict:
        return back(number, _("这条消息已经发过了。"))
    way = channels.reply_way(runtime, number, actor=actor)
    once = given.get("once") or secrets.token_urlsafe(12)
    return render_template(
        "agent/message.html",
        about=case_page(number),
        text=text,
        unfilled=PLACEHOLDER.findall(text),
        way=way,
        typed=given,
        once=once,
        task=given.get("task"),
    )


@agent.post("/cases/<number>/transfer")
@requires("cases.write")
def transfer(number: str) -> Any:
    given = request.form
    try:
        to, reason = given.get("to", ""), given.get("reason", "")
        count = cases.transfer_case(current_runtime(), number, to, reason, actor=current_actor())
    except InvalidInput as error:
        return page(number, error), 422
    except (Conflict, Forbidden, NotFound):
        flash(_("不能转交：工单已结案、不归您负责，或接手人已停用。"), "error")
        return redirect(url_for(".show_case", number=number), 303)
    if count:
        flash(ngettext("%(num)d 个进行中的任务一起转交。", "%(num)d 个进行中的任务一起转交。", count), "info")
    return back(number, _("工单已转交，您会继续收到它的进展。"))


@agent.post("/cases/<number>/follow")
@requires("cases.read")
def follow(number: str) -> Response:
    runtime, actor = current_runtime(), current_actor()
    if request.form.get("follow") == "yes":
        cases.follow_case(runtime, number, actor=actor)
        return back(number, _("已关注，有进展会通知您。"))
    try:
        cases.unfollow_case(runtime, number, actor=actor)
    except Conflict:
        flash(_("您是首任负责人，要跟进到结案。"), "warning")
        return redirect(url_for(".show_case", number=number), 303)
    return back(number, _("已取消关注。"))


@agent.post("/cases/<number>/merge")
@requires("cases.write")
def merge(number: str) -> Any:
    into, reason = request.form.get("into", ""), request.form.get("reason", "")
    try:
        cases.merge_cases(current_runtime(), number, into, reason, actor=current_actor())
    except InvalidInput as error:
        return page(number, error), 422
    except NotFound:
        return page(number, InvalidInput("Unknown.", {"into": ["没有这个工单号 / There is no such case."]})), 422
    except Conflict:
        flash(_("不能合并：其中一个已结案，或这个工单有款项、货物、升级正在进行，请反过来合并。"), "error")
        return redirect(url_for(".show_case", number=number), 303)
    flash(_("已并入 %(number)s，两边的记录在一起。", number=into.strip().upper()), "success")
    return redirect(url_for(".show_case", number=into.strip().upper()), 303)
