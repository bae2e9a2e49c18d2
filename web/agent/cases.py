"""Views of cases: the list, one case, its diagram, and what a person writes down about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import cases
from engine.services.progress import diagram
from engine.services.worklist import pulse
from web.agent.blueprint import agent
from web.agent.context import case_page
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.live import pulsed, unchanged_since

PAGE = 50


@agent.get("/cases")
@requires("cases.read")
def list_cases() -> str:
    given = request.args
    actor = current_actor()
    scope = given.get("scope", "")
    found = cases.list_cases(
        current_runtime(),
        actor=actor,
        search=given.get("q", ""),
        status=given.get("status", "any_open") or None,
        kind=given.get("kind") or None,
        channel=given.get("channel") or None,
        owner=actor.username if scope == "mine" else given.get("owner") or None,
        following=actor.username if scope == "followed" else None,
        level=given.get("level") or None,
        after=given.get("after", type=int),
        limit=PAGE + 1,
    )
    return render_template("agent/cases.html", cases=found[:PAGE], more=len(found) > PAGE)


@agent.get("/cases/<number>")
@requires("cases.read")
def show_case(number: str) -> str:
    return page(number)


@agent.get("/cases/<number>/now")
@requires("cases.read")
def case_now(number: str) -> Response:
    """The part that changes while others work: open steps, clocks, deadlines."""
    beat = pulse(current_runtime(), actor=current_actor())
    known = unchanged_since(beat)
    return known or pulsed(beat, render_template("agent/case_now.html", about=case_page(number), task=None))


@agent.get("/cases/<number>/timeline")
@requires("cases.read")
def case_timeline(number: str) -> Response:
    beat = pulse(current_runtime(), actor=current_actor())
    known = unchanged_since(beat)
    if known is not None:
        return known
    return pulsed(
        beat, render_template("agent/timeline.html", about=case_page(number, show=request.args.get("show", "")))
    )


@agent.post("/cases/<number>/present")
@requires("cases.read")
def say_present(number: str) -> str:
    """What an open page sends every few seconds; the answer is who else is there."""
    writing = bool(request.form.get("writing"))
    present = cases.look_in(current_runtime(), number, actor=current_actor(), is_writing=writing)
    return render_template("agent/present.html", present=present)


@agent.get("/cases/<number>/diagrams/<int:key>")
@requires("cases.read")
def case_diagram(number: str, key: int) -> Answer:
    found = diagram(current_runtime(), number, key, actor=current_actor())
    return Answer(found, content_type="application/xml; charset=utf-8")


@agent.post("/cases/<number>/notes")
@requires("cases.write")
def add_note(number: str) -> Any:
    try:
        text = request.form.get("text", "")
        cases.add_note(current_runtime(), number, text, actor=current_actor())
    except InvalidInput as error:
        return page(number, error), 422
    unknown = cases.unknown_mentions(current_runtime(), text, actor=current_actor())
    if unknown:
        names = "、".join(f"@{name}" for name in unknown)
        flash(_("%(names)s 不是在岗同事的姓名或用户名，没有通知到人。", names=names), "warning")
    return back(number, _("备注已保存。"))


@agent.post("/cases/<number>/contacts")
@requires("cases.write")
def add_contact(number: str) -> Any:
    given = request.form
    try:
        cases.log_contact(
            current_runtime(),
            number,
            given.get("channel", "phone"),
            given.get("direction", ""),
            given.get("content", ""),
            given.get("result", "answered"),
            actor=current_actor(),
            at=_contact_time(given),
        )
    except InvalidInput as error:
        return page(number, error), 422
    return back(number, _("联系记录已保存。"))


def _contact_time(typed: Mapping[str, str]) -> datetime | None:
    """When it was: now unless said, and not in the future."""
    at = forms.moment_of(typed, "at")
    if at is not None and at > current_runtime().now() + timedelta(minutes=1):
        raise InvalidInput("In the future.", {"at": ["联系时间不能晚于现在 / A contact cannot be in the future."]})
    return at


@agent.post("/cases/<number>/read")
@requires("cases.write")
def mark_read(number: str) -> Response:
    cases.mark_read(current_runtime(), number, actor=current_actor())
    return back(number, _("已标为已读。"))


def page(number: str, error: InvalidInput | None = None) -> str:
    about = case_page(number, request.args.get("instance", type=int), request.args.get("show", ""))
    errors = forms.field_sentences(error) if error else {}
    return render_template("agent/case.html", about=about, task=None, errors=errors, typed=request.form)


def back(number: str, message: str) -> Response:
    """To the page that the person came from: the case's, or that of one of its tasks."""
    flash(message, "success")
    task = request.form.get("task", type=int)
    target = url_for(".show_task", key=task) if task else url_for(".show_case", number=number)
    return redirect(target, 303)
