"""The survey behind a signed link: solved or not, a score, a comment; three taps on a phone."""

from __future__ import annotations

from contextlib import suppress

from flask import render_template, request
from flask_babel import gettext as _

from engine.errors import Conflict
from engine.services.cases import survey_of_link
from engine.services.portal import answer_survey, open_survey
from web.portal import limits
from web.portal.blueprint import portal
from web.ui.context import current_runtime

Answer = str | tuple[str, int]


@portal.get("/s/<token>")
@limits.wrong_links
def survey(token: str) -> Answer:
    key, actor = survey_of_link(current_runtime(), token)
    found = open_survey(current_runtime(), key, actor=actor)
    return _thanks() if found.answered_at else _page(found)


@portal.post("/s/<token>")
@limits.wrong_links
def rate(token: str) -> Answer:
    key, actor = survey_of_link(current_runtime(), token)
    found = open_survey(current_runtime(), key, actor=actor)
    solved, score = request.form.get("solved", ""), request.form.get("score", "")
    problems = _problems(solved, score)
    if problems:
        return _page(found, problems), 422
    comment, grievance = request.form.get("comment", ""), request.form.get("grievance") == "yes"
    # Rated in another tab: the first answer counts, and the thanks are the same.
    with suppress(Conflict):
        answer_survey(current_runtime(), key, solved == "yes", int(score), comment, actor=actor, grievance=grievance)
    return _thanks()


def _problems(solved: str, score: str) -> dict[str, str]:
    found = {}
    if solved not in ("yes", "no"):
        found["solved"] = _("请选择问题是否解决。")
    if score not in ("1", "2", "3", "4", "5"):
        found["score"] = _("请选一个分数。")
    return found


def _page(found: object, problems: dict[str, str] | None = None) -> str:
    return render_template("portal/survey.html", survey=found, problems=problems or {}, sent=request.form)


def _thanks() -> str:
    return render_template("portal/rated.html")
