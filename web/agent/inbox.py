"""Views of the inbox."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, Forbidden
from engine.services import people, work
from engine.services.worklist import InboxFilter, InboxPage, count_inbox
from engine.services.worklist import inbox as list_inbox
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime
from web.ui.live import fragment

PAGE = 30


@agent.get("/")
@requires("tasks.work")
def inbox() -> str:
    actor, runtime = current_actor(), current_runtime()
    mine = people.get_user(runtime, actor.username, actor=actor)
    return render_template("agent/inbox.html", online=mine.online, wanted=_wanted(), **_list())


@agent.get("/list")
@requires("tasks.work")
def inbox_list() -> Response:
    return fragment(render_template("agent/inbox_list.html", wanted=_wanted(), **_list()))


@agent.post("/tasks/<int:key>/claim")
@requires("tasks.work")
def claim(key: int) -> Response:
    try:
        work.claim(current_runtime(), key, actor=current_actor())
    except Conflict:
        flash(_("这个任务已被他人领取或已完成。"), "warning")
        return redirect(url_for(".inbox"), 303)
    except Forbidden:
        flash(_("按流程规定，您不能办理这个任务。"), "error")
        return redirect(url_for(".inbox"), 303)
    return redirect(url_for(".show_task", key=key), 303)


@agent.post("/tasks/<int:key>/release")
@requires("tasks.work")
def release(key: int) -> Response:
    work.release(current_runtime(), key, actor=current_actor())
    flash(_("已退回待领取。"), "success")
    return redirect(url_for(".inbox"), 303)


@agent.post("/online")
@requires("tasks.work")
def set_online() -> Response:
    people.set_online(current_runtime(), request.form.get("online") == "yes", actor=current_actor())
    return redirect(url_for(".inbox"), 303)


def _wanted() -> InboxFilter:
    given = request.args
    whose = given.get("whose", "all")
    return InboxFilter(
        whose=whose if whose in ("mine", "offered") else "all",  # type: ignore[arg-type]
        group=given.get("group") or None,
        kind=given.get("kind") or None,
        channel=given.get("channel") or None,
        tier=given.get("tier") or None,
        search=given.get("q", ""),
        overdue="overdue" in given,
        unread="unread" in given,
    )


def _list() -> dict[str, object]:
    actor, runtime = current_actor(), current_runtime()
    page: InboxPage = list_inbox(runtime, actor=actor, wanted=_wanted(), cursor=request.args.get("cursor"), limit=PAGE)
    return {"page": page, "counts": count_inbox(runtime, actor=actor), "groups": sorted(actor.groups)}
