"""The survey behind its signed link: solved or not, a score, a comment. One small page, without a script, a cookie or a sign-in."""

from __future__ import annotations

from contextlib import suppress

from flask import render_template, request
from flask_babel import gettext as _

from engine.errors import Conflict, NotFound
from engine.services import portal as service
from engine.services.cases import survey_of_link
from engine.services.cases.links import LinkExpired, LinkRefused
from engine.services.people import Actor
from engine.services.portal import SurveyView
from web.portal import limits
from web.portal.blueprint import portal
from web.portal.languages import speaking
from web.ui.context import current_runtime

Answer = str | tuple[str, int]


@portal.get("/s/<token>")
@limits.wrong_links
def survey(token: str) -> Answer:
    try:
        found, actor = _opened(token)
    except (LinkRefused, NotFound) as error:
        return _gone(error)
    with speaking(actor.locale):
        return _thanks() if found.answered_at else _page(found)


@portal.post("/s/<token>")
@limits.wrong_links
def rate(token: str) -> Answer:
    try:
        found, actor = _opened(token)
    except (LinkRefused, NotFound) as error:
        return _gone(error)
    with speaking(actor.locale):
        return _stop(found, actor) if request.form.get("stop") else _rate(found, actor)


def _opened(token: str) -> tuple[SurveyView, Actor]:
    key, actor = survey_of_link(current_runtime(), token)
    return service.open_survey(current_runtime(), key, actor=actor), actor


def _rate(found: SurveyView, actor: Actor) -> Answer:
    sent = request.form
    solved, score = sent.get("solved", ""), sent.get("score", "")
    problems = _problems(solved, score)
    if problems:
        return _page(found, problems), 422
    more = {"grievance": sent.get("grievance") == "yes", "opt_out": sent.get("opt_out") == "yes"}
    # Rated in another tab: the first answer counts, and the thanks are the same.
    with suppress(Conflict):
        service.answer_survey(
            current_runtime(), found.key, solved == "yes", int(score), sent.get("comment", ""), actor=actor, **more
        )
    return _thanks(happy=solved == "yes" and int(score) > 2)


def _stop(found: SurveyView, actor: Actor) -> Answer:
    with suppress(Conflict):
        service.refuse_survey(current_runtime(), found.key, actor=actor)
    return render_template("portal/survey_done.html", title=_("好的，不再打扰"), text=_("以后不会再邀请您评价。"))


def _problems(solved: str, score: str) -> dict[str, str]:
    found = {}
    if solved not in ("yes", "no"):
        found["solved"] = _("请选择问题是否解决。")
    if score not in ("1", "2", "3", "4", "5"):
        found["score"] = _("请选一个分数。")
    return found


def _page(found: SurveyView, problems: dict[str, str] | None = None) -> str:
    return render_template("portal/survey.html", survey=found, problems=problems or {}, sent=request.form)


def _thanks(happy: bool = True) -> str:
    text = _("您的意见我们会认真看。") if happy else _("没有解决的，我们会重新处理并与您联系。")
    return render_template("portal/survey_done.html", title=_("谢谢您的评价"), text=text)


def _gone(error: LinkRefused | NotFound) -> tuple[str, int]:
    """Why the link opens nothing, and what to do instead."""
    expired = isinstance(error, LinkExpired)
    title = _("评价邀请已过期") if expired else _("链接无效")
    text = (
        _("还有问题没解决？用单号和联系方式就能打开服务单，继续和我们沟通。")
        if expired
        else _("请从短信或邮件里重新打开链接；链接要完整，不能缺字。")
    )
    number = error.number if isinstance(error, LinkExpired) else ""
    shown = render_template("portal/survey_done.html", title=title, text=text, find=True, number=number)
    return shown, 410 if expired else 403
