"""Views of macros: making and changing them, and doing one with a case, a task, or what was chosen in the inbox."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from engine.errors import Conflict, Forbidden, InvalidInput, NotFound
from engine.services import channels, macros, people, work
from engine.services.macros import ActRefused, Acts, MacroView, Target
from web.agent.blueprint import agent
from web.agent.taking import back_to_list, remember, tell_refusals
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.words import word

TOLD = 5
LONGEST_ONCE = 40


@agent.get("/macros")
@requires("tasks.work")
def list_macros() -> str:
    found = macros.list_macros(current_runtime(), actor=current_actor(), to_change=True)
    return render_template("agent/macros.html", found=found)


@agent.get("/macros/new")
@requires("tasks.work")
def new_macro() -> str:
    return _edit(None)


@agent.post("/macros/new")
@requires("tasks.work")
def make_macro() -> Any:
    return _stored(None, partial(macros.make_macro, current_runtime(), actor=current_actor()))


@agent.get("/macros/<int:key>/edit")
@requires("tasks.work")
def edit_macro(key: int) -> str:
    return _edit(macros.get_macro(current_runtime(), key, actor=current_actor()))


@agent.post("/macros/<int:key>/edit")
@requires("tasks.work")
def change_macro(key: int) -> Any:
    runtime, actor = current_runtime(), current_actor()
    macro = macros.get_macro(runtime, key, actor=actor)
    return _stored(macro, partial(macros.change_macro, runtime, key, actor=actor))


@agent.post("/macros/<int:key>/delete")
@requires("tasks.work")
def delete_macro(key: int) -> Response:
    macros.delete_macro(current_runtime(), key, actor=current_actor())
    flash(_("宏已删除。"), "success")
    return redirect(url_for(".list_macros"), 303)


@agent.post("/macros/<int:key>/apply")
@requires("tasks.work")
def apply_macro(key: int) -> Any:
    """A macro that writes to customers shows first what they will read; the page's button does it."""
    macro = macros.get_macro(current_runtime(), key, actor=current_actor())
    number, keys = request.form.get("case", ""), request.form.getlist("task", type=int)[: work.MOST]
    if not number and not keys:
        flash(_("请先勾选任务。"), "warning")
        return redirect(back_to_list(), 303)
    if macro.acts.message and "send" not in request.form:
        return _preview(macro, number, keys)
    return _apply_to_case(macro, number) if number else _apply_to_tasks(macro, keys)


def own_macros() -> list[MacroView]:
    """Those that the reader may do something with here."""
    actor = current_actor()
    return macros.list_macros(current_runtime(), actor=actor) if actor.may("tasks.work") else []


def _preview(macro: MacroView, number: str, keys: list[int]) -> str:
    runtime, actor = current_runtime(), current_actor()
    targets = [Target(number)] if number else [Target(task=key) for key in keys]
    shown = macros.preview(runtime, macro.acts, targets, actor=actor)
    ways = {each.case: channels.reply_way(runtime, each.case, actor=actor) for each in shown}
    return render_template(
        "agent/macro_preview.html", macro=macro, shown=shown, ways=ways, number=number, keys=keys, once=secrets.token_urlsafe(12)
    )  # fmt: skip


def _apply_to_case(macro: MacroView, number: str) -> Response:
    runtime, actor = current_runtime(), current_actor()
    target = macros.target_of_case(runtime, number, actor=actor)
    try:
        macros.apply(runtime, macro.acts, target, actor=actor, once=_once(macro))
        flash(_("已执行“%(name)s”。", name=macro.name), "success")
    except ActRefused as refused:
        flash(_sentence(refused), "error")
    return redirect(url_for(".show_case", number=number), 303)


def _apply_to_tasks(macro: MacroView, keys: list[int]) -> Response:
    runtime, actor, once = current_runtime(), current_actor(), _once(macro)

    def act(key: int) -> int:
        return macros.apply(runtime, macro.acts, Target(task=key), actor=actor, once=once)

    outcome = work.each(runtime, keys, act, actor=actor)
    sentence = ngettext(
        "已对 %(num)d 个任务执行“%(name)s”。", "已对 %(num)d 个任务执行“%(name)s”。", len(outcome.done), name=macro.name
    )
    if outcome.done:
        flash(sentence, "success")
    if set(macro.acts.names) <= macros.UNDOABLE:
        remember(outcome, sentence)
    told = [each for each in outcome.refused if isinstance(each.error, ActRefused)][:TOLD]
    for each in told:
        flash(_sentence(each.error), "warning")
    tell_refusals(work.Outcome([], [each for each in outcome.refused if each not in told]))
    stays = outcome.done and "from_task" in request.form and not {"snooze", "hand_over"} & set(macro.acts.names)
    return redirect(url_for(".show_task", key=keys[0]) if stays else back_to_list(), 303)


def _once(macro: MacroView) -> str:
    return f"macro-{macro.key}-{request.form.get('once', '')[:LONGEST_ONCE] or secrets.token_urlsafe(12)}"


def _sentence(refused: ActRefused) -> str:
    """Which case, which act, and why."""
    return _("%(case)s 没有处理，什么都没有改：“%(act)s”做不了，%(why)s",
             case=refused.number or _("这个任务"), act=word(refused.act, "macro"), why=_why(refused))  # fmt: skip


def _why(refused: ActRefused) -> str:
    cause = refused.cause
    if isinstance(cause, InvalidInput) and cause.fields:
        return " ".join(text for texts in forms.field_sentences(cause).values() for text in texts)
    if isinstance(cause, Forbidden):
        return _("您没有这个权限，或任务不归您、不能交给这个人。")
    if isinstance(cause, NotFound):
        return _("找不到这个人或任务。")
    if isinstance(cause, Conflict) and refused.act == "message":
        return _("这条消息已经发过了。")
    return _("任务刚被他人领取、改动或办完。")


def _acts() -> Acts:
    given = request.form
    texts = ("note", "message", "reason", "snooze", "hand_over", "hand_over_note")
    priority = given.get("priority", "").strip()
    return Acts(
        claim="claim" in given,
        priority=None if not priority else int(priority) if priority.isdecimal() and len(priority) < 4 else -1,
        **{name: given.get(name, "").strip() for name in texts},
    )


def _stored(macro: MacroView | None, store: Callable[..., object]) -> Any:
    """Store what the form says, or show it again with what is wrong."""
    given = request.form
    try:
        store(given.get("name", ""), _acts(), shared_with=given.get("shared_with"))
    except InvalidInput as error:
        return _edit(macro, error), 422
    flash(_("已保存。"), "success")
    return redirect(url_for(".list_macros"), 303)


def _edit(macro: MacroView | None, error: InvalidInput | None = None) -> str:
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "agent/macro_edit.html",
        macro=macro,
        name=request.form.get("name", macro.name if macro else ""),
        acts=_acts() if error else macro.acts if macro else Acts(),
        shared_with=request.form.get("shared_with", (macro.shared_with or "") if macro else ""),
        errors=forms.field_sentences(error) if error else {},
        colleagues=people.colleagues(runtime, actor=actor),
        groups=macros.groups_to_share_with(runtime, actor=actor),
        spans=work.SPANS,
        offered=macros.acts_for(actor),
    )
