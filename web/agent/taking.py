"""Views of taking tasks, giving them back or on, and putting them aside: one or several, with undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine.errors import Conflict, Forbidden, InvalidInput
from engine.services import work
from engine.services.worklist import kept_in_sight
from web.agent import inbox
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime


@agent.post("/tasks/<int:key>/claim")
@requires("tasks.work")
def claim(key: int) -> Response:
    try:
        work.claim(current_runtime(), key, actor=current_actor())
    except Conflict:
        flash(_("这个任务已被他人领取或已完成。"), "warning")
        return redirect(back_to_list(), 303)
    except Forbidden:
        flash(_("按流程规定，您不能办理这个任务。"), "error")
        return redirect(back_to_list(), 303)
    return redirect(url_for(".show_task", key=key, _anchor="todo"), 303)


@agent.post("/tasks/<int:key>/release")
@requires("tasks.work")
def release(key: int) -> Response:
    runtime, actor = current_runtime(), current_actor()
    outcome = work.each(runtime, [key], lambda each: work.release(runtime, each, actor=actor), actor=actor)
    return _told(outcome, _("已退回待领取。"))


@agent.post("/tasks/act")
@requires("tasks.work")
def act_on_tasks() -> Any:
    """What was chosen in the list, and what to do with it."""
    keys = request.form.getlist("task", type=int)
    acts: dict[str, Callable[[list[int]], Response]] = {
        "claim": _claim_all,
        "release": _release_all,
        "snooze": _snooze_all,
        "wake": _wake_all,
        "hand_over": _hand_over_all,
    }
    act = acts.get(request.form.get("act", ""))
    if act is None or not keys:
        flash(_("请先勾选任务。"), "warning")
        return redirect(back_to_list(), 303)
    try:
        return act(keys)
    except InvalidInput as error:
        return inbox.page(forms.field_sentences(error)), 422


@agent.post("/tasks/undo")
@requires("tasks.work")
def undo_act() -> Response:
    kept = inbox.offered_undo()
    if kept and request.form.get("act") not in (None, str(kept["at"])):
        flash(_("这次操作之后您又做了别的，不能再撤销它了。"), "warning")
        return redirect(back_to_list(), 303)
    session.pop("undo", None)
    steps = [
        work.Step(key, revision, assignee, _read(until)) for key, revision, assignee, until in kept.get("steps", [])
    ]
    if not steps:
        flash(_("没有可以撤销的操作。"), "warning")
        return redirect(back_to_list(), 303)
    outcome = work.undo(current_runtime(), steps, actor=current_actor())
    if outcome.done:
        flash(ngettext("已撤销 %(num)d 个任务。", "已撤销 %(num)d 个任务。", len(outcome.done)), "success")
    tell_refusals(outcome)
    return redirect(back_to_list(), 303)


def _claim_all(keys: list[int]) -> Response:
    runtime, actor = current_runtime(), current_actor()
    outcome = work.each(runtime, keys, lambda key: work.claim(runtime, key, actor=actor), actor=actor)
    count = len(outcome.done)
    return _told(outcome, ngettext("已领取 %(num)d 个任务。", "已领取 %(num)d 个任务。", count))


def _release_all(keys: list[int]) -> Response:
    runtime, actor = current_runtime(), current_actor()
    outcome = work.each(runtime, keys, lambda key: work.release(runtime, key, actor=actor), actor=actor)
    count = len(outcome.done)
    return _told(outcome, ngettext("已退回 %(num)d 个任务。", "已退回 %(num)d 个任务。", count))


def _snooze_all(keys: list[int]) -> Response:
    runtime, actor, until = current_runtime(), current_actor(), _until()
    outcome = work.each(runtime, keys, lambda key: work.snooze(runtime, key, until, actor=actor), actor=actor)
    count = len(outcome.done)
    if kept := kept_in_sight(runtime, [step.key for step in outcome.done], actor=actor):
        flash(
            ngettext(
                "其中 %(num)d 个已超时或有客户新消息，仍留在列表里，请先处理。",
                "其中 %(num)d 个已超时或有客户新消息，仍留在列表里，请先处理。",
                kept,
            ),
            "warning",
        )
    return _told(outcome, ngettext("已搁置 %(num)d 个任务。", "已搁置 %(num)d 个任务。", count))


def _wake_all(keys: list[int]) -> Response:
    runtime, actor = current_runtime(), current_actor()
    outcome = work.each(runtime, keys, lambda key: work.snooze(runtime, key, None, actor=actor), actor=actor)
    count = len(outcome.done)
    return _told(outcome, ngettext("已取回 %(num)d 个任务。", "已取回 %(num)d 个任务。", count))


def _hand_over_all(keys: list[int]) -> Response:
    runtime, actor, given = current_runtime(), current_actor(), request.form
    to, note = given.get("username", ""), given.get("note", "")
    outcome = work.each(runtime, keys, lambda key: work.hand_over(runtime, key, to, note, actor=actor), actor=actor)
    count = len(outcome.done)
    return _told(outcome, ngettext("已转交 %(num)d 个任务。", "已转交 %(num)d 个任务。", count))


def _until() -> datetime:
    """The moment that was chosen: a span, a morning, or a time in the reader's zone."""
    zone, choice = current_actor().time_zone, request.form.get("until", "")
    if choice in work.SPANS:
        return work.moment_after(choice, current_runtime().now(), zone)
    try:
        return datetime.fromisoformat(request.form.get("until_at", "")).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        sentence = "请选择搁置到什么时候 / Choose until when."
        raise InvalidInput("No moment was chosen.", {"until": [sentence]}) from error


def _told(outcome: work.Outcome, sentence: str) -> Response:
    """Say what was done and what was not, and remember how to undo it."""
    if outcome.done:
        flash(sentence, "success")
        remember(outcome, sentence)
    tell_refusals(outcome)
    return redirect(back_to_list(), 303)


def remember(outcome: work.Outcome, sentence: str) -> None:
    """Offer in the list to undo this."""
    if outcome.done:
        steps = [[step.key, step.revision, step.assignee, _written(step.follow_up_at)] for step in outcome.done[:50]]
        session["undo"] = {"steps": steps, "at": current_runtime().now().timestamp(), "text": sentence}


def tell_refusals(outcome: work.Outcome) -> None:
    taken = sum(isinstance(each.error, Conflict) for each in outcome.refused)
    if taken:
        flash(
            ngettext("%(num)d 个任务刚被他人改动，没有处理。", "%(num)d 个任务刚被他人改动，没有处理。", taken),
            "warning",
        )
    others = len(outcome.refused) - taken
    if others:
        flash(ngettext("%(num)d 个任务不能这样处理：它不归您，或不能交给这个人。",
                       "%(num)d 个任务不能这样处理：它不归您，或不能交给这个人。", others), "warning")  # fmt: skip


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def back_to_list() -> str:
    """The list as it was filtered."""
    return url_for(".inbox", **{name: request.args[name] for name in inbox.PARAMETERS if name in request.args})
